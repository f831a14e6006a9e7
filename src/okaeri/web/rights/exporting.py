"""Everything about one person in a form other programs read: one JSON, and a CSV for each table."""

import csv
import io
import json
import zipfile

from django.core.serializers.json import DjangoJSONEncoder

from okaeri.customers import api as customers
from okaeri.customers.types import PersonKeys
from okaeri.deliver import api as deliver
from okaeri.foundation.personal import Documents
from okaeri.insight import api as insight
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from okaeri.web.pages.csv_file import guarded

_LETTERS = ("messages", "message_contents")


def export_everything(keys: PersonKeys) -> dict[str, Documents]:
    """Give every row of every station about a person, by table; empty tables are left out."""
    ids = keys.customer_ids
    tables = {
        **customers.export_person(keys),
        **insight.export_person(ids),
        **plan.export_person(ids),
        **rewards.export_person(ids),
        **deliver.export_person(ids),
        **listen.export_person(ids),
        **measure.export_person(ids),
    }
    return {name: rows for name, rows in tables.items() if rows}


def archive(keys: PersonKeys) -> dict[str, Documents]:
    """Give `export_everything` and to whom the person's data was given (個人情報保護法 33条5項)."""
    given: Documents = [
        {
            "at": one.at,
            "recipient": one.recipient,
            "basis": one.basis,
            "fields": list(one.fields),
            "where": one.where,
        }
        for one in customers.iter_provisions(keys.customer_ids)
    ]
    tables = export_everything(keys)
    if given:
        tables["provisions"] = given
    # Staff make the archive: what stands in letters must not let them act for the person.
    for name in _LETTERS:
        if name in tables:
            tables[name] = [_without_gifts(row) for row in tables[name]]
    return tables


def _without_gifts(row: dict[str, object]) -> dict[str, object]:
    return {
        name: rewards.hide_gifts(value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def as_json(tables: dict[str, Documents]) -> str:
    """Write all tables as one document."""
    return json.dumps(tables, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def as_zip(tables: dict[str, Documents]) -> bytes:
    """Write all tables as one archive: person.json and one CSV (UTF-8 with mark) per table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", as_json(tables))
        for name, rows in tables.items():
            archive.writestr(f"{name}.csv", _csv(rows))
    return out.getvalue()


def _csv(rows: Documents) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return guarded(value)

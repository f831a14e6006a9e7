"""A file of answers about people: read whole, matched by a key, stored all at once or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from okaeri.customers.actions.attributes import NO_ATTRIBUTE, check_may_enrich, record_answers
from okaeri.customers.attribute_types import (
    AttributeIn,
    EnrichmentIn,
    EnrichmentResult,
    Origin,
    ValueIn,
)
from okaeri.customers.domain.attributes import (
    INFERRED,
    OWN_WORDS,
    STAFF,
    check_origin,
    read_answer,
)
from okaeri.customers.domain.names import address_key, phone_digits
from okaeri.customers.models import Customer
from okaeri.customers.store import attributes as store
from okaeri.customers.store import identity
from okaeri.foundation.cells import unguard_cell
from okaeri.foundation.codes import number_key
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobContext, submit_job
from okaeri.intake import api as intake

JOB_KIND = "attributes"
MOST_REJECTED = 1000
KEY_KINDS = ("email", "phone", "member")
_NO_COLUMN = Text(
    "列「{column}」がファイルにありません。列を選び直してください。",
    'The file has no column "{column}"; choose the columns again.',
)
_NO_ATTRIBUTES = Text(
    "取り込む項目を1つ以上選んでください。", "Choose at least one attribute to take in."
)
_NO_MEMBER_SOURCE = Text(
    "会員番号がどのデータ元のものかを選んでください。", "Choose whose member numbers these are."
)
_TAKEN_NAME = Text(
    "情報源の名前「{source}」は使えません。別の名前を付けてください。",
    'The name "{source}" is taken for a source; choose another.',
)
_NO_KEY = Text("照合する値が空です。", "The key is empty.")
_SHARED = Text(
    "この電話番号は複数の方のものです。だれの情報か決められません。",
    "This phone number belongs to several people; nobody can tell whose data this is.",
)
_TWICE = Text(
    "同じ方の行がほかにもあります。1行にまとめてください。",
    "There is another row of the same person; make it one row.",
)


@dataclass(frozen=True, slots=True)
class _Row:
    line_no: int
    cells: tuple[str, ...]
    key: str


def check_enrichment(given: EnrichmentIn, header: Sequence[str]) -> None:
    """Raise InputError where a mapping cannot be used with a file."""
    for column in (given.key_column, *given.columns):
        if column not in header:
            raise InputError(_NO_COLUMN.format(column=column))
    if not given.columns or given.key_kind not in KEY_KINDS:
        raise InputError(_NO_ATTRIBUTES)
    if given.key_kind == "member" and not given.member_source:
        raise InputError(_NO_MEMBER_SOURCE)
    if given.source in {STAFF, INFERRED, *OWN_WORDS}:
        raise InputError(_TAKEN_NAME.format(source=given.source))
    check_origin(given.source, given.origin, given.basis, given.expires_on)
    check_may_enrich(given.origin)


def import_attributes(path: Path, given: EnrichmentIn, at: datetime) -> EnrichmentResult:
    """Take in a file of answers; the same file again changes nothing but the time.

    Nobody is created: rows of unknown people are counted. Rows that cannot be used are told with
    their reason; all the others are stored in one transaction.
    """
    layout = intake.detect_file(path)
    check_enrichment(given, layout.header)
    known = store.known()
    unknown = [key for key in given.columns.values() if key not in known]
    if unknown:
        raise NotFoundError(NO_ATTRIBUTE.format(key=unknown[0]))
    places = {column: layout.header.index(column) for column in (given.key_column, *given.columns)}
    rejected: list[tuple[int, Text, tuple[str, ...]]] = []
    answers: list[ValueIn] = []
    seen: set[int] = set()
    counts = {"rows": 0, "unknown": 0}
    for page in _pages(path, places[given.key_column]):
        owners = _owners_of([row.key for row in page], given)
        for row in page:
            counts["rows"] += 1
            found = owners.get(_normal(row.key, given), ())
            if row.key and not found:
                counts["unknown"] += 1
                continue
            try:
                customer_id = _the_one(row.key, found, seen)
                answers += _answers_of(row, customer_id, given, known, places, at)
            except InputError as error:
                rejected.append((row.line_no, error.message, row.cells))
                continue
            seen.add(customer_id)
    with transaction.atomic():
        kept = record_answers(answers) or 0
    return EnrichmentResult(
        rows=counts["rows"],
        people=len({one.customer_id for one in answers}),
        answers=kept,
        unknown=counts["unknown"],
        rows_rejected=len(rejected),
        rejected=tuple(rejected[:MOST_REJECTED]),
    )


def _the_one(key: str, found: Sequence[int], seen: set[int]) -> int:
    if not key:
        raise InputError(_NO_KEY)
    if len(found) > 1:
        raise InputError(_SHARED)
    if found[0] in seen:
        raise InputError(_TWICE)
    return found[0]


def _answers_of(
    row: _Row,
    customer_id: int,
    given: EnrichmentIn,
    known: Mapping[str, tuple[int, AttributeIn]],
    places: dict[str, int],
    at: datetime,
) -> list[ValueIn]:
    answers = []
    for column, key in given.columns.items():
        raw = row.cells[places[column]] if places[column] < len(row.cells) else ""
        value = read_answer(known[key][1], unguard_cell(raw))
        if value not in ("", ()):
            answers.append(
                ValueIn(
                    customer_id,
                    key,
                    value,
                    given.source,
                    given.origin,
                    at,
                    given.basis,
                    given.expires_on,
                )
            )
    return answers


def _pages(path: Path, key_place: int) -> Iterator[list[_Row]]:
    for page in intake.read_rows(path):
        yield [
            _Row(line, tuple(cells), _key(cells, key_place))
            for line, cells in page
            if any(cell.strip() for cell in cells)
        ]


def _key(cells: Sequence[str], place: int) -> str:
    return unguard_cell(cells[place]).strip() if place < len(cells) else ""


def _normal(key: str, given: EnrichmentIn) -> str:
    if given.key_kind == "email":
        return address_key(key)
    if given.key_kind == "phone":
        return phone_digits(key)
    number = number_key(key)
    return f"{given.member_source}:{number}" if number else ""


def _owners_of(keys: Sequence[str], given: EnrichmentIn) -> dict[str, tuple[int, ...]]:
    """Give normalised key → whose it is; several for a phone that a household shares."""
    wanted = {_normal(key, given) for key in keys if key} - {""}
    if given.key_kind != "phone":
        owned = identity.owners_of([(given.key_kind, key) for key in wanted])
        return {key: (owner,) for (_, key), owner in owned.items()}
    rows = Customer.objects.filter(phone_key__in=wanted, merged_into__isnull=True)
    found: dict[str, tuple[int, ...]] = {}
    for number, key in rows.values_list("id", "phone_key"):
        found[key] = (*found.get(key, ()), number)
    return found


def run_attribute_job(context: JobContext) -> dict[str, object]:
    """Do one queued file (the handler of jobs of kind `JOB_KIND`); the upload goes when done."""
    payload = context.payload
    path = Path(payload["path"])
    until = payload["expires_on"]
    given = EnrichmentIn(
        key_column=payload["key_column"],
        key_kind=payload["key_kind"],
        columns=payload["columns"],
        source=payload["source"],
        origin=Origin(payload["origin"]),
        basis=payload["basis"],
        expires_on=date.fromisoformat(until) if until else None,
        member_source=payload["member_source"],
    )
    result = import_attributes(path, given, datetime.fromisoformat(payload["at"]))
    path.unlink(missing_ok=True)
    return {
        "source": given.source,
        "at": payload["at"],
        "filename": payload["filename"],
        "rows": result.rows,
        "people": result.people,
        "answers": result.answers,
        "unknown": result.unknown,
        "rows_rejected": result.rows_rejected,
        "rejected": [[line, why.as_json(), list(cells)] for line, why, cells in result.rejected],
    }


def submit_attributes(path: Path, given: EnrichmentIn, *, filename: str, at: datetime) -> int:
    """Queue a file whose mapping `check_enrichment` found good; gives the job's id."""
    return submit_job(
        JOB_KIND,
        {
            "path": str(path),
            "filename": filename,
            "at": at.isoformat(),
            "key_column": given.key_column,
            "key_kind": given.key_kind,
            "columns": dict(given.columns),
            "source": given.source,
            "origin": given.origin.value,
            "basis": given.basis,
            "expires_on": given.expires_on.isoformat() if given.expires_on else "",
            "member_source": given.member_source,
        },
    )

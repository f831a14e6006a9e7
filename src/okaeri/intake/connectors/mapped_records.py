"""Any other file of records (reviews, answers, inquiries, ...), read through a saved mapping.

The name `@records` of a mapping says which template's fields the others are.
"""

from collections.abc import Mapping
from dataclasses import replace

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.connectors.records import calls, inquiries, payments, subscriptions
from okaeri.intake.connectors.voices import reviews, surveys, surveys_by_person

OPTION = "@records"
KINDS: Mapping[str, Connector] = {
    one.key: one for one in (reviews, surveys, inquiries, calls, subscriptions, payments)
}
# Layouts that are read as one of the templates is.
READ_AS = {surveys_by_person.key: surveys.key}
_UNKNOWN = Text(
    "列の対応付けに使えない名前があります: {names}",
    "The mapping has names that are not known: {names}.",
)
_MISSING = Text("列の対応付けに {names} が必要です。", "The mapping needs {names}.")


def records_connector_of(mapping: Mapping[str, str]) -> Connector:
    """Give the connector a mapping of records describes, or say what is unknown or missing."""
    known = KINDS.get(mapping.get(OPTION, ""))
    given = {name: column for name, column in mapping.items() if name != OPTION and column}
    unknown = [name for name in given if known is None or name not in known.columns]
    if known is None or unknown:
        raise InputError(_UNKNOWN.format(names=", ".join(sorted(unknown or [OPTION]))))
    missing = [known.columns[name][0] for name in known.required if name not in given]
    if missing:
        raise InputError(_MISSING.format(names="、".join(missing)))
    return replace(
        known,
        columns={name: (column,) for name, column in given.items()},
        required=tuple(given),
        signature=(),
    )

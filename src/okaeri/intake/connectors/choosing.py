"""Which connector reads a file: the one that is named, described by a mapping, or recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import PARTY_FIELDS, Connector
from okaeri.intake.connectors.mapped import connector_of
from okaeri.intake.connectors.mapped_records import OPTION, records_connector_of
from okaeri.intake.connectors.registry import CONNECTORS
from okaeri.intake.files.rows import column_positions, normal_header

_UNKNOWN_LAYOUT = Text(
    "列の名前から形式が分かりません(先頭の列: {columns})。列の対応付けを指定してください。",
    "The column names do not tell the format (first columns: {columns}); give a column mapping.",
)
_UNKNOWN_CONNECTOR = Text(
    "形式 {key} はありません。使えるのは {known} です。",
    "There is no format {key}; known ones are {known}.",
)
_NEEDS_MAPPING = Text("列の対応付けを指定してください。", "This format needs a column mapping.")
_HALF = Text(
    "{name} だけでは取り込めません。注文と商品の2つのファイルを一緒に選んでください。",
    "{name} alone cannot be imported; choose the files of orders and of items together.",
)
_MALL_HAS_NO_RECORDS = Text(
    "{name} はモールの注文ファイルで、分析専用です。レビューや問い合わせなどの記録としては取り込めません。",
    "{name} is a mall's file of orders, for analysis only; it cannot be imported as reviews, inquiries "
    "or other records.",
)
_MISSING_COLUMNS = Text(
    "必要な列がありません: {columns}。1行目の列の名前を確認してください。",
    "Required columns are missing: {columns}; check the names on the first line.",
)


def recognise(header: Sequence[str]) -> str:
    """Give the key of the connector that knows this header, "" if none does."""
    positions = column_positions(header)
    return next((key for key, known in CONNECTORS.items() if known.recognises(positions)), "")


def choose(header: Sequence[str], key: str, mapping: Mapping[str, str] | None) -> Connector:
    """Give the connector, or raise InputError that says what is missing."""
    chosen = _described(header, mapping) if mapping else _named(header, key)
    if chosen.kind == "half":
        raise InputError(
            Text(_HALF.ja.format(name=chosen.name.ja), _HALF.en.format(name=chosen.name.en))
        )
    found = chosen.find_columns(column_positions(header))
    missing = [name for name in chosen.required if name not in found]
    if missing:
        names = ", ".join(chosen.columns[name][0] for name in missing)
        raise InputError(_MISSING_COLUMNS.format(columns=names))
    return chosen


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise InputError where a mapping names what is not known, or lacks what is needed."""
    if OPTION in mapping:
        records_connector_of(mapping)
    else:
        connector_of(mapping)


def find_columns(header: Sequence[str], key: str) -> dict[str, str]:
    """Give our field → the column it is read from first; empty where no connector is known."""
    known = CONNECTORS.get(key)
    if known is None:
        return {}
    found = known.find_columns(column_positions(header))
    return {field: header[places[0]] for field, places in found.items()}


def find_problem(header: Sequence[str], key: str) -> Text | None:
    """Say why a recognised file cannot be read as it is: half of a pair, a needed column missing."""
    try:
        choose(header, key, None)
    except InputError as error:
        return error.message
    return None


def _described(header: Sequence[str], mapping: Mapping[str, str]) -> Connector:
    """Follow a mapping; a mall's file stays for analysis only, whoever names its columns.

    Orders of a layout that is known are stored as its own, so that no order is counted once as it was
    recognised and once as its columns were chosen.
    """
    known = CONNECTORS.get(recognise(header))
    source = known.key if known is not None and _are_the_same_orders(known, mapping) else ""
    if known is None or not known.is_analysis_only or known.is_mixed:
        if OPTION in mapping:
            return records_connector_of(mapping)
        return replace(connector_of(mapping), source=source)
    if OPTION in mapping:
        ja, en = _MALL_HAS_NO_RECORDS.ja, _MALL_HAS_NO_RECORDS.en
        raise InputError(Text(ja.format(name=known.name.ja), en.format(name=known.name.en)))
    # Where the mall's own reading makes nobody of a row (Amazon), a mapping does not either.
    nobody = known.columns.keys().isdisjoint(PARTY_FIELDS)
    used = {name: of for name, of in mapping.items() if not (nobody and name in PARTY_FIELDS)}
    chosen = connector_of(used | {"@use": "analysis"})
    return replace(chosen, unstored=known.unstored, source=source)


def _are_the_same_orders(known: Connector, mapping: Mapping[str, str]) -> bool:
    """Tell whether a mapping takes the numbers of orders and members from the layout's own columns.

    Another column may number something else: two members of one number would become one person.
    """

    def is_its_own(field: str) -> bool:
        names = {normal_header(name) for name in known.columns.get(field, ())}
        return normal_header(mapping.get(field, "")) in names

    has_members = bool(mapping.get("member_no"))
    return (
        known.kind == "orders"
        and is_its_own("order_no")
        and (not has_members or "member_no" not in known.columns or is_its_own("member_no"))
    )


def _named(header: Sequence[str], key: str) -> Connector:
    if key and key not in CONNECTORS:
        raise InputError(_UNKNOWN_CONNECTOR.format(key=key, known=", ".join(CONNECTORS)))
    if key in ("mapped", "mapped_mall"):
        raise InputError(_NEEDS_MAPPING)
    key = key or recognise(header)
    if not key:
        raise InputError(_UNKNOWN_LAYOUT.format(columns=", ".join(header[:6])[:200]))
    return CONNECTORS[key]

"""Where each part of a profile comes from, what else files told, whether a mall alone told of him."""

from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import Origin
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.web.pages.attributes.panel import ORIGIN_NAMES
from okaeri.web.pages.customers.sources_shop import source_name

_PARTS = {
    "name": Text("氏名", "Name"),
    "kana": Text("フリガナ", "Reading"),
    "email": Text("メール", "E-mail"),
    "phone": Text("電話", "Phone"),
    "line": Text("LINE", "LINE"),
    "address": Text("住所", "Address"),
    "birth": Text("誕生日", "Birthday"),
}


_MOST = 60


def context_of(customer_id: int, *, may_see: bool, is_reachable: bool) -> dict[str, Any]:
    """Give (part, source, first or second party) of what is known, and `is_mall_only`.

    `is_reachable`: he has an address messages could go to. `other_columns` are (source, column, cell)
    that files of customers had beside; any may name the person, so only who sees personal data gets
    them.
    """
    # Of a file of many shops only the own shop's people have an address.
    malls = {
        info.key
        for info in intake.list_connectors()
        if info.is_analysis_only and not (info.is_mixed and is_reachable)
    }
    found = customers.profile_origins(customer_id)
    return {
        "origins": [
            (name, source_name(source), _party(source, malls))
            for part, name in _PARTS.items()
            if (source := found.parts.get(part)) is not None
        ],
        "other_columns": _other_columns(customer_id) if may_see else [],
        "is_mall_only": bool(found.sources) and found.sources <= malls,
    }


def _other_columns(customer_id: int) -> list[tuple[Text, str, str]]:
    """Of one source's column the newest cell counts."""
    parties = customers.parties_of([customer_id]).get(customer_id, ())
    newest = {
        (source, column): cell
        for source, extra in intake.extra_of_parties(parties)
        for column, cell in extra.items()
    }
    rows = list(newest.items())[:_MOST]
    return [(source_name(source), column, cell[:500]) for (source, column), cell in rows]


def _party(source: str, malls: set[str]) -> Text:
    return ORIGIN_NAMES[Origin.SECOND if source in malls else Origin.FIRST]

"""地域: orders, sales and repeat by prefecture and by the first three digits of the postal code."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval

DAYS = 365
MOST_POSTALS = 100
MOST_SOURCES = 12
_SUMS = ("orders", "net_minor", "closed")

DEFINITIONS = {
    "areas": Text(
        "地域: 直近365日の注文を、注文した方の住所(なければ届け先)の都道府県と、郵便番号の上3桁で数えます。"
        "都道府県の列がないときは、郵便番号から決めます。どちらもない注文は「不明」です。",
        "Areas: orders of the last 365 days by the prefecture and the first three digits of the postal "
        "code of whoever ordered (else of where it went). Without a prefecture the postal code tells it; "
        "an order with neither is unknown.",
    ),
    "area_repeat": Text(
        "地域のリピート率: その地域で買った方のうち、直近365日に2日以上買った方の割合です。"
        "区間は95%(ウィルソン法)です。だれの注文か分からない注文(Amazonなど)は、人数にもリピート率にも入りません。",
        "Repeat by area: of the people who bought there, those who did on two days or more in 365 days. "
        "95% Wilson interval. Orders of nobody in particular (Amazon) count for neither.",
    ),
    "area_closed": Text(
        "配信不可: モールの注文と、だれの注文か分からない注文です。地域ごとの分析だけに使い、配信はしません。",
        "Cannot be written to: orders of malls, and orders of nobody in particular. They are analysed by "
        "area only; nobody of them is ever written to.",
    ),
}


def areas_payload(
    sales: Iterable[Mapping[str, Any]],
    people: Iterable[Mapping[str, Any]],
    malls: Collection[str],
) -> dict[str, Any]:
    """Give {days, orders, net_minor, closed, sources}; sources[0] is "" (all of them together).

    Source: source, is_mall (nobody of it may be written to), orders, net_minor, closed, prefectures,
    postals (the 100 largest), each most sales first, the unknown ("") last. Row: area, prefecture,
    orders, net_minor, closed, aov_minor, share (of the source's sales); of all sources together also
    people, repeaters, repeat_rate, low, high (None where nobody is known).
    """
    rows = list(sales)
    told = {(row["level"], row["area"]): row for row in people}
    by_source: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_source[row["source"]].append(row)
    largest = sorted(by_source, key=lambda name: (-_sum(by_source[name])["orders"], name))
    sources = [_source("", rows, malls, told)] if rows else []
    sources += [_source(name, by_source[name], malls, {}) for name in largest[:MOST_SOURCES]]
    return {"days": DAYS, **_sum(rows), "sources": sources}


def _source(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    malls: Collection[str],
    told: Mapping[tuple[str, str], Mapping[str, Any]],
) -> dict[str, Any]:
    total = _sum(rows)
    return {
        "source": name,
        "is_mall": name in malls,
        **total,
        "prefectures": _level("prefecture", rows, total, told),
        "postals": _level("postal3", rows, total, told)[:MOST_POSTALS],
    }


def _level(
    level: str,
    rows: Sequence[Mapping[str, Any]],
    total: Mapping[str, int],
    told: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[dict[str, Any]]:
    parts: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        parts[row[level]].append(row)
    found = [_area(level, area, parts[area], total, told) for area in parts]
    if level == "postal3":
        found = [row for row in found if row["area"]]
    return sorted(found, key=lambda row: (not row["area"], -row["net_minor"], row["area"]))


def _area(
    level: str,
    area: str,
    rows: Sequence[Mapping[str, Any]],
    total: Mapping[str, int],
    told: Mapping[tuple[str, str], Mapping[str, Any]],
) -> dict[str, Any]:
    sums = _sum(rows)
    mean = share_of(sums["net_minor"], sums["orders"])
    # A district on a border has orders of two prefectures: it stands under the one with more.
    orders: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        orders[row["prefecture"]] += row["orders"]
    found = {
        "area": area,
        "prefecture": min(orders, key=lambda name: (-orders[name], name)),
        **sums,
        "aov_minor": None if mean is None else round(mean),
        "share": share_of(sums["net_minor"], total["net_minor"]),
    }
    return found | _repeat(told.get((level, area))) if told else found


def _repeat(row: Mapping[str, Any] | None) -> dict[str, Any]:
    people, repeaters = (row["people"], row["repeaters"]) if row else (0, 0)
    low, high = wilson_interval(repeaters, people)
    return {
        "people": people,
        "repeaters": repeaters,
        "repeat_rate": share_of(repeaters, people),
        "low": low if people else None,
        "high": high if people else None,
    }


def _sum(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    many = list(rows)
    return {name: sum(row[name] for row in many) for name in _SUMS}

"""ロイヤルティ指数: what people say, whether they answer and whether they buy again, by class and month."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of

REPEAT_DAYS = 180
MONTHS = 13
_Z95 = 1.959963984540054

DEFINITIONS = {
    "loyalty_index": Text(
        "ロイヤルティ指数: 推奨度・反応・リピートの3つ(各0〜100)の平均です。まだわからないものは除きます。",
        "Loyalty index: the mean of recommending, answering and buying again (0 to 100 each); what is not "
        "known yet is left out.",
    ),
    "loyalty_parts": Text(
        "推奨度: 「すすめたいですか」に5と答えた割合から1〜3の割合を引いたNPS(−100〜100)を0〜100に直した値で、"
        "回答がなければ満足度の平均(1〜5)を0〜100に直します。"
        "反応: 直近365日にご案内が届いた方のうち、リンクを押したことのある方の割合です。"
        "リピート: 2回以上購入し、最後の購入が180日以内の方の割合です。",
        "Recommending: NPS, the share of 5 less that of 1 to 3 (−100 to 100), put on 0 to 100; without "
        "answers the mean satisfaction (1 to 5) put on 0 to 100. Answering: of those who got marketing in "
        "365 days, who ever pressed a link. Buying again: two purchases or more, the last within 180 days.",
    ),
}


def loyalty_payload(
    rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]], as_of: date
) -> dict[str, Any]:
    """Give {all, classes, history}; `before` is the history of the last payload.

    all, classes (most people first, with stage and is_lapsed): customers, index, nps (-100..100) and its
    95 % interval nps_low, nps_high,
    satisfaction (1..5), voice, engagement, repeat (0..100 each), asked, rated, satisfied (of those
    rated), written; None where unknown. history, oldest first, at most 13 months: month (ISO), index,
    by class ("prime-0" → index).
    """
    classes = [
        {"stage": row["stage"], "is_lapsed": row["is_lapsed"], **_parts(row)} for row in rows
    ]
    classes.sort(key=lambda row: (-row["customers"], row["stage"], row["is_lapsed"]))
    sums = {
        name: sum(row[name] for row in rows)
        for name in (
            *("customers", "repeat", "written", "engaged", "asked", "promoters", "detractors"),
            *("rated", "score", "satisfied"),
        )
    }
    everybody = _parts(sums)
    month = as_of.replace(day=1).isoformat()
    now = {
        "month": month,
        "index": everybody["index"],
        "classes": {f"{row['stage']}-{int(row['is_lapsed'])}": row["index"] for row in classes},
    }
    kept = [dict(one) for one in before if one["month"] < month]
    return {"all": everybody, "classes": classes, "history": [*kept, now][-MONTHS:]}


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    nps = share_of(100 * (row["promoters"] - row["detractors"]), row["asked"])
    mean = share_of(row["score"], row["rated"])
    voice = None
    if nps is not None:
        voice = (nps + 100) / 2
    elif mean is not None:
        voice = (mean - 1) / 4 * 100
    engagement = share_of(100 * row["engaged"], row["written"])
    repeat = share_of(100 * row["repeat"], row["customers"])
    known = [part for part in (voice, engagement, repeat) if part is not None]
    return {
        "customers": row["customers"],
        "index": sum(known) / len(known) if known else None,
        "nps": nps,
        **_nps_ends(row["promoters"], row["detractors"], row["asked"]),
        "satisfaction": mean,
        "voice": voice,
        "engagement": engagement,
        "repeat": repeat,
        **{name: row[name] for name in ("asked", "rated", "satisfied", "written")},
    }


def _nps_ends(promoters: int, detractors: int, asked: int) -> dict[str, float | None]:
    """Give the interval of a difference of two shares of the same people (Bonett and Price, 2012)."""
    if not asked:
        return {"nps_low": None, "nps_high": None}
    up, down = (promoters + 1) / (asked + 2), (detractors + 1) / (asked + 2)
    half = _Z95 * sqrt((up + down - (up - down) ** 2) / (asked + 2))
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return {"nps_low": 100 * low, "nps_high": 100 * high}

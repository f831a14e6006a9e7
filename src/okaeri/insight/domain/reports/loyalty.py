"""ロイヤルティ指数: what people say, whether they answer and whether they buy again, by class and month."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import Z95, share_of

REPEAT_DAYS = 180
# An index of fewer answers is a hint, not a figure: ten answers leave an NPS some 60 points of room.
FEWEST_ANSWERS = 10
MONTHS = 13

DEFINITIONS = {
    "loyalty_index": Text(
        "ロイヤルティ指数: 推奨度・反応・リピートの3つ(各0〜100)の平均です。まだわからないものは除き、"
        "残りを同じ重みで平均します。推奨度の回答が10件に満たない指数は「参考」とします。",
        "Loyalty index: the mean of recommending, answering and buying again (0 to 100 each); what is not "
        "known yet is left out and the others weigh the same. With fewer than 10 answers about recommending "
        "an index is marked as a hint.",
    ),
    "loyalty_parts": Text(
        "推奨度: NPS(−100〜100)を0〜100に直した値です。0〜10の回答がなければ「すすめたいですか」の平均を、"
        "それもなければ満足度の平均を0〜100に直します(どちらも1〜5)。"
        "反応: 直近365日に計測リンクのあるご案内が届いた方のうち、押したことのある方の割合です。"
        "リンクのあるご案内がなければ、反応は除きます。"
        "リピート: 2回以上購入し、最後の購入が180日以内の方の割合です。",
        "Recommending: NPS (−100 to 100) put on 0 to 100; without answers from 0 to 10 the mean of whether "
        "people would recommend, else of how satisfied they are (1 to 5), put on 0 to 100. Answering: of "
        "those who got marketing with a tracked link in 365 days, who ever pressed one; left out where nobody "
        "got any. Buying again: two purchases or "
        "more, the last within 180 days.",
    ),
    "nps": Text(
        "NPS: 「どのくらいすすめたいか」への最新の回答(0〜10)で、9・10の割合(%)から0〜6の割合(%)を引いた値です"
        "(−100〜100)。0〜10で聞いた回答だけを数えます。他のアンケートの質問は「{nps_questions}」を数えます。"
        "区間は95%です。",
        "NPS: of the newest answers to how likely people are to recommend (0 to 10), the percentage of 9 "
        "and 10 less that of 0 to 6 (−100 to 100). Only answers from 0 to 10 count; of other surveys, the "
        "questions “{nps_questions}”. 95% interval.",
    ),
    "recommend_share": Text(
        "すすめたい方の割合: 「すすめたいと思いますか」の最新の回答(1〜5)が4か5の人の割合です。"
        "1〜5で聞いた値のため、NPSとは比べられません。",
        "Would recommend: of those asked from 1 to 5, the share whose newest answer is 4 or 5. Being of "
        "five steps, it cannot be compared with any NPS.",
    ),
}


def loyalty_payload(
    rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]], as_of: date
) -> dict[str, Any]:
    """Give {all, classes, history}; `before` is the history of the last payload.

    all, classes (most people first, with stage and is_lapsed): customers, index, nps (-100..100, of
    answers from 0 to 10) and its 95 % interval nps_low, nps_high, recommend_share (0..100, of answers
    from 1 to 5), satisfaction (1..5), voice, engagement, repeat (0..100 each), answers (what voice is
    made of), is_few (fewer of them than an index needs), asked, advised,
    recommenders, rated, satisfied (of those rated), written; None where unknown. history, oldest first,
    at most 13 months: month (ISO), index, by class ("prime-0" → index).
    """
    classes = [
        {"stage": row["stage"], "is_lapsed": row["is_lapsed"], **_parts(row)} for row in rows
    ]
    classes.sort(key=lambda row: (-row["customers"], row["stage"], row["is_lapsed"]))
    sums = {
        name: sum(row[name] for row in rows)
        for name in (
            *("customers", "repeat", "written", "engaged", "asked", "promoters", "detractors"),
            *("advised", "advice", "recommenders", "rated", "score", "satisfied"),
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
    five = [one for one in (share_of(row["advice"], row["advised"]), mean) if one is not None]
    voice = (nps + 100) / 2 if nps is not None else (five[0] - 1) / 4 * 100 if five else None
    engagement = share_of(100 * row["engaged"], row["written"])
    repeat = share_of(100 * row["repeat"], row["customers"])
    answers = row["asked"] or row["advised"] or row["rated"]
    known = [part for part in (voice, engagement, repeat) if part is not None]
    return {
        "customers": row["customers"],
        "index": sum(known) / len(known) if known else None,
        "nps": nps,
        **_nps_ends(row["promoters"], row["detractors"], row["asked"]),
        "recommend_share": share_of(100 * row["recommenders"], row["advised"]),
        "satisfaction": mean,
        "voice": voice,
        "engagement": engagement,
        "repeat": repeat,
        "answers": answers,
        "is_few": answers < FEWEST_ANSWERS,
        **{
            name: row[name]
            for name in ("asked", "advised", "recommenders", "rated", "satisfied", "written")
        },
    }


def _nps_ends(promoters: int, detractors: int, asked: int) -> dict[str, float | None]:
    """Give the interval of a difference of two shares of the same people (Bonett and Price, 2012)."""
    if not asked:
        return {"nps_low": None, "nps_high": None}
    up, down = (promoters + 1) / (asked + 2), (detractors + 1) / (asked + 2)
    half = Z95 * sqrt((up + down - (up - down) ** 2) / (asked + 2))
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return {"nps_low": 100 * low, "nps_high": 100 * high}

"""Signs of life before and between purchases: what they are, and by how much each lifts freshness."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyarrow as pa

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


class SignKind(StrEnum):
    """What a person did. Values are stored; never rename."""

    ANSWER = "answer"
    REPLY = "reply"
    CLICK = "click"
    VISIT = "visit"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of life on a shop day; several of a kind on one day count once."""

    customer_id: int
    day: date
    kind: SignKind


# The same in bulk, by live customer id.
SIGNS = pa.schema([("customer_id", pa.int64()), ("day", pa.date32()), ("kind", pa.string())])
# Stations above insight give what they know since a day: of everybody, or of these people.
ReadSigns = Callable[[date], Iterable[pa.RecordBatch]]
SignsOf = Callable[[Collection[int], date], Iterable[Sign]]


@dataclass(frozen=True, kw_only=True)
class BumpRules:
    """By how many points a sign lifts freshness after its decay (domain reference §2.6).

    Complaints lift nothing: they hold selling back instead (contact policy).
    """

    answer: int = setting(
        "freshness.bump_answer",
        25,
        Text("アンケート・レビューで上がる鮮度(点)", "Points for a survey or review"),
        minimum=0,
        maximum=100,
    )
    reply: int = setting(
        "freshness.bump_reply",
        15,
        Text("問い合わせ・返信で上がる鮮度(点)", "Points for an inquiry or a reply"),
        minimum=0,
        maximum=100,
    )
    click: int = setting(
        "freshness.bump_click",
        10,
        Text("メッセージのクリックで上がる鮮度(点)", "Points for a click in a message"),
        minimum=0,
        maximum=100,
    )
    visit: int = setting(
        "freshness.bump_visit",
        5,
        Text("サイト訪問で上がる鮮度(点)", "Points for a visit to the shop's pages"),
        minimum=0,
        maximum=100,
    )
    opened: int = setting(
        "freshness.bump_open",
        2,
        Text("メッセージの開封で上がる鮮度(点)", "Points for an opened message"),
        minimum=0,
        maximum=100,
    )
    week_max: int = setting(
        "freshness.bump_week_max",
        30,
        Text("同じ反応で1週間に上がる鮮度の上限(点)", "Most points of one kind in a week"),
        minimum=0,
        maximum=100,
    )
    days: int = setting(
        "freshness.bump_days",
        180,
        Text("反応を数える日数", "Days for which signs count"),
        minimum=1,
        maximum=400,
    )

    @property
    def points(self) -> Mapping[SignKind, int]:
        """Kind → points of one day with such a sign."""
        return {
            SignKind.ANSWER: self.answer,
            SignKind.REPLY: self.reply,
            SignKind.CLICK: self.click,
            SignKind.VISIT: self.visit,
            SignKind.OPEN: self.opened,
        }

"""Three things worth doing next, by what is at stake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.f2_late import rules_in_force
from okaeri.insight.domain.findings import Reports
from okaeri.insight.domain.words import interval, money, percent, sentence
from okaeri.insight.types import LifecycleRules, NextStep

HOW_MANY = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """One group of people worth reaching: how many there are and what their sentence mentions.

    Without a `stake` of its own it is one more order of average size from each of them.
    """

    action: str
    title: Text
    why: Text
    people: Callable[[Reports], int]
    words: Callable[[Reports, LifecycleRules], dict[str, Any]]
    stake: Callable[[Reports], int] | None = None


def recommend_next_steps(reports: Reports, rules: LifecycleRules, currency: str) -> list[NextStep]:
    """Give three steps, the largest stake first; none for a shop without buyers.

    A shop too young for three gets something to look at in the remaining places.

    The stake is an upper bound made of measured sums (people × average order, or what the people
    spent in the last 12 months), not a forecast.
    """
    candidates = [
        _step(kind, people, reports, rules, currency)
        for kind in _KINDS
        if (people := kind.people(reports))
    ]
    urgent = sorted(candidates, key=lambda step: -step.net_minor)
    return [*urgent, *_look_around(reports)][:HOW_MANY]


def _step(
    kind: _Kind, people: int, reports: Reports, rules: LifecycleRules, currency: str
) -> NextStep:
    one_more = people * (reports["summary"]["aov_minor"] or 0)
    stake = kind.stake(reports) if kind.stake else one_more
    why = sentence(
        kind.why, people=f"{people:,}", yen=money(stake, currency), **kind.words(reports, rules)
    )
    return NextStep(kind.action, kind.title, why, people, stake)


def _look_around(reports: Reports) -> Iterator[NextStep]:
    """Give pages worth opening where nobody needs to be reached today; nothing is at stake."""
    buyers = reports["summary"]["buyers"]
    if not buyers:
        return
    for action, title, why in _LOOKS:
        yield NextStep(action, title, sentence(why, people=f"{buyers:,}"), buyers, 0)


def _cells(reports: Reports, stage: str, *, is_lapsed: bool) -> dict[str, int]:
    found: dict[str, int] = next(
        cell
        for cell in reports["portfolio"]["cells"]
        if cell["stage"] == stage and cell["is_lapsed"] is is_lapsed
    )
    return found


def _fresh_first_timers(reports: Reports) -> int:
    fresh = _cells(reports, "first", is_lapsed=False)
    return fresh["customers"] - fresh["f2_late"] if reports["dropoff"]["steps"] else 0


def _second_rate(reports: Reports) -> dict[str, Any]:
    first = reports["dropoff"]["steps"][0]
    return {"rate": percent(first["rate"]), "range": interval(first["low"], first["high"])}


_LOOKS = (
    (
        "look:dropoff",
        Text("何回目で離れるかを見る", "See where customers stop"),
        Text(
            "購入した {people}人が、何回目の後に来なくなるかを確かめてください。次の施策の場所が分かります。",
            "See after which purchase the {people} buyers stop coming: that is where to act next.",
        ),
    ),
    (
        "look:portfolio",
        Text("顧客の並びを見る", "See where everybody stands"),
        Text(
            "購入した {people}人を10のクラスで見て、増やしたいクラスを決めてください。",
            "Look at the {people} buyers in ten classes and choose the one to grow.",
        ),
    ),
    (
        "look:cohorts",
        Text("月ごとの新規客を比べる", "Compare the months' new customers"),
        Text(
            "購入した {people}人を初回の月で分け、戻り方がよかった月を探してください。",
            "Split the {people} buyers by first month and find the month that came back best.",
        ),
    ),
)
_WELCOME = Text(
    "初回購入だけの現役客が {people}人います。これまで2回目に進んだのは {rate}(95%区間 {range})です。"
    "全員があと1回買うと {yen} です。",
    "{people} active customers have bought once. So far {rate} went on to a second purchase (95% "
    "interval {range}). One more order from each would be {yen}.",
)
_KEEP = Text(
    "最後の購入から {warn}日以上の人が {people}人います(うち優良客 {prime}人)。{lapse}日で離脱客になります。"
    "直近12か月にこの人たちが買った {yen} がかかっています。",
    "{people} customers ({prime} of them loyal) have been silent for {warn} days or more and lapse at "
    "{lapse}. At stake is the {yen} they spent in the last 12 months.",
)
_LATE = Text(
    "初回購入から {late}〜{last}日たっても2回目がない人が {people}人います。全員があと1回買うと {yen} です。",
    "{people} customers are {late} to {last} days past their only purchase. One more order from each "
    "would be {yen}.",
)
_TODDLERS = Text(
    "初回から {days}日たたないうちに2回以上買ったよちよち客が {people}人います。関係はまだ浅い時期です。"
    "全員があと1回買うと {yen} です。",
    "{people} customers bought twice or more in their first {days} days; the bond is still thin. The next "
    "order of each would be {yen}.",
)
_GONE = Text(
    "{days}日以上購入のない優良客が {people}人います。売り込みより先に、買わない理由を1つずつ取り除きます。"
    "全員があと1回買うと {yen} です。",
    "{people} loyal customers have been silent for {days} days or more. Remove their reasons not to "
    "buy before selling; one more order from each would be {yen}.",
)

_KINDS = (
    _Kind(
        "playbook:first_follow",
        Text("初回客にフォローを始める", "Start following up first-time buyers"),
        _WELCOME,
        people=_fresh_first_timers,
        words=lambda reports, _rules: _second_rate(reports),
    ),
    _Kind(
        "playbook:welcome_back",
        Text("離脱予備軍に声をかける", "Write to customers at risk"),
        _KEEP,
        people=lambda reports: reports["summary"]["at_risk"],
        words=lambda reports, rules: {
            "prime": f"{reports['summary']['at_risk_prime']:,}",
            "warn": rules.warn_days,
            "lapse": rules.lapse_days,
        },
        stake=lambda reports: sum(
            cell["at_risk_net_12m_minor"] for cell in reports["portfolio"]["cells"]
        ),
    ),
    _Kind(
        "segment:f2_late",
        Text("F2転換が遅れている人に理由を聞く", "Ask late first-time buyers why"),
        _LATE,
        people=lambda reports: reports["summary"]["f2_late"],
        words=lambda reports, rules: {
            "late": rules_in_force(rules, reports["summary"]).f2_late_days,
            "last": rules.lapse_days - 1,
        },
    ),
    _Kind(
        "playbook:know_us",
        Text("よちよち客に会社と商品を知ってもらう", "Let toddlers get to know the shop"),
        _TODDLERS,
        people=lambda reports: _cells(reports, "toddler", is_lapsed=False)["customers"],
        words=lambda _reports, rules: {"days": rules.steady_days},
    ),
    _Kind(
        "segment:prime_lapsed",
        Text("離れた優良客に戻れない理由を聞く", "Ask lapsed loyal customers what keeps them away"),
        _GONE,
        people=lambda reports: _cells(reports, "prime", is_lapsed=True)["customers"],
        words=lambda _reports, rules: {"days": rules.lapse_days},
    ),
)

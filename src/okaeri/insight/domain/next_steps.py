"""Three things worth doing next, by what is at stake."""

from collections.abc import Iterator

from okaeri.foundation.text import Text
from okaeri.insight.domain.findings import Reports
from okaeri.insight.domain.words import interval, money, percent, sentence
from okaeri.insight.types import LifecycleRules, NextStep

HOW_MANY = 3


def recommend_next_steps(reports: Reports, rules: LifecycleRules, currency: str) -> list[NextStep]:
    """Give three steps, the largest stake first; none for a shop without buyers.

    A shop too young for three gets something to look at in the remaining places.

    The stake is an upper bound made of measured sums (people × average order, or what the people
    spent in the last 12 months), not a forecast.
    """
    candidates = [
        *_welcome_first_timers(reports, currency),
        *_keep_at_risk(reports, rules, currency),
        *_reach_f2_late(reports, rules, currency),
        *_guide_toddlers(reports, rules, currency),
        *_win_back_prime(reports, rules, currency),
    ]
    urgent = sorted(candidates, key=lambda step: -step.net_minor)
    return [*urgent, *_look_around(reports)][:HOW_MANY]


def _look_around(reports: Reports) -> Iterator[NextStep]:
    """Give pages worth opening where nobody needs to be reached today; nothing is at stake."""
    buyers = reports["summary"]["buyers"]
    if not buyers:
        return
    for action, title, why in _LOOKS:
        yield NextStep(action, title, sentence(why, people=f"{buyers:,}"), buyers, 0)


def _aov(reports: Reports) -> int:
    return reports["summary"]["aov_minor"] or 0


def _cells(reports: Reports, stage: str, *, is_lapsed: bool) -> dict[str, int]:
    found: dict[str, int] = next(
        cell
        for cell in reports["portfolio"]["cells"]
        if cell["stage"] == stage and cell["is_lapsed"] is is_lapsed
    )
    return found


def _welcome_first_timers(reports: Reports, currency: str) -> Iterator[NextStep]:
    fresh = _cells(reports, "first", is_lapsed=False)
    people = fresh["customers"] - fresh["f2_late"]
    steps = reports["dropoff"]["steps"]
    if not people or not steps:
        return
    stake = people * _aov(reports)
    yield NextStep(
        action="playbook:first_follow",
        title=Text("初回客にフォローを始める", "Start following up first-time buyers"),
        why=sentence(
            _WELCOME,
            people=f"{people:,}",
            rate=percent(steps[0]["rate"]),
            range=interval(steps[0]["low"], steps[0]["high"]),
            yen=money(stake, currency),
        ),
        customers=people,
        net_minor=stake,
    )


def _keep_at_risk(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[NextStep]:
    people = reports["summary"]["at_risk"]
    if not people:
        return
    stake = sum(cell["at_risk_net_12m_minor"] for cell in reports["portfolio"]["cells"])
    yield NextStep(
        action="playbook:welcome_back",
        title=Text("離脱予備軍に声をかける", "Write to customers at risk"),
        why=sentence(
            _KEEP,
            people=f"{people:,}",
            prime=f"{reports['summary']['at_risk_prime']:,}",
            warn=rules.warn_days,
            lapse=rules.lapse_days,
            yen=money(stake, currency),
        ),
        customers=people,
        net_minor=stake,
    )


def _reach_f2_late(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[NextStep]:
    people = reports["summary"]["f2_late"]
    if not people:
        return
    stake = people * _aov(reports)
    yield NextStep(
        action="segment:f2_late",
        title=Text("F2転換が遅れている人に理由を聞く", "Ask late first-time buyers why"),
        why=sentence(
            _LATE,
            people=f"{people:,}",
            late=rules.f2_late_days,
            last=rules.lapse_days - 1,
            yen=money(stake, currency),
        ),
        customers=people,
        net_minor=stake,
    )


def _guide_toddlers(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[NextStep]:
    people = _cells(reports, "toddler", is_lapsed=False)["customers"]
    if not people:
        return
    stake = people * _aov(reports)
    yield NextStep(
        action="playbook:know_us",
        title=Text("よちよち客に会社と商品を知ってもらう", "Let toddlers get to know the shop"),
        why=sentence(
            _TODDLERS, days=rules.steady_days, people=f"{people:,}", yen=money(stake, currency)
        ),
        customers=people,
        net_minor=stake,
    )


def _win_back_prime(reports: Reports, rules: LifecycleRules, currency: str) -> Iterator[NextStep]:
    gone = _cells(reports, "prime", is_lapsed=True)
    if not gone["customers"]:
        return
    stake = gone["customers"] * _aov(reports)
    yield NextStep(
        action="segment:prime_lapsed",
        title=Text(
            "離れた優良客に戻れない理由を聞く", "Ask lapsed loyal customers what keeps them away"
        ),
        why=sentence(
            _GONE,
            people=f"{gone['customers']:,}",
            days=rules.lapse_days,
            yen=money(stake, currency),
        ),
        customers=gone["customers"],
        net_minor=stake,
    )


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

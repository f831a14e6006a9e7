"""The one thing worth doing next for a customer, and why: trouble first, then what runs, then what fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from okaeri.customers.preference_types import PreferenceView
from okaeri.foundation.text import Text, day_in_words
from okaeri.insight.prediction_types import CustomerPredictionView
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage
from okaeri.plan.types import EnrolmentView
from okaeri.web.pages.customers.coming import coming_in_words


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of one customer today; `standing` is None before an analysis saw him."""

    today: date
    standing: CustomerInsightView | None
    has_complaint: bool
    has_low_score: bool
    may_be_written: bool
    wishes: PreferenceView | None
    walks: Sequence[EnrolmentView]
    # What is foretold of him; None before a refresh saw a purchase.
    told: CustomerPredictionView | None = None
    # Keys of journeys the shop has; None where nobody asked.
    journeys: frozenset[str] | None = None
    # Something he uses runs out about now, and a refill is what fits him best.
    is_refill_due: bool = False
    # His wish to cancel or pause a subscription waits to be carried out.
    is_leaving: bool = False

    def address_of(self, key: str) -> str:
        """Give where a journey is started; the list, where the shop has not brought it in yet."""
        is_here = self.journeys is None or key in self.journeys
        return f"/actions/journeys/{key}/" if is_here else "/actions/journeys/"


@dataclass(frozen=True, slots=True)
class NextAction:
    """One sentence with its reason; `address` leads to where it is done, "" where nothing is to do."""

    text: Text
    link: Text | None = None
    address: str = ""


_OPEN = Text("開く", "Open")
_THEY = Text("同じ状態の方の一覧", "All who are so")
_COMPLAINT = Text(
    "苦情への返事が先です。済むまで販促は止まっています。",
    "Answer the complaint first; nothing is sold until that is done.",
)
_LOW_SCORE = Text(
    "低い評価への返事が先です。済むまで販促は止まっています。",
    "Answer the low score first; nothing is sold until that is done.",
)
_UNREACHABLE = Text(
    "送れる宛先がありません。次にお話しするときに、お知らせの同意をうかがいましょう。",
    "There is no address we may write to; ask for consent when you next speak.",
)
_PAUSED = Text(
    "ご本人の希望で{day}までお休み中です。待つのが最善です。",
    "Paused until {day} at the person's wish; waiting is best.",
)
_HELD_OUT = Text(
    "「{name}」の効果を比べるため、あえて何も送っていません。手を加えないでください。",
    "Left out on purpose, to measure “{name}”; please leave it so.",
)
_RUNNING = Text(
    "「{name}」が進行中で、次の一歩は{day}です。そのまま任せられます。",
    "“{name}” is under way; its next step is on {day}. Nothing to do.",
)
_LAPSED = Text(
    "最後の購入から{n}日たっています。「おかえりなさい」で一度お声がけできます。",
    "{n} days since the last purchase; “Welcome back” can ask once how things are.",
)
_F2_LATE = Text(
    "初回から{n}日、2回目がまだです。売る前に、使い心地をうかがいましょう。",
    "{n} days without a second purchase; ask how the product works before selling.",
)
_DUE = Text("{coming}それまでは見守りましょう。", "{coming} Until then, let it be.")
_OVERDUE = Text(
    "いつもの間隔({cycle}日)を{n}日過ぎています。使い切りの頃のお知らせが合います。",
    "{n} days past the usual {cycle}: a reorder notice fits.",
)
_COLD = Text(
    "いつもの間隔({cycle}日)を{n}日過ぎ、離れかけています。売り込みの前に、わけをうかがいましょう。",
    "{n} days past the usual {cycle} and growing cold: ask why before selling.",
)
_LATE = Text(
    "いつもの間隔({cycle}日)を{n}日過ぎています。ひとこと、近況をうかがう頃合いです。",
    "{n} days past the usual {cycle}: time for a word to ask how things are.",
)
_LEAVING = Text(
    "定期の解約か休止のお申し出が、手続きを待っています。",
    "A cancellation or pause of a subscription waits to be carried out.",
)
_WAIT = Text("いまは見守るのが最善です。", "Nothing to do now.")
_FIRST_LOOK = Text(
    "次の集計で、次の一手が決まります。", "The next analysis decides what comes next."
)


def decide_next(situation: Situation, customer_id: int) -> NextAction:
    """Decide; the order is the order of what would hurt most if it were overlooked."""
    if situation.has_complaint:
        return NextAction(_COMPLAINT, _OPEN, f"/customers/{customer_id}/voices/")
    if situation.has_low_score:
        return NextAction(_LOW_SCORE, _OPEN, "/voices/")
    if situation.is_leaving:
        return NextAction(_LEAVING, _OPEN, "/voices/subscriptions/")
    if not situation.may_be_written:
        return NextAction(_UNREACHABLE)
    return _waiting(situation) or _fitting(situation)


def _waiting(situation: Situation) -> NextAction | None:
    until = situation.wishes.wishes.paused_until if situation.wishes else None
    if until is not None and situation.today <= until:
        return NextAction(_PAUSED.format(day=day_in_words(until)))
    walk = min(
        (walk for walk in situation.walks if walk.state == "active"),
        key=lambda walk: walk.due_at,
        default=None,
    )
    if walk is None:
        return None
    address = f"/actions/journeys/{walk.journey_key}/"
    if walk.arm == "holdout":
        return NextAction(_HELD_OUT.format(name=walk.journey_name), _OPEN, address)
    day = day_in_words(max(situation.today, walk.due_at.date()))
    return NextAction(_RUNNING.format(name=walk.journey_name, day=day), _OPEN, address)


def _fitting(situation: Situation) -> NextAction:
    standing = situation.standing
    if standing is None:
        return NextAction(_FIRST_LOOK)
    away = standing.recency_days or 0
    if standing.is_lapsed or standing.is_at_risk:
        return NextAction(_LAPSED.format(n=away), _OPEN, situation.address_of("welcome_back"))
    if standing.is_f2_late:
        # His follow journey begins with the purchase: for him it is too late, for his like there is a list.
        return NextAction(_F2_LATE.format(n=away), _THEY, "/customers/?flag=f2_late")
    told = situation.told
    if told is None or standing.last_on is None or standing.stage is Stage.LEAD:
        return NextAction(_WAIT)
    cycle = round(told.usual_gap_days)
    late = (situation.today - standing.last_on).days - cycle
    if late <= 0:
        return NextAction(_DUE.format(coming=coming_in_words(told)))
    return _overdue(situation, standing, {"n": late, "cycle": cycle})


def _overdue(
    situation: Situation, standing: CustomerInsightView, days: dict[str, int]
) -> NextAction:
    """Give the play whose people he is one of; where none is meant for him, a word alone."""
    if situation.is_refill_due:
        return NextAction(_OVERDUE.format(**days), _OPEN, situation.address_of("runs_out"))
    if standing.freshness_band is FreshnessBand.LOST:
        return NextAction(_COLD.format(**days), _OPEN, situation.address_of("win_back"))
    return NextAction(_LATE.format(**days))

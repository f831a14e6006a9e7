"""What crosses insight's border: classes, ranks, freshness, the rules behind them, reports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from okaeri.foundation.settings import Contradiction, must_be_below, setting
from okaeri.foundation.text import Text


class Stage(StrEnum):
    """Where a customer stands on the way to a regular (CPM). Values are stored; never rename."""

    LEAD = "lead"
    FIRST = "first"
    TODDLER = "toddler"
    STEADY = "steady"
    TREND = "trend"
    PRIME = "prime"


STAGE_NAMES: dict[Stage, Text] = {
    Stage.LEAD: Text("見込み客", "Lead"),
    Stage.FIRST: Text("初回客", "First-time"),
    Stage.TODDLER: Text("よちよち客", "Toddler"),
    Stage.STEADY: Text("コツコツ客", "Steady"),
    Stage.TREND: Text("流行客", "Trend"),
    Stage.PRIME: Text("優良客", "Loyal"),
}
# The five classes of buyers, in the order they are shown.
STAGES = (Stage.FIRST, Stage.TODDLER, Stage.STEADY, Stage.TREND, Stage.PRIME)


class HalfLifeBasis(StrEnum):
    """Whose purchase cycle freshness halves by. Values are stored; never rename."""

    OWN = "own"
    PRODUCT = "product"
    SHOP = "shop"
    LEAD = "lead"


class FreshnessBand(StrEnum):
    FRESH = "fresh"
    FADING = "fading"
    CARE = "care"
    LOST = "lost"


BAND_NAMES: dict[FreshnessBand, Text] = {
    FreshnessBand.FRESH: Text("新鮮", "Fresh"),
    FreshnessBand.FADING: Text("鮮度低下", "Fading"),
    FreshnessBand.CARE: Text("要ケア", "Needs care"),
    FreshnessBand.LOST: Text("離脱圏", "Out of reach"),
}


# What every column called 12m sums (§1.3 #34); who is active is the shop's own matter.
YEAR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class LifecycleRules:
    """Every setting of the ten classes (domain reference §1.3 #1 to #16). Days are shop days."""

    tenure_basis: str = setting(
        "cpm.tenure_basis",
        "elapsed",
        Text("在籍日数の数え方", "How tenure is counted"),
        choices=("elapsed", "span"),
    )
    steady_days: int = setting(
        "cpm.steady_days",
        90,
        Text("よちよち客の上限日数", "Days as a toddler"),
        minimum=1,
        maximum=3650,
    )
    prime_days: int = setting(
        "cpm.prime_days", 210, Text("優良客の在籍日数", "Days until loyal"), minimum=1, maximum=3650
    )
    lapse_days: int = setting(
        "cpm.lapse_days",
        240,
        Text("離脱とみなす日数", "Days until lapsed"),
        minimum=1,
        maximum=3650,
    )
    warn_days: int = setting(
        "cpm.warn_days",
        180,
        Text("離脱予備軍の日数", "Days until at risk"),
        minimum=1,
        maximum=3650,
    )
    active_days: int = setting(
        "cpm.active_days",
        365,
        Text("稼働顧客の日数", "Days counted as active"),
        minimum=1,
        maximum=3650,
    )
    f2_late_days: int = setting(
        "cpm.f2_late_days",
        90,
        Text("F2転換遅れの日数", "Days until F2 is late"),
        minimum=1,
        maximum=3650,
    )
    # "own_days": the 80 % point of the shop's own days from the first to the second purchase (§1.3 #6); the
    # number above serves while too few came back.
    f2_late_mode: str = setting(
        "cpm.f2_late_mode",
        "fixed_days",
        Text("F2転換遅れの日数の決め方", "How those days are decided"),
        choices=("fixed_days", "own_days"),
    )
    unit_price_mode: str = setting(
        "cpm.unit_price_mode",
        "aov_all",
        Text("平均顧客単価の取り方", "Which average unit price"),
        choices=("aov_all", "aov_12m", "per_customer", "fixed"),
    )
    # "monthly": of the orders before the first of the month, and frozen for the month (§1.3 #11).
    threshold_refresh: str = setting(
        "cpm.threshold_refresh",
        "monthly",
        Text("単価を計算し直す時期", "When the unit price is reckoned anew"),
        choices=("monthly", "nightly"),
    )
    fixed_unit_price_minor: int = setting(
        "cpm.fixed_unit_price",
        10_000,
        Text("固定の平均顧客単価", "Fixed unit price"),
        minimum=1,
        maximum=1_000_000_000,
    )
    multiple: float = setting(
        "cpm.multiple",
        7.0,
        Text("単価の倍率", "Multiple of the unit price"),
        minimum=0.1,
        maximum=1000,
    )
    # Under so many orders the average is noise and the fixed price is used.
    fewest_orders: int = setting(
        "cpm.fewest_orders",
        100,
        Text("平均を使う最少注文数", "Fewest orders for an average"),
        minimum=0,
        maximum=1_000_000,
    )
    revive_flag_days: int = setting(
        "revive.flag_days",
        90,
        Text("復活の印を残す日数", "Days marked as revived"),
        minimum=0,
        maximum=3650,
    )
    merge_same_day: bool = setting(
        "merge_same_day", True, Text("同じ日の注文を1回と数える", "Count one purchase a day")
    )
    count_trial: bool = setting(
        "count_trial", True, Text("トライアルを購入に数える", "Count trials as purchases")
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the days that would leave a class or a mark without anybody."""
        yield from must_be_below(self, "steady_days", "prime_days", _NO_TREND)
        yield from must_be_below(self, "warn_days", "lapse_days", _NO_WARNING)
        yield from must_be_below(self, "f2_late_days", "lapse_days", _NO_LATE)


_NO_TREND = Text(
    "いまのままでは、流行客になれる人がいません。", "As it is, nobody could be a trend customer."
)
_NO_WARNING = Text(
    "いまのままでは、離脱予備軍になる前に離脱します。",
    "As it is, people would lapse before they count as at risk.",
)
_NO_LATE = Text(
    "いまのままでは、F2転換遅れになる前に離脱します。",
    "As it is, people would lapse before their F2 counts as late.",
)


@dataclass(frozen=True, slots=True)
class CustomerInsightView:
    """Where one customer stands as of the last refresh; field meanings as in `insight.models`."""

    customer_id: int
    as_of: date
    stage: Stage
    is_lapsed: bool
    is_at_risk: bool
    is_f2_late: bool
    is_revived: bool
    purchase_count: int
    order_count: int
    first_on: date | None
    second_on: date | None
    last_on: date | None
    tenure_days: int | None
    recency_days: int | None
    net_minor: int
    net_12m_minor: int
    r_rank: int | None
    f_rank: int | None
    m_rank: int | None
    cycle_days: float | None
    freshness: float
    freshness_band: FreshnessBand
    discount_share: float | None = None
    margin_share: float | None = None
    stage_before: Stage | None = None
    lapsed_before: bool | None = None
    runs_out_on: date | None = None
    fresh_on: date | None = None
    half_life_days: float | None = None
    # A `HalfLifeBasis`; "" in rows of older editions.
    half_life_basis: str = ""
    prime_ended_on: date | None = None


def class_name(stage: Stage, *, is_lapsed: bool) -> Text:
    """Name one of the ten classes as the field does: 初回現役客, 優良離脱客; a lead has no half."""
    base = STAGE_NAMES[stage]
    if stage is Stage.LEAD:
        return base
    half = Text("離脱客", "lapsed") if is_lapsed else Text("現役客", "active")
    return Text(base.ja.removesuffix("客") + half.ja, f"{base.en}, {half.en}")


@dataclass(frozen=True, slots=True)
class CustomerClass:
    """One of the ten classes; `key` ("prime", "prime:lapsed") names it in rows and addresses."""

    stage: Stage
    is_lapsed: bool

    @property
    def key(self) -> str:
        return f"{self.stage.value}{LAPSED_KEY if self.is_lapsed else ''}"

    @property
    def name(self) -> Text:
        return class_name(self.stage, is_lapsed=self.is_lapsed)


LAPSED_KEY = ":lapsed"
TEN_CLASSES = tuple(
    CustomerClass(stage, is_lapsed)
    for stage in Stage
    if stage is not Stage.LEAD
    for is_lapsed in (False, True)
)


@dataclass(frozen=True, slots=True)
class ReportView:
    """One finished analysis; `payload` is documented beside the feature that makes it."""

    name: str
    as_of: date
    rule_version: str
    payload: dict[str, Any]
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class ClassChange:
    """One of the ten classes: customers at the last refresh, and under other rules on that day."""

    stage: Stage
    is_lapsed: bool
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ClassMove:
    """How many customers other rules would move from one class to another; None: no purchase counts."""

    before: CustomerClass | None
    after: CustomerClass | None
    customers: int


@dataclass(frozen=True, slots=True)
class ClassMover:
    """One customer whom other rules would put into another class, and what decides it."""

    customer_id: int
    before: CustomerClass | None
    after: CustomerClass | None
    why: Text


@dataclass(frozen=True, slots=True)
class ClassPreview:
    """What other rules would make of the ten classes (always all ten, in fixed order).

    `threshold_minor` is the bar between steady and loyal customers in the smallest unit. `moves` are
    the changes of class, most people first; `movers` the largest of those customers.
    """

    as_of: date
    threshold_before_minor: int
    threshold_minor: int
    classes: tuple[ClassChange, ...]
    moves: tuple[ClassMove, ...] = ()
    movers: tuple[ClassMover, ...] = ()

    @property
    def changing(self) -> int:
        """How many customers would change class."""
        return sum(move.customers for move in self.moves)


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A named group of customers; `size` as of `computed_at`.

    `preset` names the ready-made segment it began as, `deleted_at` when it was put away.
    """

    id: int
    name: str
    rule: dict[str, Any]
    size: int
    computed_at: datetime | None
    preset: str = ""
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SegmentChangeView:
    """Who entered and who left a segment at one count; `id` grows, so readers can go on from it."""

    id: int
    segment_id: int
    at: datetime
    entered: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SegmentOverlap:
    """How many people two segments share; `jaccard` is that share of all who are in either."""

    segment_id: int
    name: str
    size: int
    both: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class ClassShare:
    """How many of some people stand in one class, and how many that class has in all."""

    stage: Stage
    is_lapsed: bool
    inside: int
    everyone: int

    @property
    def share_of_class(self) -> float:
        """0 to 1."""
        return self.inside / self.everyone


@dataclass(frozen=True, slots=True)
class RulePreview:
    """Whom a rule means now: how many, the first few, and which segments they are in already.

    `parts` are the people each top-level part means alone; `words` says the rule in one sentence.
    """

    as_of: date | None
    total: int
    everyone: int
    sample: tuple[int, ...]
    overlaps: tuple[SegmentOverlap, ...]
    parts: tuple[int, ...]
    words: Text


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """One answer to a question on a scale, as segments read it; other stations bring them.

    `subject` is what was asked about: "order:12", or "" for nothing particular; `top` the best score.
    """

    customer_id: int
    day: date
    question: str
    score: int
    subject: str = ""
    top: int = 5


# Rows of one page, whatever is asked for.
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of the customer list and how many there are in all."""

    rows: tuple[CustomerInsightView, ...]
    total: int


class Depth(StrEnum):
    """How much a refresh computes beside the classes and what is counted from them."""

    # Every further analysis and prediction.
    ALL = "all"
    # Those a night can have changed (`insight.domain.due`).
    DUE = "due"
    # None: what is there stays as it is, and closed months wait for the next deeper refresh.
    CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class RefreshSummary:
    """What a refresh did."""

    as_of: date
    customers: int
    orders: int
    engine: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence a page shows, from the report `report`; numbers carry their uncertainty."""

    key: str
    report: str
    text: Text


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing worth doing next: how many people it is about and what is at stake, in money.

    `action` names what the product offers for it: "playbook:first_follow", "playbook:know_us",
    "playbook:welcome_back", a group to reach: "segment:f2_late", "segment:prime_lapsed",
    or a page to open: "look:dropoff", "look:portfolio", "look:cohorts".
    """

    action: str
    title: Text
    why: Text
    customers: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """One complete analysis of an order history, without a database.

    `reports` holds the same payloads as stored reports, by name ("summary", "portfolio", "dropoff",
    "f2", "cohorts", "freshness", "rfm").
    """

    as_of: date
    currency: str
    rule_version: str
    engine: str
    reports: dict[str, dict[str, Any]]
    findings: tuple[Finding, ...]
    next_steps: tuple[NextStep, ...]
    definitions: dict[str, Text]


@dataclass(frozen=True, slots=True)
class PortfolioSeries:
    """Month ends told by one set of rules: their months (first days, rising) and the settings by key.

    settings: None where they were not written down, as by older editions.
    """

    rule_version: str
    months: tuple[date, ...]
    is_present: bool
    settings: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One class at one month's end (`month` is the first day of that month)."""

    month: date
    stage: str
    is_lapsed: bool
    customers: int
    net_minor: int
    net_12m_minor: int
    threshold_minor: int

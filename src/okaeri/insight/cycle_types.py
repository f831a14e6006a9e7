"""Settings of purchase cycles, and what crosses the border: when a person's product runs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from okaeri.foundation.settings import Contradiction, must_be_below, setting
from okaeri.foundation.text import Text

# Days before and after the day of analysis for which run-outs are kept for journeys.
KEPT_BEHIND, KEPT_AHEAD = 7, 28


@dataclass(frozen=True, kw_only=True)
class CycleRules:
    """How the day a product is used up is told, and when somebody is late (domain reference §2.4)."""

    days_to_arrive: int = setting(
        "cycle.days_to_arrive",
        3,
        Text("注文から到着までの日数", "Days from order to arrival"),
        minimum=0,
        maximum=60,
    )
    lead_days: int = setting(
        "cycle.lead_days",
        5,
        Text("使い切りの何日前に送るか", "Days before the run-out to write"),
        minimum=0,
        maximum=KEPT_AHEAD,
    )
    fewest_intervals: int = setting(
        "cycle.fewest_intervals",
        5,
        Text("商品のサイクルを使う最少の間隔数", "Fewest intervals for a product's cycle"),
        minimum=1,
        maximum=1000,
    )
    # So many intervals of the product weigh as much as the person's own.
    prior_intervals: float = setting(
        "cycle.prior_intervals",
        2.0,
        Text("商品の中央値に寄せる強さ(間隔の数)", "Weight of the product's median (intervals)"),
        minimum=0,
        maximum=100,
    )
    overdue_ratio: float = setting(
        "cycle.overdue_ratio",
        1.2,
        Text("遅れとみなす乖離率", "Ratio from which somebody is overdue"),
        minimum=1,
        maximum=10,
    )
    at_risk_ratio: float = setting(
        "cycle.at_risk_ratio",
        2.0,
        Text("離脱予備とみなす乖離率", "Ratio from which somebody is at risk"),
        minimum=1,
        maximum=20,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the ratios that would leave nobody merely overdue."""
        yield from must_be_below(self, "overdue_ratio", "at_risk_ratio", _NONE_OVERDUE)


_NONE_OVERDUE = Text(
    "いまのままでは、遅れている人がそのまま離脱予備になります。",
    "As it is, whoever is overdue would be at risk at once.",
)


@dataclass(frozen=True, slots=True)
class RunOutView:
    """When one product of one person should be used up, as of the last refresh.

    `basis`: "supply" (quantity × days of use), "own" (the person's own cycle drawn towards the
    product's), "product" (the product's median). next_low_on, next_on, next_high_on: when he buys it
    again, if he does, with its 80 % interval; None before a refresh told it.
    """

    customer_id: int
    sku: str
    last_on: date
    runs_out_on: date
    basis: str
    next_low_on: date | None = None
    next_on: date | None = None
    next_high_on: date | None = None


@dataclass(frozen=True, slots=True)
class PersonRunOut:
    """One product of one person, however far from today; past: used up before the last refresh.

    is_far_past: silent for longer than `cycle.at_risk_ratio` times its use; nobody waits for it any more.
    """

    due: RunOutView
    is_past: bool
    is_far_past: bool

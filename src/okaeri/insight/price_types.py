"""Settings of the analysis of prices and discounts."""

from collections.abc import Iterator
from dataclasses import dataclass

from okaeri.foundation.settings import Contradiction, must_be_below, setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class PriceRules:
    """From when somebody depends on discounts, and how much of a discount each class should get."""

    dependent_share: float = setting(
        "price.dependent_share",
        0.5,
        Text("値引き依存とみなす値引き購入率", "Discounted orders of those who depend on them"),
        minimum=0.05,
        maximum=1,
    )
    campaign_share: float = setting(
        "price.campaign_share",
        0.8,
        Text("セール時のみ購入とみなす値引き購入率", "Discounted orders of campaign-only buyers"),
        minimum=0.05,
        maximum=1,
    )
    fewest_orders: int = setting(
        "price.fewest_orders",
        2,
        Text("値引きの傾向を見る最少注文数", "Fewest orders to tell a habit"),
        minimum=1,
        maximum=100,
    )
    first_limit: float = setting(
        "price.first_limit",
        0.1,
        Text("初回客への値引き率の上限", "Highest discount rate for first-time customers"),
        minimum=0,
        maximum=1,
    )
    toddler_limit: float = setting(
        "price.toddler_limit",
        0.1,
        Text("よちよち客への値引き率の上限", "Highest discount rate for toddlers"),
        minimum=0,
        maximum=1,
    )
    steady_limit: float = setting(
        "price.steady_limit",
        0.1,
        Text("コツコツ客への値引き率の上限", "Highest discount rate for steady customers"),
        minimum=0,
        maximum=1,
    )
    trend_limit: float = setting(
        "price.trend_limit",
        0.05,
        Text("流行客への値引き率の上限", "Highest discount rate for trend customers"),
        minimum=0,
        maximum=1,
    )
    prime_limit: float = setting(
        "price.prime_limit",
        0.15,
        Text("優良客への値引き率の上限", "Highest discount rate for loyal customers"),
        minimum=0,
        maximum=1,
    )

    def limit_of(self, stage: str) -> float:
        """Give the highest discount rate of a class."""
        return float(getattr(self, f"{stage}_limit"))

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the shares by which campaign-only buyers would not depend on discounts."""
        yield from must_be_below(
            self, "dependent_share", "campaign_share", _NOT_DEPENDENT, or_equal=True
        )


_NOT_DEPENDENT = Text(
    "いまのままでは、セール時にしか買わない人が値引き依存に数えられません。",
    "As it is, people who buy in campaigns only would not count as dependent on discounts.",
)

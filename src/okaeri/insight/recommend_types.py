"""What crosses insight's border about products: recommendations, interests, and their rules."""

from dataclasses import dataclass
from datetime import date

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class RecommendRules:
    """What may be recommended to whom (domain rows H-07 and C-15, §1.3 #17, §2.4)."""

    price_band: float = setting(
        "recommend.price_band",
        0.3,
        Text("低額の方へのおすすめの価格帯(中央値±割合)", "Price band for low spenders (± share)"),
        minimum=0.05,
        maximum=10,
    )
    reorder_share: float = setting(
        "recommend.reorder_share",
        0.15,
        Text("くり返し買う商品とみなす割合", "Share of repeaters that makes a product a refill"),
        minimum=0.01,
        maximum=1,
    )
    retrain_days: int = setting(
        "recommend.retrain_days",
        7,
        Text("おすすめを学び直す間隔(日)", "Days between trainings of recommendations"),
        minimum=1,
        maximum=90,
    )
    fewest_pairs: int = setting(
        "basket.fewest_pairs",
        20,
        Text("併売を数える最少の組数", "Fewest joint purchases of a pair shown"),
        minimum=1,
        maximum=10_000,
    )
    left_out: str = setting(
        "basket.left_out",
        "",
        Text(
            "併売とおすすめから外す商品コード(空白で区切る)",
            "Product codes left out of baskets and recommendations (spaces between)",
        ),
    )
    least_affinity: float = setting(
        "recommend.least_affinity",
        1.5,
        Text(
            "関心ありとみなす倍率(全体の割合に対して)",
            "Times everybody's share that make an interest",
        ),
        minimum=1.1,
        maximum=20,
    )
    new_product_days: int = setting(
        "interest.new_product_days",
        30,
        Text("新商品とみなす日数", "Days a product counts as new"),
        minimum=1,
        maximum=365,
    )


@dataclass(frozen=True, slots=True)
class RecommendedItem:
    """One product worth showing to one person, best first; `url` is "" where the shop gave none.

    `method` is "reorder", "popular", "next", "similar", "together" or "als"; `because_sku` is the
    purchase or view it follows from, "" where it follows from none.
    """

    sku: str
    name: str
    score: float
    reason: Text
    method: str
    price_minor: int | None = None
    url: str = ""
    because_sku: str = ""


@dataclass(frozen=True, slots=True)
class ItemFactView:
    """What all purchases say of one product as of the last refresh; `price_minor` is a median paid."""

    sku: str
    name: str
    price_minor: int | None
    buyers: int
    recent_buyers: int
    repeat_buyers: int
    cycle_days: float | None
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class NewProductView:
    """One product that is new in the shop, and how many people care for its category.

    `first_on` is the day of its first sale, None before it; `topic` is "" without a category.
    """

    sku: str
    name: str
    topic: str
    first_on: date | None
    audience: int

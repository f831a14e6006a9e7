"""The purchase count as a facet of every report: what is counted, and where somebody stands today."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from okaeri.foundation.text import Text


class Counted(StrEnum):
    """What is counted of one person."""

    # Purchases at the shop, one a day by default (`LifecycleRules.merge_same_day`).
    SHOP = "shop"
    # Days on which he bought one product.
    PRODUCT = "product"
    # Deliveries of the subscription that got furthest.
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class CountBand:
    """So many times: from `least` to `most`, without an end where `most` is None."""

    least: int
    most: int | None

    @property
    def name(self) -> Text:
        """1回, 5〜9回, 10回以上: an F and a number would be read as a rank of RFM."""
        if self.most is None:
            return Text(f"{self.least}回以上", f"{self.least}+ times")
        if self.most > self.least:
            return Text(f"{self.least}〜{self.most}回", f"{self.least}–{self.most} times")
        return Text(f"{self.least}回", "once" if self.least == 1 else f"{self.least} times")


# Each of the first purchases is a step of its own; later ones tell less apart.
BANDS = (
    *(CountBand(number, number) for number in range(1, 5)),
    CountBand(5, 9),
    CountBand(10, None),
)


@dataclass(frozen=True, slots=True)
class CountFacet:
    """The customers who stand in one band today; `sku` names the product where one is counted."""

    band: CountBand
    counted: Counted = Counted.SHOP
    sku: str = ""

    @property
    def token(self) -> str:
        """Give a short word for reports, charts and files: shop-3, product-1-0a1b2c3d4e."""
        parts = [self.counted.value, str(self.band.least)]
        if self.sku:
            # Product codes may be long and hold anything.
            parts.append(hashlib.blake2s(self.sku.encode(), digest_size=5).hexdigest())
        return "-".join(parts)

"""What each acquisition source cost, as the shop writes it down."""

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight.domain.media_costs import read_costs
from okaeri.insight.media_types import MediaCostView


def read_media_costs(text: str) -> tuple[list[MediaCostView], list[Text]]:
    """Read a table of month, media code and cost; give the costs and every mistake in a sentence."""
    return read_costs(text, load(ShopProfile).currency)

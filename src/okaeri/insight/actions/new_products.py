"""New products and the people who care for their category."""

from datetime import date, timedelta

from okaeri.foundation.settings import load
from okaeri.insight.domain.interests import topics_of
from okaeri.insight.recommend_types import NewProductView, RecommendRules
from okaeri.insight.store import interests, items
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn


def list_new_products(on: date) -> list[NewProductView]:
    """Give what was first sold lately or never yet, those most people care for first.

    The audience is everybody who cares for the product's own category (its finest topic that is
    known), as of the last training.
    """
    first_days, sizes = items.first_days(), interests.sizes()
    since = on - timedelta(days=load(RecommendRules).new_product_days)
    found = [
        _view(product, first_days.get(sku), sizes)
        for sku, product in intake.list_products().items()
        if (sku not in first_days or first_days[sku] > since)
        and not (product.is_sample or product.is_trial or product.stock == 0)
    ]
    return sorted(found, key=lambda view: (-view.audience, view.name, view.sku))


def _view(product: ProductIn, first_on: date | None, sizes: dict[str, int]) -> NewProductView:
    known = [topic for topic in topics_of(product.category) if topic in sizes]
    topic = known[-1] if known else ""
    name = product.name or product.sku
    return NewProductView(product.sku, name, topic, first_on, sizes.get(topic, 0))

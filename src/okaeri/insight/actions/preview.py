"""What other class rules would make of the customers, before anybody decides for them."""

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.analysis import Request, preview_portfolio
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.store import reports
from okaeri.insight.types import ClassChange, ClassPreview, LifecycleRules, RankRules, Stage


def preview_class_counts(rules: LifecycleRules, *, warehouse: Warehouse) -> ClassPreview | None:
    """Count the ten classes under `rules` on the day of the last refresh; writes nothing.

    `warehouse` is read as it stands. None before the first refresh.
    """
    stored = reports.find("portfolio")
    if stored is None or not warehouse.has(ORDERS):
        return None
    request = Request(stored.as_of, rules, load(RankRules))
    payload = preview_portfolio(warehouse, warehouse.table(ORDERS), request)
    cells = zip(stored.payload["cells"], payload["cells"], strict=True)
    return ClassPreview(
        as_of=stored.as_of,
        threshold_before_minor=stored.payload["threshold_minor"],
        threshold_minor=payload["threshold_minor"],
        classes=tuple(
            ClassChange(Stage(old["stage"]), old["is_lapsed"], old["customers"], new["customers"])
            for old, new in cells
        ),
    )

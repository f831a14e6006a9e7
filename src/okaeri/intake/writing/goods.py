"""What the shop's products say of orders: their cost, and whether they hold only trials or samples."""

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa

from okaeri.intake.models import OrderLine, Product

_UNKNOWN_COST = -(2**62)


@dataclass(slots=True)
class Goods:
    """By order ref; empty where no product says anything. `costs` is by product code."""

    cost: array  # type: ignore[type-arg]
    only_trials: bytearray
    only_samples: bytearray
    costs: dict[str, int | None]

    def cost_of(self, ref: int) -> int | None:
        """Give what the goods of an order cost, None while any cost is unknown."""
        cost: int = self.cost[ref]
        return None if cost <= _UNKNOWN_COST else cost


def margin(net: int, cost: int | None, is_purchase: bool) -> int | None:
    """Net minus cost; None while a cost is unknown; goods of orders that do not count came back."""
    if cost is None:
        return None
    return net - cost if is_purchase or net else 0


def weigh_goods(lines: Callable[[], Iterable[pa.RecordBatch]], orders: int) -> Goods:
    """Sum costs and look for orders of nothing but trials or samples."""
    names = ("sku", "cost_minor", "is_trial", "is_sample")
    products = {row[0]: row[1:] for row in Product.objects.values_list(*names)}
    if not products:
        return Goods(array("q"), bytearray(), bytearray(), {})
    goods = Goods(
        array("q", bytes(8 * orders)),
        bytearray(b"\1") * orders,
        bytearray(b"\1") * orders,
        {sku: row[0] for sku, row in products.items()},
    )
    for batch in lines():
        _weigh(batch, products, goods)
    for ref, is_sample_only in enumerate(goods.only_samples):
        if is_sample_only:
            goods.only_trials[ref] = 0
    return goods


def _weigh(
    batch: pa.RecordBatch, products: dict[str, tuple[int | None, bool, bool]], goods: Goods
) -> None:
    unknown = (None, False, False)
    rows = zip(*(batch[n].to_pylist() for n in ("order_ref", "sku", "quantity")), strict=True)
    for ref, sku, pieces in rows:
        cost, is_trial, is_sample = products.get(sku, unknown)
        if cost is None:
            goods.cost[ref] = _UNKNOWN_COST
        elif goods.cost[ref] > _UNKNOWN_COST:
            goods.cost[ref] += cost * pieces
        if not is_sample:
            goods.only_samples[ref] = 0
            if not is_trial:
                goods.only_trials[ref] = 0


@dataclass(slots=True)
class Held:
    """What a stored order holds. `cost` is in the smallest unit, None while any line's is unknown."""

    cost: int | None = 0
    only_samples: bool = True
    only_trials: bool = True

    def add(self, pieces: int, cost: int | None, *, is_trial: bool, is_sample: bool) -> None:
        """Put one line to it."""
        self.cost = None if cost is None or self.cost is None else self.cost + cost * pieces
        self.only_samples = self.only_samples and is_sample
        self.only_trials = self.only_trials and (is_trial or is_sample)

    @property
    def is_trial(self) -> bool:
        """Tell whether it holds trials, and beside them nothing but samples."""
        return self.only_trials and not self.only_samples


def weigh_stored(order_ids: Collection[int]) -> dict[int, Held]:
    """Give order → what it holds, as `weigh_goods` tells of orders that are still coming in."""
    lines = OrderLine.objects.filter(order_id__in=order_ids)
    rows = list(lines.values_list("order_id", "sku", "quantity", "cost_minor"))
    marks = ("sku", "is_trial", "is_sample")
    marked = Product.objects.filter(sku__in={row[1] for row in rows})
    goods = {sku: (trial, sample) for sku, trial, sample in marked.values_list(*marks)}
    found: dict[int, Held] = {}
    for order_id, sku, pieces, cost in rows:
        is_trial, is_sample = goods.get(sku, (False, False))
        held = found.setdefault(order_id, Held())
        held.add(pieces, cost, is_trial=is_trial, is_sample=is_sample)
    return found

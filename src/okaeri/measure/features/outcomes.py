"""What assigned customers did inside their window, and its sums per arm.

Every assigned customer counts, those who never bought with zero: the mean per buyer ranks treatments
by who was persuaded to buy at all, and the wrong one wins (the Hillstrom trap).
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

ASSIGNMENTS = pa.schema(
    [
        ("experiment_id", pa.int64()),
        ("customer_id", pa.int64()),
        ("arm", pa.string()),
        # Naive UTC, as in the warehouse's orders; `counted_until` is inclusive.
        ("assigned_at", pa.timestamp("us")),
        ("counted_until", pa.timestamp("us")),
    ]
)
# The columns of the warehouse's orders that are read here.
ORDERS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("ordered_at", pa.timestamp("us")),
        ("is_purchase", pa.bool_()),
        ("net_minor", pa.int64()),
        ("margin_minor", pa.int64()),
    ]
)
NUMBERS = {"orders": "orders", "revenue": "net_minor", "margin": "margin_minor"}


def compute_outcomes(assignments: ir.Table, orders: ir.Table) -> ir.Table:
    """One row per experiment and assigned customer; columns orders, net_minor, margin_minor, unknown.

    Purchases count in (assigned_at, counted_until]; `orders` are those `insight.api.read_orders` gives:
    what came back, whenever it did, is off the purchase it came back from. `unknown` counts purchases
    without a margin.
    """
    counted = _counted_orders(orders)
    inside = counted.join(
        assignments,
        [
            counted.buyer_id == assignments.customer_id,
            counted.ordered_at > assignments.assigned_at,
            counted.ordered_at <= assignments.counted_until,
        ],
    )
    bought = inside.group_by(buyer_experiment=inside.experiment_id, buyer_id=inside.buyer_id).agg(
        orders=inside.orders.sum(),
        net_minor=inside.net_minor.sum(),
        margin_minor=inside.margin_minor.sum(),
        unknown=inside.unknown.sum(),
    )
    everyone = assignments.left_join(
        bought,
        [
            assignments.experiment_id == bought.buyer_experiment,
            assignments.customer_id == bought.buyer_id,
        ],
    )
    return everyone.select(
        "experiment_id",
        "arm",
        "customer_id",
        **{
            name: everyone[name].fill_null(0).cast("int64")
            for name in ("orders", "net_minor", "margin_minor", "unknown")
        },
    )


def _counted_orders(orders: ir.Table) -> ir.Table:
    counted = orders.filter(orders.is_purchase)
    return counted.select(
        buyer_id=counted.customer_id,
        ordered_at=counted.ordered_at,
        orders=ibis.literal(1),
        net_minor=counted.net_minor,
        margin_minor=counted.margin_minor.fill_null(0),
        unknown=counted.margin_minor.isnull().ifelse(1, 0),
    )


def compute_sums(outcomes: ir.Table) -> ir.Table:
    """One row per experiment and arm: customers, buyers, unknown, and per number total and squares.

    `<number>_squares` are squared distances from the arm's own mean (second pass over `outcomes`, so
    stage it): raw squares of large amounts would lose the digits that matter.
    """
    means = outcomes.group_by(mean_experiment=outcomes.experiment_id, mean_arm=outcomes.arm).agg(
        **{f"{name}_mean": outcomes[name].cast("float64").mean() for name in NUMBERS.values()}
    )
    beside = outcomes.join(
        means,
        [outcomes.experiment_id == means.mean_experiment, outcomes.arm == means.mean_arm],
    )
    numbers: dict[str, ir.Value] = {}
    for name in NUMBERS.values():
        gap = beside[name].cast("float64") - beside[f"{name}_mean"]
        numbers[f"{name}_total"] = beside[name].sum().cast("int64")
        numbers[f"{name}_squares"] = (gap * gap).sum()
    return beside.group_by("experiment_id", "arm").agg(
        customers=beside.count(),
        buyers=(beside.orders > 0).ifelse(1, 0).sum().cast("int64"),
        unknown=beside.unknown.sum().cast("int64"),
        **numbers,
    )

"""In which class everybody stood on several days, from one walk over the purchases."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.lifecycle import stage_of
from okaeri.insight.features.ranks import compute_ranks
from okaeri.insight.types import LifecycleRules


def compute_standings(
    bought: ir.Table,
    *,
    thresholds: Mapping[date, int],
    rules: LifecycleRules,
    taken_back: ir.Table | None = None,
) -> ir.Table:
    """One row per customer with a purchase: stage_<yyyymmdd> and lapsed_<yyyymmdd> per day asked for.

    `bought`: one row per order that counts (customer_id, ordered_on, net_minor). `thresholds`: day →
    the bar between steady and loyal on that day. `taken_back` (`features.returned`): what is subtracted
    in net_minor, so that a day knows nothing of what came back after it. Both columns are NULL on days
    before the first purchase; otherwise as `features.lifecycle` says for that day.
    """
    on, sums = bought.ordered_on, {}
    for day in thresholds:
        known = on <= day
        if not rules.merge_same_day:
            sums[f"n_{day:%Y%m%d}"] = known.ifelse(1, 0).sum()
        sums[f"net_{day:%Y%m%d}"] = known.ifelse(bought.net_minor, 0).sum()
        sums[f"last_{day:%Y%m%d}"] = known.ifelse(on, ibis.null("date")).max()
    rows = bought.group_by("customer_id").agg(first_on=on.min(), **sums)
    if taken_back is not None:
        rows = _with_what_was_still_kept(rows, taken_back, thresholds)
    classes: dict[str, ir.Value] = {}
    for day, threshold_minor in thresholds.items():
        classes |= _class_on(rows, day, threshold_minor, rules)
    return rows.select("customer_id", **classes)


def _with_what_was_still_kept(
    rows: ir.Table, taken_back: ir.Table, days: Collection[date]
) -> ir.Table:
    """Add to net_<yyyymmdd> what came back after that day of what was ordered up to it."""
    names = [f"net_{day:%Y%m%d}" for day in days]
    ordered_on, returned_on = taken_back.ordered_on, taken_back.returned_on
    late = taken_back.group_by("customer_id").agg(
        **{
            name: ((ordered_on <= day) & (returned_on > day))
            .ifelse(taken_back.returned_minor, 0)
            .sum()
            for name, day in zip(names, days, strict=True)
        }
    )
    joined = rows.left_join(late, "customer_id", rname="{name}_late")
    kept = {name: joined[name] - joined[f"{name}_late"].fill_null(0) for name in names}
    return joined.mutate(**kept).select(*rows.columns)


def _class_on(
    rows: ir.Table, day: date, threshold_minor: int, rules: LifecycleRules
) -> dict[str, ir.Value]:
    last_on = rows[f"last_{day:%Y%m%d}"]
    if rules.merge_same_day:
        # Classes ask whether there was one purchase or more: more than one day is more.
        count = (last_on > rows.first_on).ifelse(2, 1)
    else:
        count = rows[f"n_{day:%Y%m%d}"]
    until = ibis.date(day) if rules.tenure_basis == "elapsed" else last_on
    stage = stage_of(
        count,
        until.delta(rows.first_on, unit="day"),
        rows[f"net_{day:%Y%m%d}"],
        rules=rules,
        threshold_minor=threshold_minor,
    )
    is_lapsed = ibis.date(day).delta(last_on, unit="day") >= rules.lapse_days
    return {
        f"stage_{day:%Y%m%d}": last_on.notnull().ifelse(stage, ibis.null("string")),
        f"lapsed_{day:%Y%m%d}": is_lapsed,
    }


def compute_moves(standings: ir.Table, *, pairs: Sequence[tuple[date, date]]) -> ir.Table:
    """One row per pair of days and pair of classes with a customer: before_on, after_on, customers.

    from_stage and from_lapsed are NULL for those who were no customers yet; to_stage, to_lapsed.
    """
    parts = [
        standings.select(
            after_on=ibis.date(after),
            before_on=ibis.date(before),
            from_stage=standings[f"stage_{before:%Y%m%d}"],
            from_lapsed=standings[f"lapsed_{before:%Y%m%d}"],
            to_stage=standings[f"stage_{after:%Y%m%d}"],
            to_lapsed=standings[f"lapsed_{after:%Y%m%d}"],
        )
        for before, after in pairs
    ]
    counted = [_count(part.filter(part.to_stage.notnull())) for part in parts]
    return ibis.union(*counted, distinct=False) if len(counted) > 1 else counted[0]


def _count(part: ir.Table) -> ir.Table:
    return part.group_by(*part.columns).agg(customers=part.count())


def compute_ranks_before(
    counted: ir.Table,
    *,
    before_on: date,
    rules: LifecycleRules,
    r_edges: Sequence[int],
    f_edges: Sequence[int],
) -> ir.Table:
    """One row per customer who had bought by `before_on`: customer_id, r_rank_before, f_rank_before.

    `counted`: orders that count. Several orders of a day are one purchase where `rules` merge them.
    """
    days = counted.filter(counted.ordered_on <= before_on).select("customer_id", "ordered_on")
    known = days.distinct() if rules.merge_same_day else days
    then = known.group_by("customer_id").agg(
        last_on=known.ordered_on.max(), purchase_count=known.count()
    )
    then = then.mutate(
        recency_days=ibis.date(before_on).delta(then.last_on, unit="day"),
        net_minor=ibis.literal(0, type="int64"),
    )
    ranked = compute_ranks(then, r_edges=r_edges, f_edges=f_edges, m_edges=())
    return ranked.select("customer_id", r_rank_before="r_rank", f_rank_before="f_rank")


def compute_rank_moves(ranks_before: ir.Table, customers: ir.Table) -> ir.Table:
    """One row per cell then and cell now with a customer: r_before, f_before, r, f, customers.

    `ranks_before` as of `compute_ranks_before`; r_before and f_before are NULL for those not in it.
    """
    before = ranks_before.rename(r_before="r_rank_before", f_before="f_rank_before")
    now = customers.select("customer_id", r="r_rank", f="f_rank").left_join(before, "customer_id")
    return now.group_by("r_before", "f_before", "r", "f").agg(customers=now.count())

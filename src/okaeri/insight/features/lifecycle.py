"""The ten classes in bulk. `domain.lifecycle` says the same for one person; a property test compares."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.lifecycle import LAST_INTERVALS
from okaeri.insight.features.customer_history import before
from okaeri.insight.features.middle import middle_of_last
from okaeri.insight.types import LifecycleRules, Stage

# The last six purchases and the five gaps between them stand in columns of their own while a row is
# computed: arithmetic on columns costs a tenth of functions over short lists.
_LAST = [f"last_{nth}" for nth in range(LAST_INTERVALS + 1)]
_GAPS = [f"gap_{nth}" for nth in range(LAST_INTERVALS)]


def compute_lifecycle(
    history: ir.Table, *, as_of: date, rules: LifecycleRules, threshold_minor: int
) -> ir.Table:
    """One row per customer with at least one purchase: where he stands on the way to a regular.

    Columns as in `insight.models.CustomerInsight` except ranks and freshness: days are shop days,
    amounts the smallest unit. `cycle_days` is NULL with fewer than two intervals. Source: §1.3 #1-16.
    """
    rows = _with_gaps(_with_days(history, as_of))
    rows = rows.mutate(tenure_days=_tenure(rows, rules))
    is_lapsed = rows.recency_days >= rules.lapse_days
    is_first = rows.purchase_count == 1
    return rows.mutate(
        stage=stage_of(
            rows.purchase_count,
            rows.tenure_days,
            rows.net_minor,
            rules=rules,
            threshold_minor=threshold_minor,
        ),
        is_lapsed=is_lapsed,
        is_at_risk=(rows.recency_days >= rules.warn_days) & ~is_lapsed,
        is_f2_late=is_first & (rows.recency_days >= rules.f2_late_days) & ~is_lapsed,
        is_revived=_is_revived(rows, as_of, rules),
        cycle_days=middle_of_last(rows.purchase_count - 1, [rows[gap] for gap in _GAPS]),
    ).drop(*_LAST, *_GAPS)


def _with_days(history: ir.Table, as_of: date) -> ir.Table:
    days, count = history.purchase_days, history.purchase_days.length()
    rows = history.mutate(
        purchase_count=count,
        first_on=days[0],
        second_on=(count > 1).ifelse(days[ibis.least(count - 1, 1)], ibis.null("date")),
        last_on=days[count - 1],
        **{name: _from_end(days, nth) for nth, name in enumerate(_LAST)},
    )
    return rows.mutate(recency_days=ibis.date(as_of).delta(rows.last_on, unit="day"))


def _from_end(days: ir.ArrayValue, nth: int) -> ir.DateValue:
    # Where there are fewer days the first stands again: the gap is 0 and nobody looks at it.
    return days[ibis.greatest(days.length() - (nth + 1), 0).cast("int32")]


def _with_gaps(rows: ir.Table) -> ir.Table:
    neighbours = zip(_GAPS, _LAST[:-1], _LAST[1:], strict=True)
    return rows.mutate(
        **{gap: rows[later].delta(rows[earlier], unit="day") for gap, later, earlier in neighbours}
    )


def _tenure(rows: ir.Table, rules: LifecycleRules) -> ir.IntegerValue:
    span = rows.last_on.delta(rows.first_on, unit="day")
    return span + rows.recency_days if rules.tenure_basis == "elapsed" else span


def stage_of(
    purchase_count: ir.IntegerValue,
    tenure_days: ir.IntegerValue,
    net_minor: ir.IntegerValue,
    *,
    rules: LifecycleRules,
    threshold_minor: int,
) -> ir.StringValue:
    """Name the class of whoever bought at least once (§1.3)."""
    return ibis.cases(
        (purchase_count == 1, Stage.FIRST.value),
        (tenure_days < rules.steady_days, Stage.TODDLER.value),
        (net_minor < threshold_minor, Stage.STEADY.value),
        (tenure_days < rules.prime_days, Stage.TREND.value),
        else_=Stage.PRIME.value,
    )


def _is_revived(rows: ir.Table, as_of: date, rules: LifecycleRules) -> ir.BooleanValue:
    flagged_after = as_of - timedelta(days=rules.revive_flag_days)
    recently = ibis.or_(
        *[
            (rows[day] > flagged_after) & (rows[gap] >= rules.lapse_days)
            for day, gap in zip(_LAST[:-1], _GAPS, strict=True)
        ]
    )
    # The last six purchases nearly always reach back far enough; whole histories are long to walk.
    reaches_back = rows[_LAST[-1]] <= flagged_after
    return reaches_back.ifelse(recently, _came_back(rows.purchase_days, flagged_after, rules))


def _came_back(days: ir.ArrayValue, flagged_after: date, rules: LifecycleRules) -> ir.BooleanValue:
    returns = days.filter(
        lambda day, visit: (
            (day > flagged_after)
            & (day.delta(days[before(visit)], unit="day") >= rules.lapse_days)
            & (visit > 0)
        )
    )
    return returns.length() > 0

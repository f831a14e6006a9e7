"""The ten classes in bulk. `domain.lifecycle` says the same for one person; a property test compares."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.lifecycle import FEWEST_INTERVALS, LAST_INTERVALS
from okaeri.insight.features.customer_history import before, gaps_before
from okaeri.insight.types import LifecycleRules, Stage


def compute_lifecycle(
    history: ir.Table, *, as_of: date, rules: LifecycleRules, threshold_minor: int
) -> ir.Table:
    """One row per customer with at least one purchase: where he stands on the way to a regular.

    Columns as in `insight.models.CustomerInsight` except ranks and freshness: days are shop days,
    amounts the smallest unit. `cycle_days` is NULL with fewer than two intervals. Source: §1.3 #1-16.
    """
    rows = _with_days(history, as_of)
    rows = rows.mutate(tenure_days=_tenure(rows, rules), recent_gaps=_recent_gaps(rows))
    is_lapsed = rows.recency_days >= rules.lapse_days
    is_first = rows.purchase_count == 1
    return rows.mutate(
        stage=_stage(rows, rules, threshold_minor),
        is_lapsed=is_lapsed,
        is_at_risk=(rows.recency_days >= rules.warn_days) & ~is_lapsed,
        is_f2_late=is_first & (rows.recency_days >= rules.f2_late_days) & ~is_lapsed,
        is_revived=_is_revived(rows, as_of, rules),
        cycle_days=_cycle(rows),
    ).drop("priced_orders", "priced_net_minor", "tail", "recent_gaps")


def _with_days(history: ir.Table, as_of: date) -> ir.Table:
    days = history.purchase_days
    rows = history.mutate(
        purchase_count=days.length(),
        first_on=days[0],
        second_on=(days.length() > 1).ifelse(
            days[ibis.least(days.length() - 1, 1)], ibis.null("date")
        ),
        last_on=days[days.length() - 1],
        tail=days[ibis.greatest(days.length() - LAST_INTERVALS - 1, 0).cast("int32") :],
    )
    return rows.mutate(recency_days=ibis.date(as_of).delta(rows.last_on, unit="day"))


def _recent_gaps(rows: ir.Table) -> ir.ArrayValue:
    return gaps_before(rows.tail).filter(lambda _gap, rank: rank > 0).sort()


def _tenure(rows: ir.Table, rules: LifecycleRules) -> ir.IntegerValue:
    span = rows.last_on.delta(rows.first_on, unit="day")
    return span + rows.recency_days if rules.tenure_basis == "elapsed" else span


def _stage(rows: ir.Table, rules: LifecycleRules, threshold_minor: int) -> ir.StringValue:
    return ibis.cases(
        (rows.purchase_count == 1, Stage.FIRST.value),
        (rows.tenure_days < rules.steady_days, Stage.TODDLER.value),
        (rows.net_minor < threshold_minor, Stage.STEADY.value),
        (rows.tenure_days < rules.prime_days, Stage.TREND.value),
        else_=Stage.PRIME.value,
    )


def _is_revived(rows: ir.Table, as_of: date, rules: LifecycleRules) -> ir.BooleanValue:
    flagged_after = as_of - timedelta(days=rules.revive_flag_days)
    # The last six purchases nearly always reach back far enough; whole histories are long to walk.
    reaches_back = rows.tail[0] <= flagged_after
    days = reaches_back.ifelse(rows.tail, rows.purchase_days)
    returns = days.filter(
        lambda day, visit: (
            (day > flagged_after)
            & (day.delta(days[before(visit)], unit="day") >= rules.lapse_days)
            & (visit > 0)
        )
    )
    return returns.length() > 0


def _cycle(rows: ir.Table) -> ir.FloatingValue:
    recent, count = rows.recent_gaps, rows.recent_gaps.length()
    middle = recent[_index((count - 1) // 2)] + recent[_index(count // 2)]
    enough = count >= FEWEST_INTERVALS
    return enough.ifelse(middle.cast("float64") / 2, ibis.null("float64"))


def _index(number: ir.IntegerValue) -> ir.IntegerValue:
    # Spark takes only 32-bit places in a list, and none below the first.
    return ibis.greatest(number, 0).cast("int32")

"""ライフイベント推定: which signals were seen of whom, and the probability they add up to."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def compute_life_signals(
    seen: ir.Table, signals: Sequence[tuple[str, str, str, float]]
) -> ir.Table:
    """One row per person, event and signal seen of him: customer_id, event, signal, log_ratio.

    `seen`: customer_id, kind ("bought", "viewed", "attribute"), word (a category, or "key=value").
    `signals`: event, kind, word, likelihood ratio; a category only has to contain the word.
    """
    rows = seen.select("customer_id", "kind", word=seen.word.lower())
    parts = []
    for number, (event, kind, word, ratio) in enumerate(signals):
        is_exact = kind == "attribute"
        fits = rows.word == word.lower() if is_exact else rows.word.contains(word.lower())
        found = rows.filter((rows.kind == kind) & fits).select("customer_id").distinct()
        parts.append(
            found.mutate(
                event=ibis.literal(event),
                signal=ibis.literal(number).cast("int64"),
                # Spark reads a bare 1.5 as a decimal; its logarithm is a float everywhere.
                log_ratio=ibis.literal(float(ratio)).ln(),
            )
        )
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def compute_life_chances(found: ir.Table, priors: ir.Table) -> ir.Table:
    """One row per person and event with a signal: customer_id, event, probability (0..1), signals.

    `found` as of `compute_life_signals`; `priors`: event, log_odds before anything is known.
    """
    sums = found.group_by("customer_id", "event").agg(
        log_ratio=found.log_ratio.sum(), signals=found.count()
    )
    rows = sums.join(priors, "event")
    odds = (rows.log_ratio + rows.log_odds).exp()
    return rows.select("customer_id", "event", "signals", probability=odds / (odds + 1))

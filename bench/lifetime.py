"""Fitting and scoring the lifetime models against `lifetimes`, side by side in one run.

Fit on CDNOW (BG/NBD and Gamma-Gamma), fit on a million customers (CDNOW resampled), score a million
(chance of being a customer, and purchases in 39 weeks). `ours` folds equal histories; `plain` scores
every row on its own, so that both ways can be seen. Likelihoods are measured with one function for both.
"""

from __future__ import annotations

import csv
import gzip
import os
import statistics
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from okaeri.insight.domain.lifetime import gamma_gamma
from okaeri.insight.domain.lifetime.beta_geometric import BG_NBD
from okaeri.insight.domain.lifetime.fitting import Fit
from okaeri.insight.domain.lifetime.histories import distinct_histories, histories_of

DATA = Path(os.environ.get("BENCH_SHARED_DATA", "../shared/data")).resolve()
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
END = date(1997, 9, 30)
TARGETS = {"fit CDNOW": 4.0, "fit 1 M": 100.0, "score 1 M": 2.0}


def cdnow() -> tuple[np.ndarray, ...]:
    """Give repeats, last, age in weeks and mean repeat spend of the sample's customers."""
    days: dict[str, dict[date, float]] = defaultdict(dict)
    with gzip.open(DATA / "cdnow" / "cdnow_sample.csv.gz", "rt") as stream:
        for row in csv.DictReader(stream):
            mine, day = days[row["sample_id"]], date.fromisoformat(row["date"])
            if day <= END:
                mine[day] = mine.get(day, 0.0) + float(row["spend"])
    rows = []
    for spent in days.values():
        first, *later = sorted(spent)
        mean = sum(spent[day] for day in later) / len(later) if later else 0.0
        last = later[-1] if later else first
        rows.append((len(later), (last - first).days / 7, (END - first).days / 7, mean))
    return tuple(np.array(rows).T)


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Give the median seconds of some rounds, and the last result."""
    seconds, found = [], None
    for _ in range(rounds):
        begin = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), found


def main() -> int:
    if not (DATA / "cdnow").is_dir():
        print(f"CDNOW not found in {DATA}; nothing measured.")
        return 0
    try:
        from lifetimes import BetaGeoFitter, GammaGammaFitter
    except ImportError:
        print("lifetimes is not installed (extra `bench`); nothing measured.")
        return 0
    warnings.filterwarnings("ignore")
    x, t_x, age, mean = cdnow()
    spends = (x > 0) & (mean > 0)

    def ours_fit(x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> Fit:
        return BG_NBD.fit(distinct_histories(x, t_x, age)[0])

    def ours_both() -> tuple[Any, Any]:
        return ours_fit(x, t_x, age), gamma_gamma.fit_spending(gamma_gamma.spending_of(x, mean))

    def theirs_both() -> tuple[Any, Any]:
        return BetaGeoFitter().fit(x, t_x, age), GammaGammaFitter().fit(x[spends], mean[spends])

    print(f"{'':22}{'lifetimes':>12}{'ours':>12}{'ratio':>9}   target")
    failed = False

    def line(name: str, theirs: float, ours: float, target: float | None) -> None:
        nonlocal failed
        ratio = theirs / ours
        failed |= target is not None and ratio < target
        asked = f">= {target:g}" if target else ""
        print(f"{name:22}{theirs:10.3f} s{ours:10.3f} s{ratio:9.1f}   {asked}", flush=True)

    # One after the other and turn by turn, so that both meet the same machine.
    ours_both(), theirs_both()
    our_seconds, (our_fit, our_spending) = timed(ours_both, 7)
    their_seconds, (their_fit, their_spending) = timed(theirs_both, 7)
    line("fit CDNOW (BG + GG)", their_seconds, our_seconds, TARGETS["fit CDNOW"])

    chosen = np.random.default_rng(1).integers(0, len(x), PEOPLE)
    many = (x[chosen], t_x[chosen], age[chosen])
    our_seconds, our_many = timed(lambda: ours_fit(*many), 3)
    their_seconds, their_many = timed(lambda: BetaGeoFitter().fit(*many), 1)
    line(f"fit {PEOPLE:,}", their_seconds, our_seconds, TARGETS["fit 1 M"])

    def ours_score() -> tuple[Any, Any]:
        folded, place = distinct_histories(*many)
        alive = BG_NBD.probability_alive(our_fit.values, folded)
        return alive[place], BG_NBD.expected_purchases(our_fit.values, folded, 39.0)[place]

    def plain_score() -> tuple[Any, Any]:
        plain = histories_of(*many)
        alive = BG_NBD.probability_alive(our_fit.values, plain)
        return alive, BG_NBD.expected_purchases(our_fit.values, plain, 39.0)

    def theirs_score() -> tuple[Any, Any]:
        alive = their_fit.conditional_probability_alive(*many)
        return alive, their_fit.conditional_expected_number_of_purchases_up_to_time(39, *many)

    their_seconds, theirs = timed(theirs_score, 3)
    our_seconds, ours = timed(ours_score, 3)
    plain_seconds, plain = timed(plain_score, 3)
    line(f"score {PEOPLE:,}", their_seconds, our_seconds, TARGETS["score 1 M"])
    line("  every row on its own", their_seconds, plain_seconds, None)

    everyone, folded_many = histories_of(x, t_x, age), distinct_histories(*many)[0]
    spending = gamma_gamma.spending_of(x, mean)

    def heights(fits: Sequence[Any]) -> tuple[float, ...]:
        first, second, money = (np.asarray(values, dtype=float) for values in fits)
        return (
            BG_NBD.log_likelihood(first, everyone),
            BG_NBD.log_likelihood(second, folded_many),
            gamma_gamma.log_likelihood(money, spending),
        )

    mine = heights([our_fit.values, our_many.values, our_spending.values])
    peer = heights([fit.params_.to_numpy() for fit in (their_fit, their_many, their_spending)])
    for name, own, other in zip(("CDNOW", "1 M", "Gamma-Gamma"), mine, peer, strict=True):
        print(f"log-likelihood {name:12} lifetimes {other:16.4f}   ours {own:16.4f}")
        # Both stop where the slope is nothing to them; a thousandth is no difference.
        failed |= own < other - 1e-3
    apart = max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
    print(
        f"largest difference of a score {apart:.1e} (other parameters), "
        f"folded against plain {np.abs(ours[1] - plain[1]).max():.1e}; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

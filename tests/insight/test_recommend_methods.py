"""Neighbours, histories, the trial: the arithmetic of recommendations, by hand and on real sequences."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from okaeri.insight.domain.recommend import validation
from okaeri.insight.domain.recommend.histories import MOST_PER_PERSON, Histories, make_histories
from okaeri.insight.domain.recommend.neighbours import (
    following_items,
    items_bought_together,
    keep_nearest,
    similar_items,
)
from okaeri.insight.domain.recommend.validation import hits_of, methods, popularity, run_trial
from okaeri.insight.domain.shares import wilson_interval

TARGET_HIT_RATE = 0.077
LAST = 1_000_000


def of_rows(*rows: tuple[int, int, int]) -> Histories:
    """Histories of (person, item, day)."""
    people, items, days = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return make_histories(people, items, days, n_items=int(items.max()) + 1)


def toys(shared_data: Path) -> Histories:
    """Everybody's sequence, the last item on a day of its own; read where it lies."""
    found = sorted((shared_data / "amazon_toys").glob("*.gz"))
    if not found:
        pytest.skip(f"Amazon Toys not found in {shared_data}/amazon_toys")
    with gzip.open(found[0], "rt") as lines:
        sequences = [[int(word) for word in line.split()[1:]] for line in lines]
    people = np.repeat(np.arange(len(sequences)), [len(one) for one in sequences])
    days = [LAST if at == len(one) - 1 else at for one in sequences for at in range(len(one))]
    items = np.concatenate([np.array(one, dtype=np.int64) for one in sequences])
    n_items = int(items.max()) + 1
    return make_histories(people, items, np.array(days, dtype=np.int64), n_items=n_items)


def test_histories_count_days_as_visits_and_keep_the_newest() -> None:
    known = of_rows((7, 0, 30), (7, 1, 10), (7, 2, 30), (3, 1, 5))
    assert known.n_people == 2
    assert known.people.tolist() == [0, 1, 1, 1]
    assert known.visits.tolist() == [0, 0, 1, 1]
    assert known.ages().tolist() == [0, 1, 0, 0]
    assert known.buyers().tolist() == [1, 2, 1]
    long = of_rows(*[(1, day % 9, day) for day in range(MOST_PER_PERSON + 5)])
    assert (long.days.size, int(long.days.min())) == (MOST_PER_PERSON, 5)


def test_cosine_is_shrunk_towards_nothing_for_pairs_seen_once() -> None:
    # Items 0 and 1 are bought by the same two of three people, 0 and 2 by one.
    near = similar_items(of_rows((1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 2), (3, 0, 1), (3, 2, 2)))
    assert near[0, 1] == pytest.approx(2 / (np.sqrt(3 * 2) + 5))
    assert near[0, 2] == pytest.approx(1 / (np.sqrt(3 * 1) + 5))
    assert near[1, 2] == 0
    assert near[0, 0] == 0


def test_what_comes_after_counts_twice_what_came_before() -> None:
    near = following_items(of_rows((1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 2)))
    assert near[0, 1] == pytest.approx(2 * near[1, 0])
    same_visit = following_items(of_rows((1, 0, 1), (1, 1, 1)))
    assert same_visit[0, 1] == same_visit[1, 0]


def test_together_means_on_one_day_only() -> None:
    near = items_bought_together(of_rows((1, 0, 1), (1, 1, 1), (1, 2, 9), (2, 0, 4), (2, 1, 4)))
    assert near[0, 1] > 0
    assert near[0, 2] == 0


def test_of_equal_neighbours_the_lower_number_stays() -> None:
    full = following_items(
        of_rows(*[(person, item, item) for person in (1, 2) for item in range(9)])
    )
    kept = keep_nearest(full, 3)
    assert kept.getnnz(axis=1).max() == 3
    row = full[4].toarray().ravel()
    best = sorted(range(9), key=lambda item: (-row[item], item))[:3]
    assert sorted(kept[4].indices.tolist()) == sorted(best)


def test_popularity_stays_where_nothing_else_is_surely_better() -> None:
    # Everybody buys at random: no method can know more than what is bought often.
    dice = np.random.default_rng(3)
    rows = [(person, int(item), int(day)) for person in range(300) for item, day in zip(
        dice.choice(40, 6, replace=False), sorted(dice.integers(0, 400, 6)), strict=True)]  # fmt: skip
    found = run_trial(of_rows(*rows), methods())
    assert found.winner == validation.POPULAR
    assert {verdict.method for verdict in found.verdicts} >= {"popular", "next", "similar"}


def test_a_pattern_in_the_order_of_purchases_beats_popularity() -> None:
    dice = np.random.default_rng(3)
    # After item k comes item k + 1 of a ring of 60, whatever is popular.
    rows = [
        (person, (start + step) % 60, first + 60 * step)
        for person, start, first in zip(
            range(400), dice.integers(0, 60, 400), dice.integers(0, 60, 400), strict=True
        )
        for step in range(5)
    ]
    found = run_trial(of_rows(*rows), methods())
    assert found.winner != validation.POPULAR
    assert found.winner in {"next", "als"}
    assert found.verdicts[0].interval[0] > 0.5


def test_a_trial_needs_no_minimum_size() -> None:
    found = run_trial(of_rows((1, 0, 1), (1, 1, 40), (2, 0, 3)), methods())
    assert found.winner == validation.POPULAR
    assert found.verdicts[0].people <= 1
    nobody = np.zeros(0, dtype=np.int64)
    empty = run_trial(make_histories(nobody, nobody, nobody, n_items=0), methods())
    assert (empty.winner, empty.verdicts) == (validation.POPULAR, ())


@pytest.mark.slow
def test_toys_leave_one_out_over_all_items_reaches_the_target(shared_data: Path) -> None:
    """Every fourth person; `python -m bench recommend` asks all of them."""
    whole = toys(shared_data)
    known, last = whole.before(LAST), whole.since(LAST)
    people = np.arange(0, whole.n_people, 4)
    popular = popularity(known, day=LAST, days=LAST)
    hits = hits_of(following_items(known), known, last, people, popular)
    low, _ = wilson_interval(int(hits.sum()), hits.size)
    assert (whole.n_people, whole.n_items - 1) == (19_412, 11_924)
    assert low >= TARGET_HIT_RATE, hits.mean()

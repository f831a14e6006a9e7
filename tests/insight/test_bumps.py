"""Signs of life lift freshness: the query, the pure rule, the night, an order by day and the page agree."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.bump_types import BumpRules, Sign, SignKind
from okaeri.insight.domain.bumps import lifted_freshness, points_by_day
from okaeri.insight.features.bumps import compute_day_points, compute_lifted, compute_signs

AS_OF = date(2026, 5, 20)
RULES = BumpRules()


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def signs(*told: tuple[int, SignKind]) -> list[Sign]:
    return [Sign(1, ago(days), kind) for days, kind in told]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], 25.0),
        # Points are added to what is left on the day, and halve from there on.
        ([(0, SignKind.ANSWER)], 50.0),
        ([(30, SignKind.REPLY)], 32.5),
        ([(0, SignKind.CLICK), (0, SignKind.VISIT), (0, SignKind.OPEN)], 42.0),
        # A day with two visits counts once.
        ([(0, SignKind.VISIT), (0, SignKind.VISIT)], 30.0),
        # Never over 100, and the surplus is gone: 100 two days after the purchase, then 58 days.
        ([(58, SignKind.ANSWER)], 100 * 2 ** (-58 / 30)),
        # What came before the purchase, or on its day, is forgotten.
        ([(60, SignKind.ANSWER), (61, SignKind.ANSWER)], 25.0),
        # Sunday and Monday are two weeks; four clicks of one week are three.
        ([(day, SignKind.CLICK) for day in (2, 3, 4, 5)], None),
    ],
)
def test_a_sign_lifts_freshness_after_its_decay(
    told: list[tuple[int, SignKind]], expected: float | None
) -> None:
    points = points_by_day(signs(*told), as_of=AS_OF, rules=RULES)
    found = lifted_freshness(points, fresh_on=ago(60), as_of=AS_OF, half_life_days=30)
    if expected is None:
        # The 20th is a Wednesday: the 15th to the 17th close one week, the 18th begins the next.
        assert [points[ago(day)] for day in (5, 4, 3, 2)] == [10, 10, 10, 10]
        more = points_by_day(
            signs(*((day, SignKind.CLICK) for day in range(3, 10))), as_of=AS_OF, rules=RULES
        )
        assert [more[ago(day)] for day in range(9, 2, -1)] == [10, 10, 10, 0, 0, 0, 0]
    else:
        assert found == pytest.approx(expected)


def test_signs_count_as_long_and_as_much_as_the_shop_says() -> None:
    told = signs((19, SignKind.OPEN), (20, SignKind.OPEN), (-1, SignKind.OPEN))
    rules = BumpRules(opened=40, week_max=35, days=20)
    assert points_by_day(told, as_of=AS_OF, rules=rules) == {ago(19): 35}


_KIND = st.sampled_from(list(SignKind))
_SIGN = st.tuples(st.integers(-3, 120), _KIND, st.sampled_from([None, None, 0, 3, -2]))
_PERSON = st.tuples(
    st.integers(0, 100), st.integers(0, 30), st.sampled_from([1.0, 7.5, 30.0, 200.0]),
    st.lists(_SIGN, max_size=25),
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(Path(tmp_path_factory.mktemp("warehouse")))
    yield opened
    opened.close()


@pytest.mark.engine
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(_PERSON, min_size=1, max_size=8),
    rules=st.sampled_from(
        [RULES, BumpRules(week_max=12, days=45), BumpRules(answer=90, click=35, week_max=100)]
    ),
)
def test_the_query_goes_day_by_day_as_the_pure_rule_does(
    warehouse: Warehouse,
    people: list[tuple[int, int, float, list[tuple[int, SignKind, int | None]]]],
    rules: BumpRules,
) -> None:
    told = pa.table(
        {
            "customer_id": [who for who, one in enumerate(people) for _ in one[3]],
            "day": [ago(day) for one in people for day, _, _ in one[3]],
            "kind": [kind.value for one in people for _, kind, _ in one[3]],
            "known_on": [
                None if known is None else ago(known) for one in people for _, _, known in one[3]
            ],
        },
        schema=pa.schema(
            [
                ("customer_id", pa.int64()),
                ("day", pa.date32()),
                ("kind", pa.string()),
                ("known_on", pa.date32()),
            ]
        ),
    )
    standing = pa.table(
        {
            "customer_id": list(range(len(people))),
            "last_on": [ago(fresh + more) for fresh, more, _, _ in people],
            "recency_days": [fresh + more for fresh, more, _, _ in people],
            "fresh_on": [ago(fresh) for fresh, _, _, _ in people],
            "half_life_days": [half for _, _, half, _ in people],
        },
        schema=pa.schema(
            [
                ("customer_id", pa.int64()),
                ("last_on", pa.date32()),
                ("recency_days", pa.int64()),
                ("fresh_on", pa.date32()),
                ("half_life_days", pa.float64()),
            ]
        ),
    )
    rows = warehouse.upload(told)
    never = rows.filter(rows.customer_id < 0).mutate(identified_on=rows.known_on)
    signs = compute_signs(
        rows.filter(rows.kind == "visit").mutate(identified_on=rows.known_on),
        *(never, never, never),
        rows.filter(rows.kind != "visit"),
        since=ago(400),
    )
    points = compute_day_points(signs, as_of=AS_OF, rules=rules)
    lifted = warehouse.collect(compute_lifted(warehouse.upload(standing), points)).to_pylist()
    found = {row["customer_id"]: row["lifted"] for row in lifted}
    expected = {}
    for who, (fresh, _, half, did) in enumerate(people):
        # Known later than the day we look: nobody knew yet whose it was.
        known = [
            Sign(who, ago(day), kind)
            for day, kind, known_on in did
            if kind is not SignKind.VISIT or known_on is None or known_on >= 0
        ]
        by_day = points_by_day(known, as_of=AS_OF, rules=rules)
        if any(day > ago(fresh) for day in by_day):
            expected[who] = lifted_freshness(
                by_day, fresh_on=ago(fresh), as_of=AS_OF, half_life_days=half
            )
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected)

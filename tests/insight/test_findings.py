"""What the front page says of second purchases: a change, or none, in words that fit the number."""

import pytest

from okaeri.insight.domain.findings import _f2_change


def _rate(converted: int, eligible: int) -> dict[str, float]:
    return {"converted": converted, "eligible": eligible, "rate": converted / eligible}


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (_rate(3_559, 10_000), _rate(3_560, 10_000), "差は ±0.0 ポイントで、誤差の範囲です"),
        (_rate(34, 100), _rate(36, 100), "差は −2.0 ポイントで、誤差の範囲です"),
        (_rate(400, 1_000), _rate(200, 1_000), "20.0 ポイント高く、誤差を超えています"),
        (_rate(200, 1_000), _rate(400, 1_000), "20.0 ポイント低く、誤差を超えています"),
    ],
)
def test_a_change_of_second_purchases_is_said_with_what_chance_allows(
    now: dict[str, float], before: dict[str, float], said: str
) -> None:
    (found,) = _f2_change(now, before)
    assert said in found.ja

"""What share of people the upper groups are: of a small shop a tenth is none."""

import pytest

from okaeri.web.findings import pareto
from okaeri.web.pages.analysis.tenths import names_of_tenths, shares_of_people

pytestmark = pytest.mark.django_db


def test_one_of_three_buyers_is_a_third_of_them() -> None:
    rows = [
        {"decile": n, "customers": 10, "share": share, "running_share": running}
        for n, share, running in ((1, 0.8, 0.8), (2, 0.1, 0.9), (3, 0.1, 1.0))
    ]
    assert shares_of_people(rows) == [1 / 3, 2 / 3, 1]
    assert pareto({"deciles": rows}).ja == "上位33%のお客様(10人)で、売上の80.0%になります"
    few = [{**row, "customers": 1} for row in rows]
    assert pareto({"deciles": few}).ja.startswith("まだ3人なので")


def test_the_second_tenth_is_not_the_upper_fifth() -> None:
    names = names_of_tenths([{"decile": n, "customers": 10} for n in range(1, 11)])
    assert [name.ja for name in names[:2]] == ["1組目(上位10%)", "2組目(上位10〜20%)"]
    assert names[1].en == "Group 2 (top 10–20%)"

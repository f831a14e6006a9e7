"""From class to class, through the refresh and the page."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from okaeri.foundation import clock, settings
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.jobs import JobRunner
from okaeri.insight import api
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain.months import month_end
from okaeri.insight.types import Depth, LifecycleRules
from okaeri.project.wiring import JOB_HANDLERS
from tests.insight.shops import record_shop
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        # Where the jobs of pages look for it.
        opened = open_warehouse(django_settings.OKAERI.warehouse_dir)
        yield opened
        opened.close()


def _shop() -> None:
    """Six months ago (30 November): one first-time, one toddler, two loyal; two came later."""
    record_shop(
        {
            "grew": [(date(2025, 11, 20), 5000), (date(2026, 3, 1), 5000)],
            "stayed": [(date(2025, 11, 1), 5000)],
            "toddler": [(date(2025, 10, 1), 4000), (date(2025, 11, 1), 4000)],
            "kept": [(date(2025, 1, 10) + timedelta(60 * n), 30_000) for n in range(8)],
            "lost": [(date(2025, 1, 10) + timedelta(30 * n), 30_000) for n in range(8)],
            "new": [(date(2026, 4, 1), 5000)],
        }
    )


@pytest.mark.covers("C-16")
def test_promotions_have_rates_with_targets_a_flow_and_a_matrix_whose_cells_are_people(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    _shop()
    api.refresh(warehouse=warehouse, as_of=TODAY)
    payload = api.find_report("movement").payload  # type: ignore[union-attr]
    assert payload["before_on"] == "2025-11-30"
    steps = {
        step["stage"]: (step["of"], step["up"], step["target"]) for step in payload["now"]["steps"]
    }
    assert steps == {"first": (2, 1, 0.5), "toddler": (1, 1, 0.8), "steady": (0, 0, 0.5)}
    assert payload["now"]["steps"][2]["rate"] is None
    assert (payload["now"]["prime_before"], payload["now"]["prime_kept"]) == (2, 1)
    html = browser_of_staff.get("/analysis/movement/").content.decode()
    assert "目安 50%" in html
    assert "目安 80%" in html
    assert "<svg" in html
    links = re.findall(r'row-link" href="(/analysis/segments/new/\?rule=[^"]+)">(\d+)人<', html)
    assert len(links) == len(payload["cells"])
    for address, count in links:
        offered = browser_of_staff.get(address.replace("&amp;", "&")).content.decode()
        assert f"{count}人" in offered


def test_what_the_shop_aims_at_stands_beside_the_rates_it_measures(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    known = {spec.key: spec for spec in settings.specs_of(TargetRules).values()}
    settings.save(known, {"target.first": 0.35, "target.prime_sales": 0.6})
    _shop()
    api.refresh(warehouse=warehouse, as_of=TODAY)
    payload = api.find_report("movement").payload  # type: ignore[union-attr]
    assert [step["target"] for step in payload["now"]["steps"]] == [0.35, 0.8, 0.5]
    html = browser_of_staff.get("/analysis/movement/").content.decode()
    assert "目安 35%" in html
    assert "初回→よちよち以上 35%" in html
    (said,) = [one.text.ja for one in api.list_findings() if one.key == "prime_share"]
    assert "60%" in said
    deciles = browser_of_staff.get("/analysis/deciles/").content.decode()
    assert "優良客で60%" in deciles
    assert "目安の60%" in deciles


def test_the_flow_out_of_a_month_end_is_the_portfolio_of_that_day(warehouse: Warehouse) -> None:
    """The same people in the same classes, whether counted then or looked back at today."""
    _shop()
    then = month_end(TODAY, 6)
    api.refresh(warehouse=warehouse, as_of=then)
    before = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    api.refresh(warehouse=warehouse, as_of=TODAY)
    cells = api.find_report("movement").payload["cells"]  # type: ignore[union-attr]
    now = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    for whole, end in ((before, "from"), (now, "to")):
        expected = {(c["stage"], c["is_lapsed"]): c["customers"] for c in whole if c["customers"]}
        found: dict[tuple[str | None, bool | None], int] = {}
        for cell in cells:
            key = (cell[f"{end}_stage"], cell[f"{end}_lapsed"])
            found[key] = found.get(key, 0) + cell["customers"]
        found.pop((None, None), None)
        assert found == expected


def test_a_closed_month_is_counted_once_and_stays(warehouse: Warehouse) -> None:
    _shop()
    api.refresh(warehouse=warehouse, as_of=TODAY)
    first = api.find_report("movement").payload["months"]  # type: ignore[union-attr]
    assert [row["month"] for row in first][-1] == "2026-04"
    record_shop({"late": [(date(2025, 10, 3), 9000), (date(2026, 2, 3), 9000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.find_report("movement").payload["months"] == first  # type: ignore[union-attr]


def test_a_month_is_closed_once_its_last_day_is_over(warehouse: Warehouse) -> None:
    def last_month() -> tuple[str, int]:
        row = api.find_report("movement").payload["months"][-1]  # type: ignore[union-attr]
        return row["month"], row["steps"][0]["up"]

    _shop()
    record_shop({"back": [(date(2025, 10, 3), 5000)]})
    last_day = date(2026, 4, 30)
    api.refresh(warehouse=warehouse, as_of=last_day)
    assert last_month()[0] == "2026-03"
    # What is bought on the last day belongs to the month.
    record_shop({"back": [(last_day, 5000)]})
    api.refresh(warehouse=warehouse, as_of=date(2026, 5, 1))
    assert last_month() == ("2026-04", 2)


def test_any_two_month_ends_are_compared_as_they_stood(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    _shop()
    days = [month_end(TODAY, back) for back in (5, 2)]
    counted = []
    for day in days:
        api.refresh(warehouse=warehouse, as_of=day, depth=Depth.CLASSES)
        portfolio = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
        counted.append({(c["stage"], c["is_lapsed"]): c["customers"] for c in portfolio})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert [*api.movement_days()][-2:] == [month_end(TODAY, 1), TODAY]
    page = f"/analysis/movement/?from={days[0]}&to={days[1]}"
    assert api.find_movement_between(*days) is None
    # Looking asks for nothing.
    assert ">計算する<" in browser_of_staff.get(page).content.decode()
    assert not JobRunner(JOB_HANDLERS).run_one(clock.now())
    asked = browser_of_staff.post(page)
    assert asked.headers["Location"] == page
    assert "計算中" in browser_of_staff.get(page).content.decode()
    assert JobRunner(JOB_HANDLERS).run_one(clock.now())
    html = browser_of_staff.get(page).content.decode()
    payload = api.find_movement_between(*days).payload  # type: ignore[union-attr]
    for whole, end in zip(counted, ("from", "to"), strict=True):
        found: dict[tuple[str | None, bool | None], int] = {}
        for cell in payload["cells"]:
            key = (cell[f"{end}_stage"], cell[f"{end}_lapsed"])
            found[key] = found.get(key, 0) + cell["customers"]
        found.pop((None, None), None)
        assert found == {key: many for key, many in whole.items() if many}
    assert "2025年12月31日" in html
    assert "目安 50%" not in html
    assert f"/charts/movement--{days[0]}_{days[1]}.svg" in html
    file = b"".join(browser_of_staff.get(f"{page}&csv=utf-8")).decode("utf-8-sig")
    assert len(file.splitlines()) == 1 + len(payload["cells"])
    drawn = browser_of_staff.get(f"/charts/movement--{days[0]}_{days[1]}.svg")
    assert drawn.status_code == 200
    # Two closed months stay; what no list offers is the usual page.
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    assert api.find_movement_between(*days) is not None
    usual = browser_of_staff.get("/analysis/movement/?from=1999-01-31&to=2026-03-31")
    assert "いつもの6か月に戻す" not in usual.content.decode()
    with pytest.raises(NotFoundError):
        api.compute_movement_between(days[1], days[0], warehouse=warehouse)


def test_five_years_ahead_begin_with_the_last_month_end_and_say_what_they_rest_on(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    _shop()
    record_shop(
        {f"old{n}": [(date(2023, 9 + n, 3), 5000), (date(2025, n, 3), 5000)] for n in (1, 2, 3)}
    )
    end = month_end(TODAY, 1)
    api.refresh(warehouse=warehouse, as_of=end, depth=Depth.CLASSES)
    cells = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    api.refresh(warehouse=warehouse, as_of=TODAY)
    page = "/analysis/balance/"
    # Looking asks for nothing.
    assert ">計算する<" in browser_of_staff.get(page).content.decode()
    assert not JobRunner(JOB_HANDLERS).run_one(clock.now())
    assert "計算中" in browser_of_staff.post(page, follow=True).content.decode()
    assert JobRunner(JOB_HANDLERS).run_one(clock.now())
    payload = api.find_balance().payload  # type: ignore[union-attr]
    assert (payload["before_on"], payload["after_on"]) == ("2025-04-30", end.isoformat())
    for plan in ("none", "same"):
        years = payload["plans"][plan]
        assert len(years) == 6
        begun = {(c["stage"], c["is_lapsed"]): c["told"] for c in years[0]["classes"]}
        assert begun == {(c["stage"], c["is_lapsed"]): c["customers"] for c in cells}
        assert all(c["low"] <= c["told"] <= c["high"] for year in years for c in (year["active"],))
    assert payload["net_minor"] == sum(cell["net_12m_minor"] for cell in cells)
    assert (
        payload["plans"]["none"][5]["active"]["told"]
        < payload["plans"]["same"][5]["active"]["told"]
    )
    assert payload["check"]["actual"] == payload["plans"]["none"][0]["active"]["told"]
    html = browser_of_staff.get(f"{page}?new=none").content.decode()
    for said in (
        "新しい顧客が来なければ",
        "維持率",
        "復帰率",
        "マルコフ連鎖",
        "1年前に同じ方法で見通すと",
    ):
        assert said in html
    file = b"".join(browser_of_staff.get(f"{page}?csv=utf-8")).decode("utf-8-sig")
    assert len(file.splitlines()) == 1 + 2 * 6 * 12
    assert browser_of_staff.get("/charts/balance-same.svg").status_code == 200
    moves = browser_of_staff.get("/analysis/movement/").content.decode()
    assert "クラスごとの維持率・離脱率・復帰率" in moves
    backwards = f"/analysis/movement/?from={end.isoformat()}&to={end.isoformat()}"
    assert "より後の日を選んでください" in browser_of_staff.get(backwards).content.decode()
    # By other rules the same page is another question.
    specs = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(specs, {"cpm.prime_days": 300})
    assert "計算中" in browser_of_staff.post(page, follow=True).content.decode()
    assert JobRunner(JOB_HANDLERS).run_one(clock.now())
    assert ">計算する<" not in browser_of_staff.get(page).content.decode()

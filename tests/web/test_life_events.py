"""Life events: a probability from the shop's own table of signals, never a word in a message."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.domain.life_events import read_table
from okaeri.insight.life_types import FIRST_TABLE
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from okaeri.plan.actions.render import preview_for
from okaeri.plan.content.words import Source
from okaeri.plan.types import TemplateError
from tests.web.shop import resolve

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
PAGE = "/analysis/life-events/"
TABLE = """baby,prior,出産・育児/A baby,0.02
baby,bought,ベビー,20
baby,bought,マタニティ,30
baby,attribute,family=with_children,3
"""


def buy(who: str, sku: str) -> None:
    order = OrderIn(
        source="shop",
        order_no=f"{who}-{sku}",
        ordered_at=NOW - timedelta(days=30),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com"),
        lines=(LineIn(sku, sku, 1, 1000, 1000),),
    )
    intake.record_orders([order])


def who(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def percent_of(member: str) -> tuple[float, str] | None:
    held = customers.attributes_of([who(member)], TODAY, keys=["life_baby"]).get(who(member))
    return (float(str(held[0].value)), held[0].source) if held else None


def estimate(folder: Path) -> None:
    warehouse = open_warehouse(folder / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    insight.estimate_life_events(warehouse=warehouse, as_of=TODAY)
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()


@pytest.fixture
def family_shop(db: None) -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    intake.record_products(
        [
            ProductIn("DRESS", "ワンピース", "レディース", 9000),
            ProductIn("BIB", "よだれかけ", "ベビー > 衣類", 1000),
            ProductIn("TOY", "がらがら", "ベビー > 玩具", 1000),
            ProductIn("BELT", "腹帯", "マタニティ", 3000),
        ]
    )
    for member, skus in {"one": ("BIB", "TOY"), "two": ("BIB", "BELT"), "none": ("DRESS",)}.items():
        for sku in skus:
            buy(member, sku)
    buy("said", "BIB")
    resolve()
    family = {one.key: one for one in customers.SUGGESTED_ATTRIBUTES}["family"]
    customers.save_attribute(family)
    customers.record_attribute(who("said"), "family", "with_children", source="form", at=NOW)


@pytest.mark.covers("H-12")
@pytest.mark.engine
def test_signals_add_up_to_a_probability_that_is_shown_and_never_written(
    family_shop: None, tmp_path: Path, browser_of_staff: Client, in_english: Client
) -> None:
    assert browser_of_staff.post(PAGE, {"table": TABLE}).status_code == 302
    estimate(tmp_path)
    # 0.02 / 0.98 × 20 = 0.408; two products of one category are one signal.
    assert percent_of("one") == (29.0, "inferred")
    assert percent_of("two") == (92.4, "inferred")
    assert percent_of("said") == (55.0, "inferred")
    assert percent_of("none") is None
    html = browser_of_staff.get(f"/customers/{who('two')}/").content.decode()
    assert "推定: 出産・育児(%)" in html
    assert "92.4" in html
    page = browser_of_staff.get(PAGE).content.decode()
    assert "出産・育児" in page
    link = page.split('class="row-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser_of_staff.get(link).status_code == 200
    assert "A baby" in in_english.get(PAGE).content.decode()
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[1] == "baby,0.02,3,2,1"
    warehouse = open_warehouse(tmp_path / "warehouse")
    rule = {"field": "attribute:life_baby", "op": ">=", "value": 50}
    segment = insight.create_segment("baby", rule, warehouse=warehouse)
    warehouse.close()
    assert set(insight.segment_members(segment.id)) == {who("two"), who("said")}
    # No text can name it: whatever a writer tries is refused.
    for words in (
        "{{ life_baby }}",
        "{{ customer.life_baby }}",
        "{{ customer.attributes.life_baby }}",
    ):
        with pytest.raises(TemplateError):
            preview_for(Source("t", "s", f"お子さま: {words}", ""), who("two"))


def test_staff_overrule_a_guess_and_a_signal_that_is_gone_takes_it_away(
    family_shop: None, tmp_path: Path
) -> None:
    assert insight.save_life_events(TABLE) == []
    estimate(tmp_path)
    customers.record_attribute(who("two"), "life_baby", 0, source="staff", at=NOW)
    assert insight.save_life_events(TABLE.replace("baby,bought,ベビー,20\n", "")) == []
    estimate(tmp_path)
    assert percent_of("two") == (0.0, "staff")
    assert percent_of("one") is None
    assert percent_of("said") == (5.8, "inferred")
    # An event that is taken off the table takes its guesses along.
    assert insight.save_life_events("") == []
    estimate(tmp_path)
    assert percent_of("said") is None


def test_a_table_with_mistakes_is_refused_as_a_whole(browser_of_staff: Client, db: None) -> None:
    table = (
        "baby,prior,出産,2\nBaby,bought,x,3\nmoving,bought,収納,4\nbaby,smelled,x,3\nbaby,bought\n"
    )
    answer = browser_of_staff.post(PAGE, {"table": table})
    assert answer.status_code == 400
    html = answer.content.decode()
    for words in (
        "1行目の数値「2」",
        "2行目のイベント「Baby」",
        "「smelled」",
        "5行目は4列ではありません",
    ):
        assert words in html
    assert customers.list_attributes() == []


def test_the_example_can_be_read() -> None:
    events, problems = read_table(FIRST_TABLE)
    assert (len(events), problems) == (3, [])
    assert read_table("moving,bought,収納,4\n")[1][0].ja.startswith("イベント「moving」の prior")

"""Which age answers on which channel and where it buys; the channel first thought of under 30."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message, MessageEvent
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import AgeRules
from okaeri.insight.domain.age_bands import band_of
from okaeri.insight.domain.best_channel import best_channel, default_channel
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.web.pages.analysis.age_channels import _shown
from tests.web.shop import resolve

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
PAGE = "/analysis/ages/"
SHOP = {"email": (1000, 60), "line": (1000, 40)}


def buy(who: str, born: date | None, media: str) -> None:
    order = OrderIn(
        source="shop",
        order_no=who,
        ordered_at=NOW - timedelta(days=30),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com", birth_on=born),
        lines=(LineIn("A", "A", 1, 1000, 1000),),
        media_code=media,
    )
    intake.record_orders([order])


def customer(who: str) -> int:
    return customers.search_customers(f"{who}@example.com")[0].id


def send(
    who: str, channel: str, times: int, *, clicked: int, kind: str = "clicked", linked: bool = True
) -> None:
    at = NOW - timedelta(days=10)
    for n in range(times):
        message = Message.objects.create(
            key=f"{who}-{channel}-{n}", source_kind="test", source_id=1, customer_id=customer(who),
            channel=channel, content_kind="sales", template_key="t", template_version=1,
            status="accepted", has_link=linked, planned_at=at, due_at=at, expires_at=at, claimed_at=at,
        )  # fmt: skip
        if n < clicked:
            MessageEvent.objects.create(message=message, kind=kind, occurred_at=at)


def measure(folder: Path) -> None:
    warehouse = open_warehouse(folder / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    reactions = deliver.read_reactions(NOW - timedelta(days=365))
    insight.measure_ages(reactions, warehouse=warehouse, as_of=TODAY)
    warehouse.close()


@pytest.fixture
def aged_shop(db: None, tmp_path: Path) -> Path:
    clock.set_clock(clock.SimulatedClock(NOW))
    buy("young", date(2000, 5, 21), "sns")
    buy("old", date(1960, 1, 1), "magazine")
    buy("says", None, "sns")
    buy("nobody", None, "")
    resolve()
    group = {one.key: one for one in customers.SUGGESTED_ATTRIBUTES}["age_group"]
    customers.save_attribute(group)
    customers.record_attribute(customer("says"), "age_group", "40s", source="form", at=NOW)
    send("young", "line", 10, clicked=4)
    send("young", "email", 10, clicked=0)
    send("old", "email", 10, clicked=3)
    # What scanners press is no answer.
    send("old", "line", 10, clicked=9, kind="machine_clicked")
    measure(tmp_path)
    return tmp_path


@pytest.mark.covers("N-12")
@pytest.mark.engine
def test_answers_and_orders_are_told_by_age_and_the_young_begin_at_their_channel(
    aged_shop: Path, browser_of_staff: Client, in_english: Client
) -> None:
    bands = {one["band"]: one for one in insight.find_report("age_channels").payload["bands"]}  # type: ignore[union-attr]
    assert {band: one["people"] for band, one in bands.items()} == {
        "20s": 1, "40s": 1, "60plus": 1, "": 1,
    }  # fmt: skip
    rates = {
        band: {row["channel"]: (row["sent"], row["clicked"]) for row in one["channels"]}
        for band, one in bands.items()
    }
    assert rates["20s"] == {"line": (10, 4), "email": (10, 0)}
    assert rates["60plus"] == {"line": (10, 0), "email": (10, 3)}
    assert [row["value"] for row in bands["20s"]["ways"]["media"]] == ["sns"]
    assert [row["value"] for row in bands["60plus"]["ways"]["media"]] == ["magazine"]
    html = browser_of_staff.get(PAGE).content.decode()
    assert "標準の「LINE」" in html
    for name in ("20代", "40代", "60代以上", "不明", "magazine", "sns"):
        assert name in html
    assert "Under 30 we suggest LINE" in in_english.get(PAGE).content.decode()
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert "20s,channel,line,1,10,0,4,0.4," in csv
    # Somebody under 30 of whom nothing is known: the default; an older one: what all answer to.
    allowed = ["email", "line"]
    young = insight.age_band(customer("young"), TODAY)
    assert insight.channel_for(young, {}, SHOP, allowed) == "line"
    assert insight.channel_for("50s", {}, SHOP, allowed) == "email"
    assert insight.channel_for("", {}, SHOP, allowed) == "email"
    assert insight.channel_for(young, {}, SHOP, ["email"]) == "email"
    # Measured, the default gives way to what the age answers to.
    known = {spec.key: spec for spec in settings.specs_of(AgeRules).values()}
    settings.save(known, {"age.young_channel": "email", "age.fewest_messages": 20})
    assert insight.channel_for(young, {}, SHOP, allowed) == "line"
    assert "30歳未満の方は「LINE」で" in browser_of_staff.get(PAGE).content.decode()


def test_a_shop_that_knows_no_age_is_told_how_to_learn_it(
    tmp_path: Path, browser_of_staff: Client
) -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    buy("nobody", None, "")
    resolve()
    measure(tmp_path)
    assert "年代のわかる方が、まだいません" in browser_of_staff.get(PAGE).content.decode()


def test_a_birthday_stands_above_what_was_said_and_counts_from_the_day() -> None:
    assert band_of(date(1996, 5, 21), "60plus", TODAY) == "20s"
    assert band_of(date(1996, 5, 20), "60plus", TODAY) == "30s"
    assert band_of(None, "60plus", TODAY) == "60plus"
    assert band_of(None, "somewhere", TODAY) == ""
    assert band_of(date(2080, 5, 1), "", TODAY) == ""


def test_an_age_moves_a_stranger_and_his_own_answers_move_him_on() -> None:
    age = {"line": (500, 100), "email": (500, 5)}
    allowed = ["email", "line"]
    assert best_channel({}, SHOP, allowed) == "email"
    assert best_channel({}, SHOP, allowed, age=age) == "line"
    assert best_channel({"email": (20, 12)}, SHOP, allowed, age=age) == "email"


def test_the_default_ends_with_an_answer_of_his_own() -> None:
    rules = {"default": "line", "fewest": 200}
    assert default_channel({}, {}, ["line"], **rules) == "line"  # type: ignore[arg-type]
    assert default_channel({"email": (3, 1)}, {}, ["line"], **rules) is None  # type: ignore[arg-type]
    assert default_channel({}, {"line": (200, 0)}, ["line"], **rules) is None  # type: ignore[arg-type]


@pytest.mark.engine
def test_what_was_sent_to_a_merged_number_counts_for_the_person(aged_shop: Path) -> None:
    kept, gone = customer("young"), customer("nobody")
    send("nobody", "email", 4, clicked=1)
    send("nobody", "sms", 2, clicked=0)
    Customer.objects.filter(pk=gone).update(merged_into_id=kept)
    rows = [
        tuple(row.values())
        for batch in deliver.read_reactions(NOW - timedelta(days=365))
        for row in batch.to_pylist()
    ]
    mine = {row[1]: row[2:] for row in rows if row[0] in (kept, gone)}
    assert mine == {"line": (10, 0, 4), "email": (14, 0, 1), "sms": (2, 0, 0)}
    assert len(rows) == len({row[:2] for row in rows})


def test_no_channel_is_suggested_where_nobody_ever_pressed_a_link() -> None:
    row = {"channel": "email", "people": 9, "sent": 90, "opened": 5, "clicked": 0}
    band = {"band": "50s", "young_sent": 0, "channels": [row], "best": "email"}
    assert _shown(band, AgeRules(), [band], is_heard=False)["suggested"] is None
    by_all = _shown(band, AgeRules(), [band], is_heard=True)
    assert (by_all["suggested"].en, by_all["is_of_all"]) == ("E-mail", True)
    pressed = {**band, "channels": [{**row, "clicked": 3}]}
    assert not _shown(pressed, AgeRules(), [pressed], is_heard=True)["is_of_all"]

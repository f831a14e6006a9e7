"""What people do between purchases lifts their freshness: at night, at an order, and on their page."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver.models import Click, Link, Message, MessageEvent
from okaeri.foundation import clock
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.bump_types import BumpRules, Sign, SignKind
from okaeri.insight.domain.bumps import lifted_freshness, points_by_day
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, Depth
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import InquiryIn, LineIn, PartyIn, ProductIn
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn
from okaeri.listen import api as listen
from okaeri.project.wiring import open_shop_warehouse, refresh_everything, station_duties
from tests.insight.shops import order_of, record_shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
COLUMNS = ("freshness", "freshness_band", "fresh_on", "half_life_days")
# Everybody bought once, sixty days ago; without a repeat purchase freshness halves in 60 days.
FADED = 50.0
PEOPLE = (
    *("silent", "clicked", "opened", "machine", "answered", "surveyed", "reviewed", "asked"),
    *("complained", "named", "visited"),
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at(days: int) -> datetime:
    return datetime.combine(ago(days), time(3), UTC)


def of(name: str) -> PartyIn:
    return PartyIn(member_no=name, email=f"{name}@example.com")


def id_of(name: str) -> int:
    return customers.search_customers(f"{name}@example.com")[0].id


def standing(name: str) -> CustomerInsightView:
    found = insight.find_insight(id_of(name))
    assert found is not None
    return found


def react(name: str, kind: str, days: int) -> None:
    when = at(days)
    message = Message.objects.create(
        key=f"{name}-{kind}-{days}", source_kind="test", source_id=1, customer_id=id_of(name),
        channel="email", content_kind="useful", template_key="t", template_version=1,
        status="accepted", planned_at=when, due_at=when, expires_at=when, claimed_at=when,
    )  # fmt: skip
    MessageEvent.objects.create(message=message, kind=kind, occurred_at=when)


def tell(name: str, kind: str, days: int) -> InquiryIn:
    when = at(days)
    return InquiryIn("desk", f"{name}-{kind}", "mail", kind, "open", when, when, of(name))


def see(name: str, days: int, device: str = "") -> EventIn:
    party = None if device else of(name)
    return EventIn(f"{name}-{days}-event", "page_view", at(days), device, party)


def work() -> None:
    WorkLoop(station_duties()).run_until_idle()


def night() -> None:
    refresh_everything(depth=Depth.CLASSES)


@pytest.fixture
def signed_shop() -> Iterator[clock.SimulatedClock]:
    """A shop whose people gave one sign each today, of every kind there is."""
    simulated = clock.SimulatedClock(at(0))
    with clock.use(simulated):
        record_shop({name: [(ago(60), 3000)] for name in PEOPLE})
        seen = [see("lead", 0), see("named", 0), see("visited", 0, "phone")]
        intake.record_events(seen, source="tag", received_at=at(0))
        intake.record_identification("phone", of("visited"), at(0), source="tag")
        intake.record_reviews([ReviewIn("r", "1", 1, at(0), at(0), of("reviewed"))])
        survey = SurveyAnswerIn("s", "1", "夏", "何が", "香り", at(0), at(0), of("surveyed"))
        intake.record_survey_answers([survey])
        intake.record_inquiries([tell("asked", "question", 0), tell("complained", "complaint", 0)])
        work()
        for name, kind in (
            ("clicked", "clicked"),
            ("opened", "opened"),
            ("machine", "machine_clicked"),
        ):
            react(name, kind, 0)
        link = listen.question_link(
            id_of("answered"), "satisfaction", "https://s.example", django_settings.SECRET_KEY
        )
        token = link.removeprefix("https://s.example/q/").removesuffix("/")
        listen.record_answer(token, 5, "", at(0))
        yield simulated


@pytest.mark.covers("J-05")
def test_signs_of_life_lift_freshness_at_night(signed_shop: clock.SimulatedClock) -> None:
    night()
    found = {name: standing(name).freshness for name in PEOPLE}
    assert found == pytest.approx(
        {
            "silent": FADED,
            "clicked": 60,
            "opened": 52,
            "machine": FADED,
            "answered": 75,
            "surveyed": 75,
            "reviewed": 75,
            "asked": 65,
            # A complaint lifts nothing; it holds selling back until somebody has dealt with it.
            "complained": FADED,
            "named": 55,
            "visited": 55,
        }
    )
    assert customers.open_complaints([id_of(name) for name in PEOPLE]) == {id_of("complained")}
    bands = {name: standing(name).freshness_band.value for name in ("silent", "answered")}
    assert bands == {"silent": "fading", "answered": "fresh"}
    # Segments and lists read the same; what a lead did on the day he was first known is that day's 100.
    rule = {"field": "freshness", "op": ">=", "value": 70}
    assert insight.count_customers_where(rule) == 3 + 1
    assert standing("lead").freshness == insight.lead_standing(1, ago(0), TODAY).freshness
    signed_shop.advance(timedelta(days=60))
    night()
    assert standing("answered").freshness == pytest.approx(37.5)
    signed_shop.advance(timedelta(days=120))
    night()
    # Half a year later the sign no longer counts.
    assert standing("answered").freshness == pytest.approx(standing("silent").freshness)


@pytest.mark.covers("A-02")
def test_a_lead_who_comes_back_stays_on_the_list_of_fresh_leads(browser_of_staff: Client) -> None:
    simulated = clock.SimulatedClock(at(21))
    with clock.use(simulated):
        intake.record_customers([of("daily"), of("quiet"), of("pressed"), of("cross")], source="t")
        work()
        simulated.advance(timedelta(days=21))
        seen = [see("daily", days) for days in range(21)]
        intake.record_events(seen, source="tag", received_at=at(0))
        intake.record_inquiries([tell("cross", "complaint", 0)])
        work()
        for days in (1, 2, 3):
            react("pressed", "clicked", days)
        night()
        # Of 100 points three halvings leave 12.5; the rest by the rule for one person.
        rules = BumpRules()
        for name, kind, days in (("daily", SignKind.VISIT, 21), ("pressed", SignKind.CLICK, 4)):
            did = [Sign(1, ago(n), kind) for n in range(days) if kind is SignKind.VISIT or n]
            points = points_by_day(did, as_of=TODAY, rules=rules)
            expected = lifted_freshness(points, fresh_on=ago(21), as_of=TODAY, half_life_days=7)
            assert standing(name).freshness == pytest.approx(expected)
            assert standing(name).freshness > 30
        assert standing("quiet").freshness == standing("cross").freshness == 12.5
        assert standing("daily").freshness_band == "fading"
        html = browser_of_staff.get("/customers/leads/").content.decode()
        assert "daily@example.com" in html
        assert "quiet@example.com" not in html
        assert f"知り合ってから21日 / 反応で+{round(standing('daily').freshness - 12.5)}" in html
        assert (
            "curve-sign" in browser_of_staff.get(f"/customers/{id_of('daily')}/").content.decode()
        )
        rule = {"field": "freshness_band", "op": "in", "value": ["fresh", "fading"]}
        assert id_of("daily") in {one.customer_id for one in insight.list_customers(rule=rule).rows}
        # What the night counted fades by day until the next one.
        simulated.advance(timedelta(days=5))
        assert "daily@example.com" not in browser_of_staff.get("/customers/leads/").content.decode()


def test_an_order_by_day_gives_what_the_night_gives(signed_shop: clock.SimulatedClock) -> None:
    night()
    work()
    # A parcel that came ten days after its order; what was done since then counts on.
    orders = [order_of(name, ago(60), 3000) for name in PEOPLE]
    intake.record_orders([replace(one, delivered_on=ago(50)) for one in orders])
    work()
    by_day = {name: standing(name) for name in PEOPLE}
    assert by_day["silent"].fresh_on == ago(50)
    assert by_day["answered"].freshness > by_day["silent"].freshness + 20
    night()
    for name, before in by_day.items():
        for column in COLUMNS:
            expected = getattr(standing(name), column)
            assert getattr(before, column) == pytest.approx(expected), (name, column)


def test_the_page_shows_each_sign_and_says_by_how_much(
    signed_shop: clock.SimulatedClock, browser_of_staff: Client, in_english: Client
) -> None:
    react("clicked", "clicked", 12)
    night()
    address = f"/customers/{id_of('clicked')}/"
    html = browser_of_staff.get(address).content.decode()
    assert html.count('class="curve-sign"') == 2
    lifted = round(standing("clicked").freshness - FADED)
    assert lifted == 19
    assert f"反応で+{lifted}" in html
    assert f"2026年5月20日は{standing('clicked').freshness:.0f}、" in html
    assert f"+{lifted} by signs of life" in in_english.get(address).content.decode()
    silent = browser_of_staff.get(f"/customers/{id_of('silent')}/").content.decode()
    assert "curve-sign" not in silent
    assert "反応で+" not in silent
    assert "アンケート・レビュー25点" in silent


def test_the_shop_sets_what_a_sign_is_worth(
    signed_shop: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    known = {spec.key: spec for spec in specs_of(BumpRules).values()}
    save(known, {"freshness.bump_answer": 35, "freshness.bump_week_max": 35})
    night()
    assert standing("answered").freshness == pytest.approx(FADED + 35)
    with pytest.raises(ConfigurationError):
        save(known, {"freshness.bump_click": -1})
    with pytest.raises(ConfigurationError):
        save(known, {"freshness.bump_stamp": 1})
    page = browser_of_staff.get("/settings/rules/analysis/").content.decode()
    assert 'name="freshness.bump_answer"' in page


def test_the_measured_bands_know_the_signs_of_their_day_only(
    signed_shop: clock.SimulatedClock,
) -> None:
    # Thirty days ago everybody stood at 71; a review the day before lifts, one the day after does not.
    save({spec.key: spec for spec in specs_of(BandRules).values()}, {"freshness.fresh_from": 80.0})
    for name, days in (("silent", 31), ("machine", 29)):
        told = ReviewIn("r", name, 5, at(days), at(days), of(name))
        intake.record_reviews([told])
    work()
    refresh_everything(depth=Depth.ALL)
    report = insight.find_report("band_rates")
    assert report is not None
    people = {row["band"]: row["customers"] for row in report.payload["bands"]}
    assert people == {"fresh": 1, "fading": len(PEOPLE) - 1, "care": 0, "lost": 0}


def press(name: str, url: str, days: int, *, by_machine: bool = False) -> None:
    react(name, "machine_clicked" if by_machine else "clicked", days)
    message = Message.objects.latest("id")
    link = Link.objects.get_or_create(url=url, url_hash=url[-64:])[0]
    Click.objects.create(message=message, link=link, is_machine=by_machine, occurred_at=at(days))


@pytest.mark.covers("J-07")
def test_a_click_on_a_link_to_a_product_tells_of_an_interest(in_english: Client) -> None:
    with clock.use(clock.SimulatedClock(at(0))):
        kinds = {"ROAD": "Run > Road", "TRAIL": "Run > Trail"}
        page = "https://shop.example/items/{}"
        intake.record_products(
            [ProductIn(sku, sku, kind, url=page.format(sku)) for sku, kind in kinds.items()]
        )
        people = [*(f"p{n}" for n in range(9)), "fan", "machine"]
        intake.record_orders(
            [
                replace(order_of(one, ago(30), 900), lines=(LineIn("ROAD", "Road", 1, 900, 900),))
                for one in people
            ]
        )
        work()
        refresh_everything(depth=Depth.DUE)
        assert insight.interest_audience("Run > Trail") == []
        for days in range(1, 7):
            press("fan", f"{page.format('TRAIL')}?utm_campaign={days}", days)
            press("machine", f"{page.format('TRAIL')}?utm_campaign={days}", days, by_machine=True)
        refresh_everything(depth=Depth.DUE)
        assert insight.interest_audience("Run > Trail") == [id_of("fan")]
        asked = {"did": "click", "where": [{"field": "sku", "op": "=", "value": "TRAIL"}]}
        with closing(open_shop_warehouse()) as warehouse:
            made = insight.create_segment("clicked", {**asked, "value": 6}, warehouse=warehouse)
        assert insight.segment_members(made.id) == [id_of("fan")]
        html = in_english.get("/analysis/interests/").content.decode()
        assert "a click as 0.5" in html

"""Fresh leads: from the first identified touch on a list, the freshest first, one press from a journey."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.event_types import TagRules
from okaeri.intake.form_types import FormProof
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from okaeri.plan.models import Enrolment
from okaeri.web.public import events
from tests.intake.forms_for_tests import fill_in, name_the_shop, open_form

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
NOON = datetime(2026, 5, 20, 3, tzinfo=UTC)
PAGE, ENTER = "/customers/leads/", "/customers/leads/enter/"


@pytest.fixture
def simulated() -> Iterator[clock.SimulatedClock]:
    standing = clock.SimulatedClock(NOON)
    with clock.use(standing):
        name_the_shop()
        plan.install_playbooks(clock.now())
        yield standing


def resolve() -> None:
    while customers.resolve_new_parties(clock.now()):
        pass


def follow_on_line(name: str) -> None:
    party = PartyIn(line_user_id=f"U-{name}", family_name=name)
    intake.record_customers([party], source="line")
    resolve()


def visit(email: str) -> None:
    """Somebody logs in on the shop's pages: the tag tells who he is."""
    save({s.key: s for s in specs_of(TagRules).values()}, {"tag.origins": SHOP})
    events._calls._calls.clear()
    events.rules_of.cache_clear()
    at = int(clock.now().timestamp() * 1000)
    told = {"key": f"visitor-identify-{at % 10**8}", "kind": "identify", "at": at, "email": email}
    body = {"device": "visitor-laptop", "sent_at": at, "events": [told]}
    said = Client(headers={"origin": SHOP}).post("/e/", json.dumps(body), content_type="text/plain")
    assert said.status_code == 204
    events.rules_of.cache_clear()
    resolve()


def ask_by_form(email: str) -> None:
    open_form("letter", "signup")
    entry = fill_in("letter", email=email).entry
    assert entry is not None
    intake.confirm_entry(
        intake.confirm_url(entry, "", settings.SECRET_KEY).split("/")[-2],
        FormProof("", "mark", "Mail app", "ja"),
    )
    resolve()


def names_on(html: str) -> list[str]:
    return re.findall(r'class="row-link" href="/customers/\d+/">([^<]+)</a>', html)


@pytest.mark.covers("A-02")
def test_leads_stand_by_freshness_from_their_first_touch_and_begin_a_journey_by_one_press(
    browser_of_staff: Client, simulated: clock.SimulatedClock
) -> None:
    follow_on_line("以前")
    simulated.advance(timedelta(days=7))
    ask_by_form("form@example.com")
    simulated.advance(timedelta(days=2))
    follow_on_line("佐藤")
    simulated.advance(timedelta(hours=1))
    visit("visit@example.com")
    buyer = PartyIn(email="buyer@example.com")
    line = LineIn("SOAP", "石けん", 1, 900, 900)
    intake.record_orders([OrderIn("shop", "1", clock.now(), "accepted", buyer, (line,), 900)])
    resolve()
    html = browser_of_staff.get(PAGE).content.decode()
    # Known nine days ago stands at 41 points and is fading, the day after at 37 and gone.
    assert names_on(html) == ["visit@example.com", "佐藤", "form@example.com", "以前"]
    assert "見込み客のシナリオが稼働していません" in html
    plan.activate("lead_follow", now=clock.now(), holdout_share=0)
    html = browser_of_staff.get(PAGE).content.decode()
    visitor = re.findall(r'name="lead" value="(\d+)"', html)[0]
    said = browser_of_staff.post(ENTER, {"lead": visitor, "journey": "lead_follow"}, follow=True)
    assert "1人のシナリオを始めました" in said.content.decode()
    (walk,) = Enrolment.objects.all()
    assert (walk.customer_id, walk.state) == (int(visitor), "active")
    (why,) = [one.why.ja for one in plan.decisions_of(int(visitor))]
    assert why == "スタッフが始めました"
    # Pressed twice it begins once; somebody who bought is on no list and cannot be let in by it.
    browser_of_staff.post(ENTER, {"lead": visitor, "journey": "lead_follow"})
    bought = customers.search_customers("buyer@example.com")[0].id
    browser_of_staff.post(ENTER, {"lead": str(bought), "journey": "lead_follow"})
    WorkLoop(duties(batch=50)).run_until_idle()
    assert Enrolment.objects.count() == 1
    simulated.advance(timedelta(days=1))
    assert "以前" not in names_on(browser_of_staff.get(PAGE).content.decode())


def test_without_leads_the_page_says_what_brings_them(
    in_english: Client, simulated: clock.SimulatedClock
) -> None:
    html = in_english.get(PAGE).content.decode()
    assert "No new leads" in html
    said = in_english.post(ENTER, {"journey": "lead_follow"})
    assert said.status_code == 400


def import_members(folder: Path, *rows: str) -> None:
    """Import members as the shop's own template has them; nobody here has ordered."""
    path = folder / "members.csv"
    path.write_text(
        "\n".join(("顧客ID,姓,メールアドレス,メール許可,登録日", *rows)), encoding="utf-8"
    )
    assert intake.import_file(path).rows_rejected == 0
    resolve()


@pytest.mark.covers("A-02")
def test_imported_members_are_as_fresh_as_the_day_they_registered(
    browser_of_staff: Client, simulated: clock.SimulatedClock, tmp_path: Path
) -> None:
    rows = (
        "1,古参,old@e.example,1,2024-02-01",
        "2,先週,week@e.example,1,2026/5/15 21:30",
        "3,今朝,new@e.example,1,2026-05-20",
        "4,不明,nobody@e.example,1,0000-00-00",
        "5,昨日,yesterday@e.example,1,2026/05/19",
    )
    import_members(tmp_path, *rows)
    import_members(tmp_path, *rows)
    html = browser_of_staff.get(PAGE).content.decode()
    assert names_on(html) == ["不明", "今朝", "昨日", "先週"]
    # Nobody knows at which hour of yesterday: its promise is not called missed, no hour is shown.
    assert "24h超過" not in html
    assert "2026年5月19日(火)</td>" in html
    warehouse = open_warehouse(tmp_path / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=date(2026, 5, 20), depth=Depth.CLASSES)
    old = customers.search_customers("古参")[0]
    standing = insight.find_insight(old.id)
    assert standing is not None
    assert (standing.stage, standing.freshness_band) == ("lead", "lost")
    assert standing.fresh_on == date(2024, 2, 1)
    page = browser_of_staff.get(f"/customers/{old.id}/").content.decode()
    assert "<dt>知り合った日</dt><dd>2024年2月1日(木)</dd>" in page
    rule = {"all": [{"field": "known_on", "op": "<", "value": "2025-01-01"}]}
    assert insight.preview_rule(rule, warehouse=warehouse).total == 1
    warehouse.close()
    csv = b"".join(browser_of_staff.get("/customers/?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[0].endswith("知り合った日")
    assert csv.splitlines()[1].endswith(",2024-02-01")
    # A later file that knows better puts it right; one that says a later day does not.
    import_members(
        tmp_path, "3,今朝,new@e.example,1,2026-03-01", "1,古参,old@e.example,1,2026-05-19"
    )
    html = browser_of_staff.get(PAGE).content.decode()
    assert names_on(html) == ["不明", "昨日", "先週"]


def test_who_was_ordering_before_is_no_fresh_lead_after_his_orders_were_cancelled(
    browser_of_staff: Client, simulated: clock.SimulatedClock
) -> None:
    line, buyer = (
        LineIn("SOAP", "石けん", 1, 900, 900),
        PartyIn(family_name="昔", email="a@e.example"),
    )
    long_ago = NOON - timedelta(days=90)
    intake.record_orders([OrderIn("shop", "1", long_ago, "cancelled", buyer, (line,), 900)])
    resolve()
    assert names_on(browser_of_staff.get(PAGE).content.decode()) == []


def test_buyers_of_a_large_file_hide_no_lead(
    browser_of_staff: Client, simulated: clock.SimulatedClock
) -> None:
    follow_on_line("佐藤")
    line = LineIn("SOAP", "石けん", 1, 900, 900)
    orders = [
        OrderIn(
            "shop", str(n), clock.now(), "accepted", PartyIn(email=f"{n}@e.example"), (line,), 900
        )
        for n in range(600)
    ]
    intake.record_orders(orders)
    resolve()
    assert names_on(browser_of_staff.get(PAGE).content.decode()) == ["佐藤"]

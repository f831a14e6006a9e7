"""Whoever is fresh comes first, and is promised an answer within 24 hours."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.models import CustomerInsight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.listen import api as listen
from okaeri.listen.models import CallTask
from okaeri.web.pages.customers.sla import SlaState, decide_sla
from tests.intake.forms_for_tests import name_the_shop
from tests.web.call_shop import stand
from tests.web.test_leads import follow_on_line

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
NOON = datetime(2026, 5, 20, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def simulated() -> Iterator[clock.SimulatedClock]:
    standing = clock.SimulatedClock(NOON)
    with clock.use(standing):
        name_the_shop()
        yield standing


def buy(name: str, *, days_ago: int = 0) -> None:
    at = clock.now() - timedelta(days=days_ago)
    line = LineIn("SOAP", "石けん", 1, 900, 900)
    party = PartyIn(email=f"{name}@example.com", family_name=name, phone="03-1234-5678")
    intake.record_orders([OrderIn("shop", f"{name}{days_ago}", at, "accepted", party, (line,))])
    WorkLoop((*customer_duties.duties(), *insight_duties.duties())).run_until_idle()


def id_of(name: str) -> int:
    return customers.search_customers(f"{name}@example.com")[0].id


def send(customer_id: int, at: datetime) -> None:
    """Let a message have left."""
    Message.objects.create(
        key=f"m{customer_id}", source_kind="journey", source_id=1, customer_id=customer_id,
        channel="email", content_kind="useful", template_key="hello", template_version=1,
        status="accepted", due_at=at, expires_at=at + HOUR, planned_at=at, settled_at=at,
    )  # fmt: skip


def badges(html: str) -> dict[str, str]:
    """Give name → the words of the badge in his row."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", html, re.DOTALL)
    found = {}
    for row in rows:
        words = re.search(r'class="state sla[^"]*">([^<]*)<', row)
        name = re.search(r">([^<>]+)</a>", row)
        assert name is not None
        found[name.group(1).strip()] = words.group(1) if words else ""
    return found


def test_a_promise_is_due_missed_kept_or_kept_late() -> None:
    assert decide_sla(NOON, None, NOON + 23 * HOUR).state is SlaState.DUE
    assert decide_sla(NOON, None, NOON + 23 * HOUR).left == HOUR
    assert decide_sla(NOON, None, NOON + 24 * HOUR).state is SlaState.MISSED
    assert decide_sla(NOON, NOON + 24 * HOUR, NOON + 90 * HOUR).state is SlaState.KEPT
    assert decide_sla(NOON, NOON + 25 * HOUR, NOON + 90 * HOUR).state is SlaState.LATE
    nearly = decide_sla(NOON, None, NOON + 24 * HOUR - timedelta(minutes=5))
    assert (nearly.words.ja, nearly.words.en) == ("24h以内 · 残り5分", "within 24h · 5 min left")


@pytest.mark.covers("A-05")
def test_tasks_stand_by_freshness_and_fresh_people_carry_the_badge_of_24_hours(
    browser_of_staff: Client, in_english: Client, simulated: clock.SimulatedClock, tmp_path: Path
) -> None:
    buy("regular", days_ago=60)
    buy("regular", days_ago=1)
    warehouse = open_warehouse(tmp_path / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=NOON.date(), depth=Depth.CLASSES)
    warehouse.close()
    WorkLoop(insight_duties.duties()).run_until_idle()
    follow_on_line("以前の方")
    buy("missed")
    simulated.advance(30 * HOUR)
    follow_on_line("昨日の方")
    buy("answered")
    buy("due")
    buy("regular")
    send(id_of("answered"), clock.now() + HOUR)
    simulated.advance(3 * HOUR)
    page = browser_of_staff.get("/customers/leads/").content.decode()
    found = badges(page)
    assert found == {
        "昨日の方": "24h以内 · 残り21時間",
        "以前の方": "24h超過・未対応",
        "answered": "24h以内に対応済み",
        "due": "24h以内 · 残り21時間",
        "missed": "24h超過・未対応",
    }
    # The freshest first, in both tables.
    assert list(found)[:2] == ["昨日の方", "以前の方"]
    assert list(found)[-1] == "missed"
    english = badges(in_english.get("/customers/leads/").content.decode())
    assert (english["due"], english["missed"]) == (
        "within 24h · 21 h left",
        "24h missed, no answer yet",
    )
    # The list of calls: within one reason the freshest first, as they are today.
    for name, freshness in (("missed", 20.0), ("due", 90.0), ("answered", 55.0)):
        stand(id_of(name), 100, is_f2_late=True, freshness=freshness)
    stand(id_of("regular"), 100, is_f2_late=True, freshness=40.0, stage="prime")
    listen.fill_call_list(clock.now(), leave_out=lambda _: frozenset())
    order = ["due", "answered", "regular", "missed"]
    calls = browser_of_staff.get("/actions/calls/").content.decode()
    assert [name for name in badges(calls) if name in order] == order
    assert badges(calls)["due"] == "24h以内 · 残り21時間"
    assert badges(calls)["regular"] == ""
    # A night later the freshness of one has fallen, and with it his place.
    CustomerInsight.objects.filter(customer_id=id_of("due")).update(freshness=10.0)
    listen.fill_call_list(clock.now(), leave_out=lambda _: frozenset())
    again = list(badges(browser_of_staff.get("/actions/calls/").content.decode()))
    assert again == ["answered", "regular", "missed", "due"]
    assert CallTask.objects.count() == 4
    # After three days the promise is shown no more.
    simulated.advance(timedelta(days=3))
    later = badges(browser_of_staff.get("/customers/leads/").content.decode())
    assert set(later.values()) == {""}

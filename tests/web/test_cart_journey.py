"""A cart left in the app or on a page: events come in over HTTP, letters go out, a link brings it back."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.event_types import TagRules
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from okaeri.plan import api as plan
from okaeri.plan.models import Enrolment
from okaeri.plan.types import CartRules, DefinitionError
from okaeri.project.wiring import station_duties
from okaeri.web.api import keys
from okaeri.web.public import events
from tests.web.shop import name_the_shop

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
CHROME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0"
# Ten in the morning in Tokyo.
MORNING = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)


class Store:
    """A shop with an app, a site and a worker, on a clock that stands still."""

    def __init__(self, standing: clock.SimulatedClock) -> None:
        self.clock = standing
        self._loop = WorkLoop(station_duties())
        self._calls = 0
        token = keys.create("app", keys.SCOPES, by="mika", now=standing.now(), expires_at=None)[1]
        self._app = Client(headers={"authorization": f"Bearer {token}"})

    def customer(self, name: str, *, at: datetime | None = None) -> int:
        """Somebody orders and is known from then on by member number and address."""
        self.order(name, at=at or self.clock.now() - timedelta(days=40))
        return customers.search_customers(f"{name}@example.invalid")[0].id

    def order(self, name: str, *, at: datetime | None = None) -> None:
        party = PartyIn(
            member_no=name, email=f"{name}@example.invalid", family_name="山田", email_opt_in=True
        )
        self._calls += 1
        lines = (LineIn("LOTION", "化粧水", 1, 5000, 5000),)
        at = at or self.clock.now()
        order = OrderIn("shop", f"A{self._calls}", at, "accepted", party, lines, 5000)
        intake.record_orders([order])
        self.work()

    def app(self, name: str, kind: str, **details: Any) -> None:
        """The app says what the member did."""
        self._calls += 1
        event = {"key": f"app-{self._calls:06}", "kind": kind, "member_no": name, **details}
        event["at"] = self.clock.now().isoformat()
        response = self._app.post("/api/v1/events", {"events": [event]}, "application/json")
        assert response.status_code in (200, 202), response.content

    def page(self, device: str, kind: str, **details: Any) -> None:
        """A page of the shop says what happened on a device."""
        self._calls += 1
        at = int(self.clock.now().timestamp() * 1000)
        event = {"key": f"page-{self._calls:05}", "kind": kind, "at": at, **details}
        body = json.dumps({"device": device, "sent_at": at, "events": [event]})
        client = Client(headers={"origin": SHOP})
        assert client.post("/e/", body, content_type="text/plain").status_code == 204

    def pass_hours(self, hours: float) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.work()

    def work(self) -> None:
        self._loop.run_until_idle()

    def mails(self, name: str) -> list[str]:
        """Give the steps whose letters this person got, oldest first."""
        sent = Message.objects.filter(status="accepted", address=f"{name}@example.invalid")
        return list(sent.order_by("settled_at").values_list("source_part", flat=True))


@pytest.fixture
def store() -> Iterator[Store]:
    events._calls._calls.clear()
    events.rules_of.cache_clear()
    name_the_shop("肌日和")
    _set(TagRules, {"tag.origins": SHOP, "tag.member_source": "shop"})
    _set(CartRules, {"cart.page": f"{SHOP}/cart?add={{items}}"})
    standing = clock.SimulatedClock(MORNING)
    with clock.use(standing):
        intake.record_products([ProductIn("LOTION", "化粧水"), ProductIn("A/B 1", "美容液")])
        plan.install_playbooks(standing.now())
        plan.activate("cart", now=standing.now(), holdout_share=0.0)
        yield Store(standing)
    events.rules_of.cache_clear()


def _set(rules: type, values: dict[str, Any]) -> None:
    save({spec.key: spec for spec in specs_of(rules).values()}, values)


def last_mail(name: str) -> str:
    row = Message.objects.filter(address=f"{name}@example.invalid").latest("settled_at")
    from email import message_from_bytes, policy

    mail = message_from_bytes(deliver.get_mail(row.pk).raw, policy=policy.default)
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def press(text: str) -> str:
    """Give where the first tracked link of a mail leads."""
    found = re.search(r"https?://\S+?(/c/\S+)", text)
    assert found, text
    response = Client(headers={"user-agent": CHROME}).get(found[1])
    assert response.status_code == 302
    return str(response.headers["Location"])


@pytest.mark.covers("F-10")
def test_a_cart_filled_in_the_app_comes_back_by_a_link_after_1_24_and_72_hours(
    store: Store,
) -> None:
    hana = store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION", quantity=2)
    store.app("hana", "cart_add", sku="A/B 1")
    left_at = store.clock.now()
    store.pass_hours(0.9)
    assert store.mails("hana") == []
    store.pass_hours(0.2)
    assert store.mails("hana") == ["kept"]
    words = last_mail("hana")
    assert "・化粧水" in words
    assert "・美容液" in words
    assert "クーポン" not in words
    store.clock.advance(timedelta(minutes=5))
    link = press(words)
    assert link.startswith(f"{SHOP}/cart?add=LOTION:2,A%2FB%201:1&okaeri_id=")
    store.pass_hours(22)
    assert store.mails("hana") == ["kept"]
    store.pass_hours(1)
    assert store.mails("hana") == ["kept", "questions"]
    store.pass_hours(47)
    assert store.mails("hana") == ["kept", "questions"]
    store.pass_hours(1.5)
    assert store.mails("hana") == ["kept", "questions", "last_note"]
    due = Message.objects.filter(customer_id=hana).order_by("due_at").values_list("due_at")
    assert [(at - left_at) // timedelta(hours=1) for (at,) in due] == [1, 24, 72]
    store.pass_hours(24 * 10)
    assert len(store.mails("hana")) == 3
    (walk,) = plan.enrolments_of(hana)
    assert walk.state == "finished"
    first = plan.decisions_of(hana)[-1]
    assert first.why.ja == "カートに3点を残したまま1時間たったため始めました"


def test_an_order_on_the_site_ends_what_the_app_began(store: Store) -> None:
    hana = store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION")
    store.pass_hours(1.1)
    store.order("hana")
    assert plan.enrolments_of(hana)[0].why.ja == "2回目の購入があったため終了しました"
    store.pass_hours(100)
    assert store.mails("hana") == ["kept"]


def test_whoever_orders_within_the_hour_never_enters(store: Store) -> None:
    store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION")
    store.pass_hours(0.5)
    store.order("hana")
    store.pass_hours(100)
    assert Enrolment.objects.count() == 0


def test_the_hour_counts_from_the_last_thing_put_in(store: Store) -> None:
    store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION")
    store.pass_hours(0.8)
    store.app("hana", "cart_add", sku="A/B 1")
    store.pass_hours(0.5)
    assert Enrolment.objects.count() == 0
    store.pass_hours(0.6)
    assert store.mails("hana") == ["kept"]


def test_an_emptied_cart_calls_back_the_letter_that_waits_for_the_morning(store: Store) -> None:
    hana, kei = store.customer("hana"), store.customer("kei")
    store.pass_hours(11)
    for name in ("hana", "kei"):
        store.app(name, "cart_add", sku="LOTION")
    store.pass_hours(1.5)
    # Half past ten in the evening: asked for, and held until the morning.
    assert Message.objects.filter(status__in=("planned", "rendered")).count() == 2
    store.app("hana", "cart_remove", sku="LOTION")
    store.work()
    assert plan.enrolments_of(hana)[0].why.ja == "カートが空になったため終了しました"
    assert plan.enrolments_of(kei)[0].state == "active"
    store.pass_hours(11.5)
    assert store.mails("hana") == []
    assert store.mails("kei") == ["kept"]


def test_what_was_done_before_the_login_counts_once_the_device_has_a_name(store: Store) -> None:
    store.customer("hana")
    store.page("device-0001", "cart_add", sku="LOTION")
    store.pass_hours(2)
    assert Enrolment.objects.count() == 0
    store.page("device-0001", "identify", member_no="hana")
    store.pass_hours(0.1)
    assert store.mails("hana") == ["kept"]
    store.page("device-0001", "cart_remove", sku="LOTION", quantity=1)
    store.pass_hours(48)
    assert store.mails("hana") == ["kept"]


def test_a_cart_of_nobody_and_one_from_before_the_start_let_nobody_in(store: Store) -> None:
    plan.pause("cart")
    store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION")
    store.clock.advance(timedelta(minutes=1))
    plan.activate("cart", now=store.clock.now(), holdout_share=0.0)
    store.page("device-0002", "cart_add", sku="LOTION")
    store.pass_hours(3)
    assert Enrolment.objects.count() == 0


def test_without_the_address_of_the_cart_the_journey_does_not_start(store: Store) -> None:
    plan.pause("cart")
    for address in ("", "javascript:alert(1)", "/cart"):
        _set(CartRules, {"cart.page": address})
        with pytest.raises(DefinitionError) as refused:
            plan.activate("cart", now=store.clock.now())
        assert "カートを開くアドレス" in str(refused.value.message.ja)


def test_letters_are_in_english_where_the_shop_says_so(store: Store) -> None:
    _set(CartRules, {"cart.language": "en"})
    store.customer("hana")
    store.app("hana", "cart_add", sku="LOTION")
    store.pass_hours(1.1)
    words = last_mail("hana")
    assert "still in your cart" in words
    assert "カート" not in words

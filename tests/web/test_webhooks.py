"""Programs are told what happens: signed, at least once, under ids that stay, and nobody else is."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.customers.actions.merge import merge_customers
from okaeri.customers.models import AccessEntry, ConsentEvent, Customer
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import asking, clock
from okaeri.foundation.errors import InputError
from okaeri.insight.models import Segment
from okaeri.insight.store import segments
from okaeri.intake import api as intake
from okaeri.intake.types import OrderIn, PartyIn
from okaeri.web.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from okaeri.web.rights.erasing import erase_everywhere
from okaeri.web.webhooks import endpoints
from okaeri.web.webhooks.duties import duties
from okaeri.web.webhooks.gathering import KEPT, gather, sweep
from okaeri.web.webhooks.kinds import KINDS
from okaeri.web.webhooks.sending import DISABLED_AFTER, pause_after
from tests.web.fake_receiver import Receiver, receiving
from tests.web.webhook_shop import become_known, shop_beside

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def time_of_shop() -> clock.SimulatedClock:
    simulated = clock.SimulatedClock(NOW)
    clock.set_clock(simulated)
    return simulated


@pytest.fixture
def chief(staff: User) -> Client:
    client = Client(headers={"accept-language": "ja"})
    client.force_login(staff)
    return client


def register(url: str, *kinds: str) -> tuple[WebhookEndpoint, str]:
    return endpoints.create("基幹", url, kinds or KINDS, by="mika", now=clock.now())


def work() -> int:
    """One round of the thread that tells others, by the shop's clock."""
    return sum(duty.run(clock.now()) for duty in duties())


def wait(shop_clock: clock.SimulatedClock, **time: float) -> None:
    shop_clock.advance(timedelta(**time))


# ---- what is told ------------------------------------------------------------------------------


def test_what_happens_is_told_signed_with_ids_and_no_personal_word(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    become_known(1)
    _, secret = register(receiver.url)
    who = become_known(2)
    wait(time_of_shop, minutes=2)
    while work():
        pass
    told = {body["type"]: body["data"] for body in receiver.bodies}
    assert set(told) == {"customer.created", "consent.changed", "order.changed"}
    assert told["customer.created"] == {"customer_id": who}
    assert told["consent.changed"] == {
        "customer_id": who, "channel": "email", "action": "granted"
    }  # fmt: skip
    assert told["order.changed"] == {
        "customer_id": who, "source": "shop", "order_no": "A-2", "status": "accepted",
        "is_purchase": True,
    }  # fmt: skip
    assert all(receiver.is_genuine(secret, place) for place in range(len(receiver.came)))
    assert all(one["path"] == "/hook/?source=okaeri" for one in receiver.came)
    whole = b"".join(one["body"] for one in receiver.came).decode()
    assert not [word for word in ("hanako", "example.com", "佐藤") if word in whole]
    entry = AccessEntry.objects.get(actor__startswith="webhook:")
    assert (entry.action, entry.customer_id, entry.basis) == ("export", who, "own")
    assert work() == 0


def test_merges_segments_messages_and_erasures_are_told(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    first, second = become_known(1), become_known(2)
    segment = Segment.objects.create(name="x", rule={}, created_at=NOW, computed_at=NOW)
    register(receiver.url)
    with transaction.atomic():
        merge_customers(first, second, evidence=["staff"], now=clock.now())
    wait(time_of_shop, seconds=1)
    segments.save_members(segment, BitMap64(range(first, first + 700)), clock.now())
    message = Message.objects.create(
        key="m", source_kind="x", source_id=1, customer_id=first, channel="email",
        content_kind="useful", template_key="thanks", template_version=1, status="accepted",
        due_at=NOW, expires_at=NOW, planned_at=NOW, settled_at=clock.now(), address="a@b.example",
    )  # fmt: skip
    deliver.record_event(message.id, "bounced", clock.now(), {})
    wait(time_of_shop, minutes=2)
    while work():
        pass
    told = [(body["type"], body["data"]) for body in receiver.bodies]
    about = {
        "customer_id": first,
        "message_id": message.id,
        "channel": "email",
        "template": "thanks",
    }
    assert ("customer.merged", {"customer_id": first, "other_customer_id": second}) in told
    entered = [data["customer_ids"] for kind, data in told if kind == "segment.entered"]
    assert [len(ids) for ids in entered] == [500, 200]
    assert sorted(one for some in entered for one in some) == list(range(first, first + 700))
    assert [data for kind, data in told if kind in ("message.sent", "message.bounced")] == [
        about,
        about,
    ]
    erase_everywhere(first, clock.now())
    assert not WebhookEvent.objects.filter(customer_id__in=(first, second)).exists()
    left = WebhookEvent.objects.filter(kind="segment.entered").order_by("id").first()
    assert left is not None
    assert json.loads(left.body)["data"]["customer_ids"][0] == second + 1
    assert left.people == 498
    receiver.came.clear()
    wait(time_of_shop, minutes=2)
    while work():
        pass
    assert {"type": "customer.erased", "customer_id": first}.items() <= {
        "type": receiver.bodies[-1]["type"], **receiver.bodies[-1]["data"]
    }.items()  # fmt: skip


def test_an_endpoint_hears_of_what_it_chose_and_from_then_on(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    endpoint, _ = register(receiver.url, "customer.created")
    become_known(1)
    work()
    assert [body["type"] for body in receiver.bodies] == ["customer.created"]
    wait(time_of_shop, minutes=5)
    endpoints.choose(endpoint.id, ["order.changed"], clock.now())
    become_known(2)
    while work():
        pass
    assert [body["data"].get("order_no") for body in receiver.bodies[1:]] == ["A-2"]


def test_an_order_waits_until_somebody_has_recognised_its_buyer(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    register(receiver.url, "order.changed")
    order = OrderIn(
        source="shop", order_no="B-1", ordered_at=NOW, status="accepted", currency="JPY",
        total_minor=1, party=PartyIn(email="b@example.com"), lines=(),
    )  # fmt: skip
    intake.record_orders([order])
    assert gather(NOW) == 0
    customers.resolve_new_parties(NOW)
    assert gather(NOW) == 1
    assert WebhookEvent.objects.get().customer_id == Customer.objects.get().id


def test_what_somebody_else_is_told_is_noted_as_given_to_him(
    receiver: Receiver, time_of_shop: clock.SimulatedClock, chief: Client
) -> None:
    form = {"name": "x", "url": receiver.url, "kind": ["customer.created"]}
    chief.post("/settings/webhooks/", form | {"basis": "entrusted", "recipient": "発送代行社"})
    who = become_known()
    work()
    given = list(customers.iter_provisions([who]))
    assert [(one.recipient, one.basis) for one in given] == [("発送代行社", "entrusted")]


# ---- a receiver that misbehaves ----------------------------------------------------------------


@pytest.mark.parametrize("how", ["500", "404", "302", "429", "hang up"])
def test_what_was_not_taken_is_sent_again_under_the_same_id(
    receiver: Receiver, time_of_shop: clock.SimulatedClock, how: str
) -> None:
    register(receiver.url, "customer.created")
    receiver.answers = [how, how]
    receiver.led_on_to = receiver.url
    become_known()
    work()
    assert len(receiver.came) == 1
    work()
    assert len(receiver.came) == 1, "it rests first"
    wait(time_of_shop, seconds=6)
    work()
    wait(time_of_shop, seconds=40)
    work()
    assert len(receiver.came) == 3
    assert len(set(receiver.ids)) == 1
    assert len({one["body"] for one in receiver.came}) == 1
    row = WebhookDelivery.objects.get()
    assert (row.status, row.attempts, row.http_status) == ("delivered", 3, 204)
    assert WebhookEndpoint.objects.get().failing_since is None


def test_a_receiver_that_drips_is_given_up_in_time(
    receiver: Receiver, time_of_shop: clock.SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LONGEST_SECONDS", 0.5)
    register(receiver.url, "customer.created")
    receiver.answers = ["drip"]
    become_known()
    before = monotonic()
    work()
    # It would drip for fifty.
    assert monotonic() - before < 25
    row = WebhookDelivery.objects.get()
    assert (row.status, row.http_status) == ("waiting", None)
    assert row.error["en"]


def test_a_dead_receiver_does_not_hold_up_the_others(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    with receiving() as dead:
        register(dead.url, "customer.created")
        register(receiver.url, "customer.created")
        dead.answers = ["500"] * 100
        for number in range(30):
            become_known(number)
        for _ in range(3):
            work()
        assert len(dead.came) == 1
    assert len(receiver.came) == 30


def test_one_note_that_is_never_taken_is_given_up_and_blocks_no_other(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    endpoint, _ = register(receiver.url, "customer.created")
    become_known(1)
    gather(clock.now())
    receiver.never_takes = WebhookEvent.objects.get().body.encode()
    for day in range(1, 8):
        become_known(day + 1)
        for _ in range(24):
            work()
            wait(time_of_shop, hours=1)
    standing = endpoints.standings_of([endpoint.id])[endpoint.id]
    assert (standing.failed, standing.delivered, standing.waiting) == (1, 7, 0)
    assert WebhookEndpoint.objects.get().is_active
    receiver.never_takes = b""
    assert endpoints.send_failed_again(endpoint.id, clock.now()) == 1
    work()
    assert receiver.ids[-1] == receiver.ids[0]
    assert endpoints.standings_of([endpoint.id])[endpoint.id].delivered == 8


def test_after_days_of_failure_it_is_switched_off_says_so_and_loses_nothing(
    receiver: Receiver, time_of_shop: clock.SimulatedClock, chief: Client
) -> None:
    endpoint, _ = register(receiver.url, "customer.created")
    become_known(1)
    receiver.answers = ["500"] * 1000
    tried = 0
    while WebhookEndpoint.objects.get().is_active:
        tried += work()
        wait(time_of_shop, hours=1)
        assert clock.now() - NOW < DISABLED_AFTER + timedelta(days=1)
    assert clock.now() - NOW > DISABLED_AFTER
    assert tried < 40
    assert "5日間" in chief.get(f"/settings/webhooks/{endpoint.id}/").content.decode()
    assert "外への通知が1件" in chief.get("/").content.decode()
    become_known(2)
    receiver.answers = []
    receiver.came.clear()
    work()
    assert receiver.came == []
    endpoints.switch(endpoint.id, is_active=True, now=clock.now())
    work()
    assert len(receiver.came) == 2
    assert "外への通知が1件" not in chief.get("/").content.decode()


def test_one_that_is_gone_is_switched_off_at_once(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    register(receiver.url, "customer.created")
    receiver.answers = ["410"]
    become_known()
    work()
    row = WebhookEndpoint.objects.get()
    assert not row.is_active
    assert "410" in row.disabled_why["en"]
    assert WebhookDelivery.objects.get().status == "waiting"


def test_both_secrets_sign_for_a_day_after_a_change(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    endpoint, old = register(receiver.url, "customer.created")
    new = endpoints.rotate(endpoint.id, clock.now())
    become_known(1)
    work()
    assert receiver.is_genuine(old)
    assert receiver.is_genuine(new)
    wait(time_of_shop, hours=25)
    become_known(2)
    work()
    assert not receiver.is_genuine(old)
    assert receiver.is_genuine(new)
    assert old not in WebhookEndpoint.objects.get().previous_secret


def test_a_pause_grows_to_six_hours_and_is_spread() -> None:
    pauses = [pause_after(n, 0).total_seconds() for n in range(1, 12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5, 6 * 3600)
    assert len({pause_after(3, number) for number in range(100)}) == 11


def test_what_is_older_than_a_month_goes(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    register(receiver.url, "customer.created")
    become_known()
    gather(clock.now())
    assert sweep(clock.now()) == 0
    wait(time_of_shop, seconds=KEPT.total_seconds() + 1)
    assert sweep(clock.now()) == 1
    assert not WebhookDelivery.objects.exists()


# ---- crashes and two workers -------------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_killed_between_sending_and_noting_sends_again_with_the_same_id(
    receiver: Receiver, tmp_path: Path
) -> None:
    """Processes of their own on a database of their own; the kill is SIGKILL."""
    with shop_beside(tmp_path) as beside:
        assert beside.ask("register", receiver.url, "30") == 30
        victim = beside.ask("fork")
        receiver.before_answering = lambda: os.kill(victim, signal.SIGKILL)
        assert beside.ask("wait", str(victim)) == signal.SIGKILL
        receiver.before_answering = lambda: None
        # The receiver has one; nobody here knows. Its lease still runs.
        assert beside.ask("count") == {"waiting": 30}
        assert len(receiver.ids) == 1
        assert beside.work() == [0]
        assert beside.ask("count") == {"waiting": 1, "delivered": 29}
        beside.ask("end-leases")
        # Two at once: what one has claimed, the other leaves alone.
        assert beside.work(2) == [0, 0]
        assert beside.ask("count") == {"delivered": 30}
        assert len(receiver.ids) == 31
        assert len(set(receiver.ids)) == 30
        assert receiver.ids.count(receiver.ids[0]) == 2
        # What two workers gather at once is noted once.
        beside.ask("people", "40")
        assert beside.work(2) == [0, 0]
        assert beside.ask("count") == {"delivered": 70}
        assert len(receiver.ids) == 71


# ---- addresses and pages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.example/hook", "https://127.0.0.1/", "https://10.0.0.1/x?y=1"),
        *("https://[::1]/", "https://169.254.169.254/latest", "https://user@shop.example/"),
        *("https://shop.example:6379/", "ftp://shop.example/", "", "https://shop.example/#a"),
    ],
)
def test_no_address_inside_is_registered(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, asks_loopback=False))
    with pytest.raises(InputError):
        register(url)
    assert not WebhookEndpoint.objects.exists()


def test_a_name_that_leads_inside_later_is_not_connected_to(
    receiver: Receiver, time_of_shop: clock.SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(receiver.url, "customer.created")
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, asks_loopback=False))
    become_known()
    work()
    assert receiver.came == []
    assert WebhookDelivery.objects.get().status == "waiting"


def test_staff_register_test_and_send_again(receiver: Receiver, chief: Client) -> None:
    form = {"name": "基幹", "url": receiver.url, "kind": ["customer.created"]}
    page = chief.post("/settings/webhooks/", form).content.decode()
    assert "whsec_" in page
    assert "whsec_" not in chief.get("/settings/webhooks/").content.decode()
    here = f"/settings/webhooks/{WebhookEndpoint.objects.get().id}/"
    assert chief.post(f"{here}test/").status_code == 302
    work()
    assert receiver.bodies[0]["type"] == "webhook.test"
    page = chief.get(here).content.decode()
    assert "受け取り済み" in page
    assert receiver.ids[0] in page
    row = WebhookDelivery.objects.get()
    chief.post(f"{here}again/{row.id}/")
    work()
    assert receiver.ids == [receiver.ids[0]] * 2
    assert receiver.ids[0] in b"".join(chief.get(f"{here}?csv=utf-8")).decode()
    assert "この状態の通知はありません" in chief.get(f"{here}?status=failed").content.decode()
    assert "whsec_" in chief.post(f"{here}secret/").content.decode()
    assert chief.post(f"{here}kinds/", {"kind": "all"}).status_code == 400
    chief.post(f"{here}switch/", {"open": "0"})
    assert not WebhookEndpoint.objects.get().is_active
    chief.post(f"{here}remove/")
    assert not WebhookEndpoint.objects.exists()
    assert chief.get(here).status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "url": "https://a.example/", "kind": ["order.changed"]},
        {"name": "x", "url": "https://a.example/", "kind": []},
        {"name": "x", "url": "https://a.example/", "kind": ["everything"]},
        {"name": "x", "url": "https://a.example/", "kind": ["order.changed"], "basis": "entrusted"},
        {"name": "x", "url": "https://a.example/" + "a" * 500, "kind": ["order.changed"]},
    ],
)
def test_a_form_that_lacks_something_says_so(chief: Client, form: dict[str, Any]) -> None:
    reply = chief.post("/settings/webhooks/", form)
    assert reply.status_code == 400
    assert 'role="alert"' in reply.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_consent_rows_are_told_of_only_once_they_have_settled(
    receiver: Receiver, time_of_shop: clock.SimulatedClock
) -> None:
    register(receiver.url, "consent.changed")
    become_known()
    assert ConsentEvent.objects.exists()
    assert gather(clock.now()) == 0
    wait(time_of_shop, seconds=61)
    assert gather(clock.now()) == 1

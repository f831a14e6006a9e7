"""Live sources: who may speak, once only, in whatever order, and what becomes of the words."""

import gzip
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.settings import ShopProfile, specs_of
from okaeri.intake import api
from okaeri.intake.models import (
    Connection,
    Delivery,
    LatestWord,
    Order,
    OrderLine,
    Party,
    Payment,
    Subscription,
)
from okaeri.intake.types import ConnectionView, ProductIn, Received, RightsRequest
from okaeri.intake.webhooks.taking import Arrived, Envelope, take
from tests.intake.deliveries import (
    NOW,
    SECRET,
    as_raw,
    shopify_headers,
    shopify_order,
    standard_headers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ConnectionView:
    return api.create_connection("本店", "shopify", secret=SECRET)[0]


def send(shop: ConnectionView, topic: str, payload: Any, number: str = "", **how: Any) -> Received:
    raw = payload if isinstance(payload, bytes) else as_raw(payload)
    sent = how.pop("sent", "")
    headers = shopify_headers(raw, topic, number or f"d-{random.random()}", sent=sent)
    return api.receive(shop.key, headers, raw, NOW, **how)


# ---- whose words -------------------------------------------------------------------------------


def test_only_words_signed_with_the_secret_are_heard(shop: ConnectionView) -> None:
    raw = as_raw(shopify_order())
    good = shopify_headers(raw, "orders/create", "d-1")
    assert api.receive(shop.key, good, raw + b" ", NOW).outcome == "unsigned"
    other = shopify_headers(raw, "orders/create", "d-1", secret="another secret of 16")
    assert api.receive(shop.key, other, raw, NOW).outcome == "unsigned"
    assert api.receive(shop.key, {"X-Shopify-Topic": "orders/create"}, raw, NOW).outcome == (
        "unsigned"
    )
    assert api.receive("nobody", good, raw, NOW).outcome == "unknown"
    assert not Order.objects.exists()
    assert not Delivery.objects.exists()
    assert api.receive(shop.key, good, raw, NOW).outcome == "done"


def test_a_signature_with_letters_outside_ascii_is_refused_and_breaks_nothing(
    shop: ConnectionView,
) -> None:
    headers = {"X-Shopify-Hmac-Sha256": "おかえり", "X-Shopify-Topic": "orders/create"}
    assert api.receive(shop.key, headers, b"{}", NOW).outcome == "unsigned"


def test_two_subscriptions_to_one_topic_bring_one_event_twice(shop: ConnectionView) -> None:
    """X-Shopify-Event-Id says so; each subscription has a X-Shopify-Webhook-Id of its own."""

    def tell(payload: Any, event: str, delivery: str, topic: str = "orders/create") -> str:
        raw = as_raw(payload)
        headers = shopify_headers(raw, topic, delivery) | {"X-Shopify-Event-Id": event}
        return api.receive(shop.key, headers, raw, NOW).outcome

    first, second = shopify_order(1), shopify_order(2)
    assert tell(first, "e-1", "w-1") == "done"
    assert tell(first, "e-1", "w-2") == "duplicate"
    # One deed is told in several topics and about several orders; none of them is a copy.
    assert tell(first, "e-1", "w-3", "orders/paid") == "done"
    assert tell(second, "e-1", "w-4") == "done"
    # The source tried again: both ids are those of before.
    assert tell(second, "e-1", "w-4") == "duplicate"
    # Another event of the same order is another, even under a webhook id that was seen.
    assert tell(first, "e-2", "w-1") == "done"
    assert {len(one) for one in Delivery.objects.values_list("delivery_id", flat=True)} == {36}


def test_what_names_no_event_is_told_apart_as_before(shop: ConnectionView) -> None:
    assert send(shop, "orders/create", shopify_order(), "w-1").outcome == "done"
    assert send(shop, "orders/create", shopify_order(), "w-1").outcome == "duplicate"
    raw = b"[1]"
    headers = shopify_headers(raw, "orders/create", "w-2") | {"X-Shopify-Event-Id": "x" * 500}
    assert api.receive(shop.key, headers, raw, NOW).outcome == "failed"
    assert len(Delivery.objects.get(status="failed").delivery_id) <= 80


def test_a_closed_address_hears_nothing(shop: ConnectionView) -> None:
    api.switch_connection(shop.id, is_active=False)
    assert send(shop, "orders/create", shopify_order()).outcome == "unknown"


def test_both_secrets_count_for_a_day_after_a_change(shop: ConnectionView) -> None:
    with clock.use(clock.SimulatedClock(NOW)):
        new = "the new secret of the shop"
        api.rotate_secret(shop.id, secret=new)
    raw = as_raw(shopify_order())

    def outcome(secret: str, number: str, hours: int) -> str:
        headers = shopify_headers(raw, "orders/create", number, secret=secret)
        return api.receive(shop.key, headers, raw, NOW + timedelta(hours=hours)).outcome

    assert outcome(SECRET, "a", 23) == "done"
    assert outcome(new, "b", 23) == "done"
    assert outcome(SECRET, "c", 25) == "unsigned"
    assert outcome(new, "d", 25) == "done"


def test_secrets_lie_encrypted_in_the_database_and_open_under_the_same_key_only(
    shop: ConnectionView, settings: Any
) -> None:
    row = Connection.objects.get()
    assert SECRET not in row.secret
    assert SECRET not in repr(shop)
    from dataclasses import replace

    from okaeri.foundation.errors import ConfigurationError

    settings.OKAERI = replace(settings.OKAERI, secret_key="another installation")
    with pytest.raises(ConfigurationError):
        send(shop, "orders/create", shopify_order())


def test_our_own_signature_counts_for_five_minutes() -> None:
    connection, secret = api.create_connection("基幹システム", "generic")
    raw = as_raw({"type": "products", "data": [{"sku": "A", "price_minor": 100}]})

    def outcome(number: str, seconds: int) -> str:
        headers = standard_headers(raw, number, secret)
        return api.receive(connection.key, headers, raw, NOW + timedelta(seconds=seconds)).outcome

    assert outcome("1", 301) == "unsigned"
    assert outcome("1", -301) == "unsigned"
    assert outcome("1", 299) == "done"
    assert outcome("1", 0) == "duplicate"
    headers = standard_headers(raw, "2", secret)
    assert api.receive(connection.key, headers | {"webhook-id": "3"}, raw, NOW).outcome == (
        "unsigned"
    )
    several = headers | {"webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert api.receive(connection.key, several, raw, NOW).outcome == "done"


def test_a_notice_of_eccube_is_known_by_its_hex_signature_and_says_what_to_do() -> None:
    import hashlib
    import hmac

    connection, secret = api.create_connection("EC-CUBE", "eccube")
    raw = b'[{"entity":"order","id":13,"action":"created"}]'
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    assert api.receive(connection.key, {"X-ECCUBE-Signature": mac}, raw, NOW).outcome == "ignored"
    bad = {"X-ECCUBE-Signature": mac[::-1]}
    assert api.receive(connection.key, bad, raw, NOW).outcome == "unsigned"
    error = api.list_deliveries(connection.id)[0].error
    assert error is not None
    assert "Web API" in error.ja


# ---- orders ------------------------------------------------------------------------------------


def test_an_order_comes_in_under_its_name_with_every_amount(shop: ConnectionView) -> None:
    assert send(shop, "orders/create", shopify_order()).outcome == "done"
    order = Order.objects.select_related("party").get()
    assert (order.source, order.order_no, order.status) == ("shopify", "#1001", "accepted")
    assert (order.lines_minor, order.discount_minor, order.net_minor) == (6600, 600, 6000)
    assert (order.shipping_minor, order.total_minor) == (500, 6500)
    assert order.ordered_on == date(2026, 11, 1)
    assert order.party is not None
    assert (order.party.family_name, order.party.member_no) == ("髙橋", "71")


def test_ids_above_two_to_the_53_keep_every_digit(shop: ConnectionView) -> None:
    send(shop, "orders/create", shopify_order(id=9007199254740993))
    send(shop, "orders/create", shopify_order(2, id=9007199254740992))
    numbers = LatestWord.objects.order_by("subject_no").values_list("subject_no", flat=True)
    assert list(numbers) == ["9007199254740992", "9007199254740993"]


def test_the_same_delivery_again_has_one_effect(shop: ConnectionView) -> None:
    order = shopify_order()
    outcomes = [send(shop, "orders/create", order, "d-1").outcome for _ in range(5)]
    assert outcomes == ["done", *["duplicate"] * 4]
    assert (Order.objects.count(), Delivery.objects.count()) == (1, 1)


def test_an_older_word_that_comes_late_changes_nothing(shop: ConnectionView) -> None:
    late = shopify_order(updated_at="2026-11-01T10:00:00+09:00")
    cancelled = shopify_order(
        updated_at="2026-11-02T10:00:00+09:00", cancelled_at="2026-11-02T10:00:00+09:00"
    )
    send(shop, "orders/cancelled", cancelled)
    assert send(shop, "orders/updated", late).outcome == "done"
    assert Order.objects.get().status == "cancelled"


def test_of_two_words_of_one_second_the_one_sent_later_counts(shop: ConnectionView) -> None:
    paid = shopify_order(total_price="1")
    send(shop, "orders/paid", paid, sent="2026-11-01T01:00:00.900000000Z")
    send(shop, "orders/create", shopify_order(), sent="2026-11-01T01:00:00.100000000Z")
    assert Order.objects.get().total_minor == 1


def test_an_order_names_the_codes_of_the_checkout(shop: ConnectionView) -> None:
    codes = [{"code": "SUMMER", "amount": "100", "type": "fixed_amount"}, {"code": "abcd-2345"}]
    send(shop, "orders/create", shopify_order(discount_codes=codes))
    order = Order.objects.get()
    assert api.coupon_codes_of([order.id]) == {order.id: ("SUMMER", "abcd-2345")}


def test_any_order_of_arrival_ends_the_same(shop: ConnectionView) -> None:
    """Created, paid, refunded and cancelled, shuffled and each five times."""
    refund = {
        "id": 5, "order_id": shopify_order()["id"], "processed_at": "2026-11-03T10:00:00+09:00",
        "refund_line_items": [{"subtotal": "3000", "total_tax": "273"}], "order_adjustments": [],
    }  # fmt: skip
    told = [
        ("orders/create", shopify_order(financial_status="pending")),
        ("orders/paid", shopify_order(updated_at="2026-11-02T10:00:00+09:00")),
        ("refunds/create", refund),
        (
            "orders/updated",
            shopify_order(
                updated_at="2026-11-03T10:00:00+09:00",
                financial_status="partially_refunded",
                refunds=[{key: value for key, value in refund.items() if key != "order_id"}],
            ),
        ),
    ]
    chance = random.Random(7)
    ends = set()
    for round_no in range(12):
        source = f"shop-{round_no}"
        connection = api.create_connection(source, "shopify", secret=SECRET, source=source)[0]
        deliveries = [(topic, body, f"{i}") for i, (topic, body) in enumerate(told)] * 5
        chance.shuffle(deliveries)
        for topic, body, number in deliveries:
            send(connection, topic, body, number)
        order = Order.objects.get(source=source)
        payment = Payment.objects.get(source=source)
        ends.add((order.status, order.net_minor, order.refunded_minor, payment.status))
    assert ends == {("accepted", 3000, 3000, "paid")}


def test_a_refund_heard_before_its_order_waits_for_it(shop: ConnectionView) -> None:
    order = shopify_order()
    refund = {
        "id": 5, "order_id": order["id"], "created_at": "2026-11-03T10:00:00+09:00",
        "refund_line_items": [{"subtotal": 3000}],
    }  # fmt: skip
    assert send(shop, "refunds/create", refund).outcome == "done"
    assert not Order.objects.exists()
    send(shop, "orders/create", order)
    assert Order.objects.get().net_minor == 3000


def test_money_never_passes_through_a_float(shop: ConnectionView) -> None:
    """0.1 + 0.2 and 1e16+1 style amounts keep their last digit."""
    raw = (
        as_raw(shopify_order())
        .replace(b'"6000"', b"90071992547.93")
        .replace(b'"3300"', b"90071992547.93")
    )
    save = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    settings.save(save, {"shop.currency": "USD"})
    raw = raw.replace(b'"JPY"', b'"USD"').replace(b'"quantity": 2', b'"quantity": 1')
    assert send(shop, "orders/create", raw).outcome == "done"
    assert OrderLine.objects.get().amount_minor == 9007199254793


# ---- people, products, contracts ---------------------------------------------------------------


def test_a_customer_and_his_consent_come_in(shop: ConnectionView) -> None:
    customer = {
        "id": 71, "updated_at": "2026-11-02T10:00:00+09:00", "email": "hana@example.com",
        "created_at": "2024-01-02T10:00:00+09:00", "first_name": "花子", "last_name": "髙橋",
        "default_address": {"zip": "150-0001", "province": "東京都", "address1": "1-1"},
    }  # fmt: skip
    send(shop, "customers/create", customer)
    consent = {
        "customer_id": 71, "email_address": "hana@example.com",
        "email_marketing_consent": {
            "state": "unsubscribed", "consent_updated_at": "2026-11-03T10:00:00+09:00",
        },
    }  # fmt: skip
    send(shop, "customers_email_marketing_consent/update", consent)
    older = {"id": 71, "updated_at": "2026-11-01T10:00:00+09:00", "email": "old@example.com"}
    send(shop, "customers/update", older)
    parties = Party.objects.order_by("id").values_list("email", "postal_code", "email_opt_in")
    assert list(parties) == [("hana@example.com", "1500001", None), ("hana@example.com", "", False)]
    told = Party.objects.order_by("id").values_list("registered_at", flat=True)
    assert list(map(str, told)) == ["2024-01-02 01:00:00+00:00", "None"]


def test_an_old_refusal_in_a_new_profile_stays_as_old_as_it_is(shop: ConnectionView) -> None:
    customer = {
        "id": 71, "updated_at": "2026-11-02T10:00:00+09:00", "email": "hana@example.com",
        "last_name": "髙橋",
        "email_marketing_consent": {
            "state": "unsubscribed", "consent_updated_at": "2021-03-04T10:00:00+09:00",
        },
    }  # fmt: skip
    send(shop, "customers/update", customer)
    profile, refusal = Party.objects.order_by("id")
    assert (profile.family_name, profile.email_opt_in) == ("髙橋", None)
    assert (refusal.email_opt_in, refusal.seen_at.year) == (False, 2021)
    while customers.resolve_new_parties(clock.now()):
        pass
    (hana,) = customers.search_customers("髙橋")
    agreed = datetime(2025, 1, 1, tzinfo=UTC)
    customers.record_consent(
        hana.id, channel="email", action="granted", basis="opt_in", source="form",
        occurred_at=agreed,
    )  # fmt: skip
    send(shop, "customers/update", customer | {"updated_at": "2026-11-09T10:00:00+09:00"})
    while customers.resolve_new_parties(clock.now()):
        pass
    (point,) = customers.contact_points_of(hana.id)
    assert (point.consent, point.consent_at) == ("granted", agreed)


def test_a_price_from_the_shop_keeps_the_cost_staff_gave(shop: ConnectionView) -> None:
    api.record_products([ProductIn("LOTION", cost_minor=900, days_supply=30)])
    product = {
        "id": 1, "title": "化粧水", "product_type": "スキンケア", "updated_at": "2026-11-01T10:00:00Z",
        "variants": [{"sku": "LOTION", "title": "Default Title", "price": "3300"}],
    }  # fmt: skip
    send(shop, "products/update", product)
    found = api.list_products()["LOTION"]
    assert (found.cost_minor, found.days_supply, found.price_minor) == (900, 30, 3300)
    assert found.name == "化粧水"


def test_a_contract_is_paused_taken_up_and_skipped(shop: ConnectionView) -> None:
    contract = {
        "id": 9007199254740993, "status": "active", "customer_id": 71,
        "delivery_policy": {"interval": "week", "interval_count": 4},
    }  # fmt: skip
    send(shop, "subscription_contracts/create", contract, sent="2026-11-01T01:00:00Z")
    paused = contract | {"status": "paused"}
    send(shop, "subscription_contracts/pause", paused, sent="2026-11-03T01:00:00Z")
    send(shop, "subscription_contracts/update", contract, sent="2026-11-02T01:00:00Z")
    skip = {
        "subscription_contract_id": 9007199254740993,
        "billing_attempt_expected_date": "2026-11-29T00:00:00+09:00",
    }
    send(shop, "subscription_billing_cycles/skip", skip)
    row = Subscription.objects.get()
    assert (row.subscription_no, row.status, row.interval_days) == (
        "9007199254740993", "paused", 28,
    )  # fmt: skip
    record = api.subscriptions_of([row.party_id or 0])[0]
    assert [event.kind for event in record.events] == ["started", "paused", "skipped"]


# ---- rights ------------------------------------------------------------------------------------


def test_requests_of_people_are_handed_on_in_the_same_transaction(shop: ConnectionView) -> None:
    asked: list[RightsRequest] = []
    who = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}
    send(shop, "customers/redact", {"customer": who}, ask_rights=asked.append)
    send(
        shop,
        "customers/data_request",
        {"customer": who, "data_request": {"id": 9999}},
        ask_rights=asked.append,
    )
    send(shop, "shop/redact", {"shop_domain": "a.example"}, ask_rights=asked.append)
    assert [(r.kind, r.party.member_no, r.whole_shop) for r in asked] == [
        ("erasure", "191167", False), ("disclosure", "191167", False), ("erasure", "", True),
    ]  # fmt: skip

    def fails(request: RightsRequest) -> None:
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError):
        send(shop, "customers/redact", {"customer": who}, "again", ask_rights=fails)
    assert not Delivery.objects.filter(delivery_id="again").exists()


# ---- what cannot be used -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"id": NaN}', b"{}",
        b'{"id": 1.5, "created_at": "2026-11-01T10:00:00Z"}',
        b'{"id": ' + b"9" * 5_000 + b"}",
        b'{"id":1,"created_at":"2026-11-01","line_items":[{"price":"1e400","quantity":1}]}',
        b'{"id":1,"created_at":"2026-11-01T10:00:00Z","line_items":[{"price":"x","quantity":1}]}',
        b'{"id":1,"created_at":"2026-11-01T10:00:00Z","line_items":[{"price":1,"quantity":1e99}]}',
        b'{"id":1,"name":"\\u0000","created_at":"2026-11-01T10:00:00Z","currency":"JPY"}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_for_the_staff_and_breaks_nothing(
    shop: ConnectionView, raw: bytes
) -> None:
    result = send(shop, "orders/create", raw)
    assert result.outcome in ("failed", "done")
    if result.outcome == "failed":
        assert not Order.objects.exists()
        assert Delivery.objects.get().status == "failed"
        assert api.list_connections()[0].last_error is not None


def test_a_failed_delivery_can_be_tried_again_once_the_cause_is_gone(
    shop: ConnectionView,
) -> None:
    foreign = shopify_order(currency="USD")
    assert send(shop, "orders/create", foreign, "d-1").outcome == "failed"
    row = Delivery.objects.get()
    assert "person1@example.com" not in row.payload
    save = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    settings.save(save, {"shop.currency": "USD"})
    assert api.retry_delivery(row.id).outcome == "done"
    row.refresh_from_db()
    assert (row.status, row.payload) == ("done", "")
    assert Order.objects.count() == 1
    assert api.list_connections()[0].last_error is None


def test_old_deliveries_go(shop: ConnectionView) -> None:
    send(shop, "orders/create", shopify_order(currency="USD"), "bad")
    send(shop, "orders/create", shopify_order(), "good")
    assert api.sweep_deliveries(NOW + timedelta(days=29)) == 0
    assert api.sweep_deliveries(NOW + timedelta(days=31)) == 2
    assert not Delivery.objects.exists()


# ---- real payloads -----------------------------------------------------------------------------


def test_every_real_payload_of_shopify_is_taken_or_left_by_its_topic(
    shop: ConnectionView, shared_data: Path
) -> None:
    """221 examples of API 2026-07, in dollars: none fails."""
    save = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    settings.save(save, {"shop.currency": "USD"})
    packed = shared_data / "payloads_shopify" / "webhook_examples_2026-07.json.gz"
    examples = json.loads(gzip.decompress(packed.read_bytes()))
    outcomes: dict[str, set[str]] = {}
    for topic, example in examples.items():
        result = send(shop, topic, example["response"])
        outcomes.setdefault(result.outcome, set()).add(topic)
        assert result.outcome in ("done", "ignored"), (topic, result.error)
    assert len(examples) == 221
    assert len(outcomes["done"]) == 23
    assert {"orders/create", "refunds/create", "customers/redact"} <= outcomes["done"]
    order = Order.objects.get()
    assert (order.order_no, order.status, order.currency) == ("#9999", "test", "USD")
    assert OrderLine.objects.count() == 5


# ---- many at once ------------------------------------------------------------------------------


def test_in_a_group_each_has_one_row_and_effect_and_a_bad_one_harms_nobody(
    shop: ConnectionView,
) -> None:
    connection = Connection.objects.get(id=shop.id)

    def arrived(number: int, delivery_id: str = "", **changes: Any) -> Arrived:
        envelope = Envelope(delivery_id or f"d-{number}", "orders/create", NOW)
        return Arrived(connection, envelope, as_raw(shopify_order(number, **changes)), NOW, None)

    group = [arrived(1), arrived(2, currency="USD"), arrived(1), arrived(3)]
    assert [one.outcome for one in take(group)] == ["done", "failed", "duplicate", "done"]
    assert set(Order.objects.values_list("order_no", flat=True)) == {"#1001", "#1003"}
    rows = dict(Delivery.objects.values_list("delivery_id", "status"))
    assert rows == {"d-1": "done", "d-2": "failed", "d-3": "done"}
    assert Delivery.objects.get(delivery_id="d-2").payload
    # What is right the second time counts; what was done stays as it is.
    again = take([arrived(2), arrived(3, email="other@example.com")])
    assert [one.outcome for one in again] == ["done", "duplicate"]
    assert Order.objects.count() == 3
    assert not Delivery.objects.exclude(payload="").exists()


def test_a_group_ends_as_the_same_deliveries_one_by_one_would(shop: ConnectionView) -> None:
    connection = Connection.objects.get(id=shop.id)
    later = "2026-11-02T10:00:00+09:00"

    def arrived(place: int, topic: str, payload: dict[str, Any]) -> Arrived:
        return Arrived(connection, Envelope(f"d-{place}", topic, NOW), as_raw(payload), NOW, None)

    take(
        [
            arrived(1, "orders/updated", shopify_order(1, updated_at=later, total_price="9900")),
            arrived(2, "orders/create", shopify_order(1)),
            arrived(3, "orders/create", shopify_order(2)),
        ]
    )
    assert Order.objects.get(order_no="#1001").total_minor == 9900
    assert Order.objects.count() == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}

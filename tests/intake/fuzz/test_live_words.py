"""What live sources send, with leaves that nobody expects: words, a reason, or a kept failure."""

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.text import Text
from okaeri.intake import api
from okaeri.intake.models import Connection, Delivery, Order, Subscription
from okaeri.intake.webhooks import shopify, taking
from okaeri.intake.webhooks.taking import UNREADABLE, Arrived, Envelope, take
from tests.conftest import SHARED
from tests.intake.deliveries import NOW, shopify_order
from tests.intake.fake_eccube import FakeEccube

pytestmark = pytest.mark.django_db

ODD: st.SearchStrategy[Any] = st.sampled_from(
    (
        None, "", " ", True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 2**300, 10**12, 1.5, 1e308, "x" * 300,
        "\0", "\ud800", "😀", "NaN", "1e30", "-5", "٣", "1.23E+11", [], {}, [[]], [None], {"id": {}}, [{}] * 3,
        "2026-13-45T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-11-01",
        "1900-01-01T00:00:00+14:00", "2100-12-31T23:59:59-12:00", "day", "cancelled", "a..b@docomo.ne.jp",
    )
)  # fmt: skip
PARTY = {"member_no": "M1", "email": "hana@example.com", "phone": "090-1234-5678"}
AT = "2026-11-01T10:00:00+09:00"
BODIES: dict[str, dict[str, Any]] = {
    "orders": {
        "order_no": "A-1", "ordered_at": AT, "party": PARTY, "discount_minor": 10,
        "lines": [{"sku": "L", "quantity": 1, "unit_price_minor": 100, "amount_minor": 100}],
    },
    "customers": {**PARTY, "birth_on": "1980-01-02", "changed_at": AT},
    "products": {"sku": "L", "name": "化粧水", "price_minor": 100, "stock": 3},
    "subscriptions": {
        "subscription_no": "T-1", "status": "active", "party": PARTY, "changed_at": AT,
        "interval_days": 30, "events": [{"kind": "started", "occurred_on": "2026-11-01"}],
    },
    "inquiries": {
        "inquiry_no": "Q-1", "opened_at": AT, "medium": "mail", "kind": "question", "status": "open",
        "party": PARTY, "changed_at": AT, "tags": ["a"],
    },
    "calls": {
        "call_no": "C-1", "started_at": AT, "direction": "out", "result": "answered", "party": PARTY,
        "duration_seconds": 9,
    },
    "reviews": {"stars": 5, "written_at": AT, "body": "よい", "party": PARTY, "sku": "L"},
    "survey_answers": {"question": "肌", "answer": "乾燥", "answered_at": AT, "party": PARTY},
}  # fmt: skip


PACKED = SHARED / "data" / "payloads_shopify" / "webhook_examples_2026-07.json.gz"


def real_payloads() -> dict[str, Any]:
    """Shopify's own examples of the topics that are read; only our own order where they are absent."""
    found = {"orders/create": shopify_order()}
    if PACKED.is_file():
        examples = json.loads(gzip.decompress(PACKED.read_bytes()))
        found |= {t: e["response"] for t, e in examples.items() if t in shopify._TOPICS}
    contract = {"id": 5, "customer_id": 7, "status": "active"}
    policy = {"interval": "month", "interval_count": 1}
    return {"subscription_contracts/create": contract | {"delivery_policy": policy}} | found


def eccube_nodes() -> dict[str, Any]:
    shop = FakeEccube()
    shop.order(1, changed=NOW, payment_date=AT)
    shop.member(2, changed=NOW, birth="1980-01-02T00:00:00+09:00", Pref={"name": "東京都"})
    shop.product(3, changed=NOW)
    return {
        f"eccube/{topic}": shop.lists[f"{topic}s"][0] for topic in ("order", "customer", "product")
    }


def generic_bodies() -> dict[str, Any]:
    return {topic: {"type": topic, "data": [body]} for topic, body in BODIES.items()}


SOURCES: dict[str, Callable[[], dict[str, Any]]] = {
    "shopify": real_payloads, "eccube": eccube_nodes, "generic": generic_bodies,
}  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of everything inside, branches too."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*path, key)
        yield from leaves(inner, (*path, key))


def put(payload: Any, path: tuple[Any, ...], odd: Any) -> None:
    for key in path[:-1]:
        payload = payload[key]
    payload[path[-1]] = odd


def arrived(connection: Connection, topic: str, payload: Any, number: str) -> Arrived:
    return Arrived(
        connection, Envelope(number, topic, NOW), json.dumps(payload).encode(), NOW, None
    )


@pytest.mark.parametrize("kind", SOURCES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_leaf_of_any_payload_gives_words_or_a_reason(kind: str, data: st.DataObject) -> None:
    made, _ = api.create_connection("店", kind, secret="0123456789abcdef")
    connection = Connection.objects.get(id=made.id)
    payloads = SOURCES[kind]()
    topic = data.draw(st.sampled_from(sorted(payloads)))
    payload = copy.deepcopy(payloads[topic])
    assert take([arrived(connection, topic, payload, "good")])[0].outcome in (
        "done",
        "ignored",
        "failed",
    )
    paths = list(leaves(payload))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths))
        try:
            put(payload, path, data.draw(ODD))
        except (KeyError, IndexError, TypeError):
            continue
    before = Delivery.objects.count()
    [result] = take([arrived(connection, topic, payload, f"odd-{before}")])
    # The reader itself knows every fault: none is left to the net under it.
    assert result.error != UNREADABLE
    row = Delivery.objects.get(delivery_id=f"odd-{before}")
    assert row.status == result.outcome
    assert bool(row.payload) == (result.outcome == "failed")
    if result.outcome == "failed":
        assert isinstance(result.error, Text)
        assert result.error.ja
        assert result.error.en


@pytest.mark.parametrize(
    ("count", "days"), [(1, 30), (12, 360), (0, None), (2**63, None), (-1, None), (True, None)]
)
def test_an_interval_nobody_could_mean_is_none(count: object, days: int | None) -> None:
    made, _ = api.create_connection("店", "shopify", secret="0123456789abcdef")
    payload = {
        "id": 5, "customer_id": 7, "status": "active",
        "delivery_policy": {"interval": "month", "interval_count": count},
    }  # fmt: skip
    connection = Connection.objects.get(id=made.id)
    [result] = take([arrived(connection, "subscription_contracts/create", payload, "s")])
    assert result.outcome == "done"
    assert Subscription.objects.get().interval_days == days


@pytest.mark.parametrize("fault", [OverflowError, KeyError, ValueError, RecursionError])
@pytest.mark.parametrize("place", ["read", "apply"])
def test_a_fault_nobody_foresaw_is_a_kept_failure_and_harms_no_neighbour(
    place: str, fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = api.create_connection("店", "shopify", secret="0123456789abcdef")
    connection = Connection.objects.get(id=made.id)

    def fails(*given: Any) -> Any:
        if "#1001" in repr(given):
            raise fault
        return good(*given)

    module, name = (shopify, "read") if place == "read" else (taking, "apply")
    good = getattr(module, name)
    monkeypatch.setattr(module, name, fails)
    group = [arrived(connection, "orders/create", shopify_order(n), f"d{n}") for n in (1, 2)]
    first, second = take(group)
    assert (first.outcome, first.error, second.outcome) == ("failed", UNREADABLE, "done")
    assert [order.order_no for order in Order.objects.all()] == ["#1002"]
    assert Delivery.objects.get(delivery_id="d1").payload
    monkeypatch.setattr(module, name, good)
    assert take(group[:1])[0].outcome == "done"

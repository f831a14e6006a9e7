"""Coupons as a till and a cart see them: by the HTTP API, and by the codes orders name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.intake.models import Order
from okaeri.rewards import api as rewards
from okaeri.rewards.actions.from_orders import redeem_from_orders
from okaeri.rewards.coupon_types import CouponFor, CouponView, OfferIn
from okaeri.rewards.store.coupons import view_redemptions
from okaeri.web.api import keys
from okaeri.web.rights.erasing import erase_everywhere
from tests.web.shop import resolve

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)


class Till:
    """A program that holds a key for these scopes."""

    def __init__(self, *scopes: str) -> None:
        token = keys.create("till", scopes, by="mika", now=AT, expires_at=None)[1]
        self._client = Client(headers={"authorization": f"Bearer {token}"})

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self._client.post(f"/api/v1/{path}", body, "application/json", headers=headers)

    def order(self, number: str = "A-1", **changes: Any) -> None:
        body = {
            "order_no": number,
            "ordered_at": clock.now().isoformat(),
            "party": {"email": "hana@example.com", "family_name": "山田", "given_name": "花子"},
            "lines": [
                {"sku": "LOTION", "quantity": 1, "unit_price_minor": 4000, "amount_minor": 4000}
            ],
        }
        said = self.post("orders", {"items": [body | changes]})
        assert said.status_code == 200, said.content


@pytest.fixture
def till(db: None) -> Till:
    clock.set_clock(clock.SimulatedClock(AT))
    return Till("coupons:read", "coupons:write", "orders:write")


@pytest.fixture
def coupon(till: Till) -> CouponView:
    till.order("FIRST")
    resolve()
    who = customers.search_customers("hana@example.com")[0].id
    rewards.create_offer(OfferIn("next10", Text("次回10%引き", "10% off")), now=AT)
    rewards.issue_coupons("next10", [CouponFor(who, "e1:gift")], at=AT)
    return rewards.coupons_of(who)[0]


def state(coupon: CouponView) -> str:
    return rewards.coupons_of(coupon.customer_id)[0].state.value


def look() -> None:
    while redeem_from_orders(clock.now()):
        pass


def test_a_till_reads_uses_and_gives_back(till: Till, coupon: CouponView) -> None:
    typed = coupon.code.lower()
    found = till.post("coupons/lookup", {"code": typed}).json()
    assert (found["state"], found["reward"]["ja"], found["valid_until"]) == (
        "issued", "10%引き", "2026-12-01",
    )  # fmt: skip
    assert found["customer"].startswith("山田")
    assert "花子" not in found["customer"]
    body = {"code": typed, "amount_minor": 4000, "reference": "R-7"}
    used = till.post("coupons/redeem", body, key="receipt-7")
    again = till.post("coupons/redeem", body, key="receipt-7")
    assert used.json()["discount_minor"] == 400
    assert used.json() == again.json()
    assert till.post("coupons/lookup", {"code": typed}).json()["state"] == "redeemed"
    other = till.post("coupons/redeem", body, key="receipt-8")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "coupon_used")
    back = till.post(
        f"coupons/redemptions/{used.json()['redemption_id']}/reverse", {"reason": "返品"}, key="r"
    )
    assert back.json()["reversed_at"]
    assert state(coupon) == "issued"


def test_the_key_of_a_use_is_remembered_longer_than_its_reply(
    till: Till, coupon: CouponView
) -> None:
    body = {"code": coupon.code, "amount_minor": 4000}
    first = till.post("coupons/redeem", body, key="receipt-7").json()
    clock.set_clock(clock.SimulatedClock(AT + timedelta(days=8)))
    # Replies of a week ago are forgotten with the next request; the use is not.
    till.post("coupons/lookup", body={"code": coupon.code}, key="other")
    assert till.post("coupons/redeem", body, key="receipt-7").json() == first


def test_a_till_needs_scope_key_and_a_code_that_exists(till: Till, coupon: CouponView) -> None:
    body = {"code": coupon.code, "amount_minor": 4000}
    assert Till("coupons:read").post("coupons/redeem", body, key="k").status_code == 403
    assert till.post("coupons/redeem", body).status_code == 422
    assert till.post("coupons/redeem", body | {"code": "ABC"}, key="k").status_code == 404
    assert till.post("coupons/lookup", {"code": "ABC"}).status_code == 404
    assert till.post("coupons/redemptions/99/reverse", {}).status_code == 404
    assert state(coupon) == "issued"


def test_an_order_that_names_the_code_uses_the_coupon(till: Till, coupon: CouponView) -> None:
    till.order("A-1", coupon_codes=["SUMMER", coupon.code])
    look()
    assert state(coupon) == "redeemed"
    use = view_redemptions(coupon_id=coupon.id)[0]
    assert (use.place, use.reference, use.discount_minor) == ("order", "api:A-1", 400)
    # The same order again, and another that names the same code.
    till.order("A-1", coupon_codes=[coupon.code], media_code="mail")
    till.order("A-2", coupon_codes=[coupon.code])
    look()
    assert len(view_redemptions(coupon_id=coupon.id)) == 1


@pytest.mark.parametrize("status", ["cancelled", "returned"])
def test_a_cancelled_order_gives_the_coupon_back_once(
    till: Till, coupon: CouponView, status: str
) -> None:
    till.order("A-1", coupon_codes=[coupon.code])
    look()
    till.order("A-1", coupon_codes=[coupon.code], status=status)
    look()
    assert state(coupon) == "issued"
    till.order("A-1", coupon_codes=[coupon.code])
    look()
    assert state(coupon) == "redeemed"
    till.order("A-1", coupon_codes=[coupon.code], status=status)
    look()
    assert state(coupon) == "redeemed"


def test_given_back_too_late_it_is_over(till: Till, coupon: CouponView) -> None:
    till.order("A-1", coupon_codes=[coupon.code])
    look()
    clock.set_clock(clock.SimulatedClock(AT + timedelta(days=40)))
    till.order("A-1", coupon_codes=[coupon.code], status="cancelled", ordered_at=AT.isoformat())
    look()
    assert state(coupon) == "expired"


def test_an_order_of_the_last_day_counts_though_we_hear_of_it_later(
    till: Till, coupon: CouponView
) -> None:
    clock.set_clock(clock.SimulatedClock(AT + timedelta(days=40)))
    till.order("A-1", coupon_codes=[coupon.code], ordered_at="2026-12-01T23:30:00+09:00")
    till.order("A-2", coupon_codes=[coupon.code])
    look()
    assert [use.reference for use in view_redemptions(coupon_id=coupon.id)] == ["api:A-1"]


def test_a_till_that_told_first_and_its_order_are_one_use(till: Till, coupon: CouponView) -> None:
    body = {"code": coupon.code, "amount_minor": 4000, "reference": "A-1"}
    till.post("coupons/redeem", body, key="k")
    till.order("A-1", coupon_codes=[coupon.code])
    look()
    assert len(view_redemptions(coupon_id=coupon.id)) == 1
    till.order("A-1", coupon_codes=[coupon.code], status="cancelled")
    look()
    assert state(coupon) == "issued"


def test_the_columns_of_files_name_codes_too(till: Till, coupon: CouponView) -> None:
    till.order("A-1")
    Order.objects.filter(order_no="A-1").update(extra={"Discount Code": f"X, {coupon.code}"})
    look()
    assert state(coupon) == "redeemed"


def test_somebody_forgotten_has_no_coupon(till: Till, coupon: CouponView) -> None:
    erase_everywhere(coupon.customer_id, clock.now())
    found = till.post("coupons/lookup", {"code": coupon.code}).json()
    assert (found["state"], found["customer"]) == ("withdrawn", "")


@pytest.mark.parametrize("at_once", [True, False])
def test_an_order_that_replaces_a_cancelled_one_gets_its_coupon(
    till: Till, coupon: CouponView, at_once: bool
) -> None:
    till.order("A-1", coupon_codes=[coupon.code])
    look()
    till.order("A-2", coupon_codes=[coupon.code])
    if not at_once:
        resolve()
        look()
    till.order("A-1", coupon_codes=[coupon.code], status="cancelled")
    look()
    uses = [
        (one.reference, one.reversed_at is None) for one in view_redemptions(coupon_id=coupon.id)
    ]
    assert uses == [("api:A-1", False), ("api:A-2", True)]
    till.order("A-1", coupon_codes=[coupon.code], status="cancelled")
    look()
    assert state(coupon) == "redeemed"


def test_an_idle_look_takes_no_lock(till: Till, coupon: CouponView) -> None:
    look()
    with CaptureQueriesContext(connection) as seen:
        assert redeem_from_orders(clock.now()) == 0
    assert {one["sql"].split()[0] for one in seen.captured_queries} == {"SELECT"}
    assert not any("FOR UPDATE" in one["sql"] for one in seen.captured_queries)

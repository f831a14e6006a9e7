"""The HTTP API as a program sees it: what goes in comes out, and a repetition changes nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation import settings as shop_settings
from okaeri.foundation.settings import specs_of
from okaeri.intake.models import (
    Call,
    Inquiry,
    Order,
    Payment,
    Review,
    Subscription,
    SubscriptionEvent,
    SurveyAnswer,
)
from okaeri.intake.types import LiveRules
from okaeri.web.api import keys
from okaeri.web.models import ApiKey, StoredReply

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(db: None) -> str:
    return keys.create("基幹", keys.SCOPES, by="mika", now=clock.now(), expires_at=None)[1]


class Program:
    """A program with a key."""

    def __init__(self, token: str) -> None:
        self._client = Client(headers={"authorization": f"Bearer {token}"})

    def post(self, path: str, *items: Any, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"items": items}
        return self._client.post(f"/api/v1/{path}", body, "application/json", headers=headers)

    def raw(self, path: str, body: bytes, **headers: str) -> Any:
        return self._client.post(f"/api/v1/{path}", body, "application/json", headers=headers)

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1/{path}")


@pytest.fixture
def program(token: str) -> Program:
    return Program(token)


def order(number: str = "A-1", **changes: Any) -> dict[str, Any]:
    return {
        "order_no": number,
        "ordered_at": "2026-11-01T10:00:00+09:00",
        "party": {"email": f"{number.lower()}@example.com", "family_name": "佐藤"},
        "lines": [{"sku": "LOTION", "quantity": 2, "unit_price_minor": 3300, "amount_minor": 6600}],
    } | changes


# ---- in and out --------------------------------------------------------------------------------


def test_an_order_goes_in_and_comes_out_with_its_lines(program: Program) -> None:
    reply = program.post("orders", order(discount_minor=600))
    assert (reply.status_code, reply.json()) == (
        200,
        {"new": 1, "updated": 0, "unchanged": 0, "stale": 0},
    )
    customers.resolve_new_parties(clock.now())
    found = program.get("orders").json()["items"]
    assert (found[0]["order_no"], found[0]["net_minor"]) == ("A-1", 6000)
    assert found[0]["lines"][0]["sku"] == "LOTION"
    assert program.get("orders/api/A-1").json() == found[0]
    assert program.get("orders/shopify/A-1").status_code == 404
    person = program.get(f"customers/{found[0]['customer_id']}").json()
    assert (person["family_name"], person["email"]) == ("佐藤", "a-1@example.com")
    assert person["contacts"][0]["channel"] == "email"


def test_an_older_word_that_comes_late_changes_nothing(program: Program) -> None:
    newer = order(status="cancelled", changed_at="2026-11-03T00:00:00Z")
    program.post("orders", newer)
    late = program.post("orders", order(changed_at="2026-11-02T00:00:00Z")).json()
    assert late == {"new": 0, "updated": 0, "unchanged": 0, "stale": 1}
    assert Order.objects.get().status == "cancelled"


def test_all_items_of_a_request_are_stored_or_none(program: Program) -> None:
    bad = order("B-2", currency="USD")
    reply = program.post("orders", order(), bad)
    assert reply.status_code == 422
    assert set(reply.json()["error"]) == {"code", "message_ja", "message"}
    assert "USD" in reply.json()["error"]["message_ja"]
    assert not Order.objects.exists()


def test_a_thousand_orders_go_in_at_once_and_no_more(program: Program) -> None:
    many = [order(f"N-{i}") for i in range(1000)]
    assert program.post("orders", *many).json()["new"] == 1000
    assert program.post("orders", *many, order()).status_code == 422


def test_reading_page_by_page_gives_every_order_once(program: Program) -> None:
    program.post("orders", *[order(f"N-{i}") for i in range(25)])
    seen, cursor = [], ""
    while True:
        page = program.get(f"orders?limit=10&cursor={cursor}").json()
        seen += [one["order_no"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(f"N-{i}" for i in range(25))


def test_people_without_orders_go_in_and_come_out(program: Program) -> None:
    program.post("customers", {"email": "hana@example.com", "email_opt_in": True})
    assert program.get("customers").json() == {"items": [], "next_cursor": None}
    customers.resolve_new_parties(clock.now())
    found = program.get("customers").json()["items"]
    assert [one["email"] for one in found] == ["hana@example.com"]
    assert found[0]["contacts"][0]["consent"] == "granted"
    assert program.post("customers", {"family_name": "佐藤"}).status_code == 422


def test_a_person_is_known_since_he_registered(program: Program) -> None:
    mail = {"email": "hana@example.com"}
    program.post("customers", mail | {"registered_at": "2023-04-01T09:00:00+09:00"})
    customers.resolve_new_parties(clock.now())
    (found,) = program.get("customers").json()["items"]
    assert found["known_at"] == "2023-04-01T00:00:00Z"
    for bad in ("1989-12-31T00:00:00+09:00", "2099-01-01T00:00:00+09:00", "2023-04-01"):
        assert program.post("customers", mail | {"registered_at": bad}).status_code == 422


def test_a_price_alone_changes_the_price_alone(program: Program) -> None:
    program.post("products", {"sku": "A", "name": "化粧水", "cost_minor": 900})
    program.post("products", {"sku": "A", "price_minor": 3300})
    found = program.get("products").json()["items"]
    assert [found[0][name] for name in ("name", "cost_minor", "price_minor")] == [
        "化粧水", 900, 3300,
    ]  # fmt: skip


def test_contracts_with_skips_pauses_and_reasons_go_in_and_come_out(program: Program) -> None:
    contract = {
        "subscription_no": "T-1", "status": "active", "changed_at": "2026-11-01T00:00:00Z",
        "party": {"member_no": "71"}, "sku": "LOTION", "interval_days": 30,
        "started_on": "2026-08-01",
        "events": [
            {"kind": "started", "occurred_on": "2026-08-01"},
            {"kind": "delivered", "occurred_on": "2026-08-03", "delivery_no": 1},
            {"kind": "skipped", "occurred_on": "2026-09-03"},
        ],
    }  # fmt: skip
    assert program.post("subscriptions", contract).json()["new"] == 1
    assert program.post("subscriptions", contract).json()["unchanged"] == 1
    end = contract | {
        "status": "cancelled", "changed_at": "2026-11-05T00:00:00Z", "cancelled_on": "2026-11-05",
        "cancel_reason": "余っている",
        "events": [{"kind": "cancelled", "occurred_on": "2026-11-05", "reason": "余っている"}],
    }  # fmt: skip
    assert program.post("subscriptions", end).json()["updated"] == 1
    assert program.post("subscriptions", contract).json()["stale"] == 1
    found = program.get("subscriptions").json()["items"][0]
    assert (found["status"], found["cancel_reason"]) == ("cancelled", "余っている")
    assert [event["kind"] for event in found["events"]] == [
        "started", "delivered", "skipped", "cancelled",
    ]  # fmt: skip
    assert (Subscription.objects.count(), SubscriptionEvent.objects.count()) == (1, 4)


def test_inquiries_and_calls_go_in_and_come_out(program: Program) -> None:
    inquiry = {
        "inquiry_no": "Q-1", "medium": "chat", "kind": "complaint", "status": "open",
        "opened_at": "2026-11-01T00:00:00Z", "changed_at": "2026-11-01T00:00:00Z",
        "party": {"email": "hana@example.com"}, "subject": "届かない", "tags": ["配送"],
    }  # fmt: skip
    call = {
        "call_no": "C-1", "direction": "out", "result": "answered",
        "started_at": "2026-11-02T00:00:00Z", "party": {"email": "hana@example.com"},
        "duration_seconds": 120,
    }  # fmt: skip
    assert program.post("inquiries", inquiry).json()["new"] == 1
    assert program.post("calls", call).json()["new"] == 1
    assert program.get("inquiries").json()["items"][0]["tags"] == ["配送"]
    assert program.get("calls").json()["items"][0]["duration_seconds"] == 120
    assert (Inquiry.objects.count(), Call.objects.count()) == (1, 1)


def test_reviews_and_survey_answers_go_in_and_come_out(program: Program) -> None:
    review = {
        "stars": 2, "written_at": "2026-11-01T00:00:00Z", "party": {"email": "hana@example.com"},
        "sku": "LOTION", "body": "香りが強い", "is_published": False, "extra": {"肌質": "乾燥肌"},
    }  # fmt: skip
    answer = {
        "question": "何が決め手でしたか", "answer": "香り", "answered_at": "2026-11-02T00:00:00Z",
        "party": {"email": "hana@example.com"},
    }  # fmt: skip
    assert program.post("reviews", review).json()["new"] == 1
    assert program.post("reviews", review, key="again").json()["unchanged"] == 1
    assert program.post("reviews", review | {"stars": 3}, key="more").json()["updated"] == 1
    assert program.post("survey_answers", answer).json()["new"] == 1
    (found,) = program.get("reviews").json()["items"]
    assert (found["stars"], found["is_published"], found["extra"]) == (3, False, {"肌質": "乾燥肌"})
    assert program.get("survey_answers").json()["items"][0]["answer"] == "香り"
    assert program.post("reviews", review | {"stars": 6}, key="bad").status_code == 422
    assert (Review.objects.count(), SurveyAnswer.objects.count()) == (1, 1)


def test_an_order_says_whether_it_was_paid(program: Program) -> None:
    owing = order(payment={"status": "open", "due_on": "2026-11-10"})
    program.post("orders", owing)
    assert Payment.objects.get().status == "open"
    paid = {"status": "paid", "paid_on": "2026-11-09"}
    program.post("orders", order(payment=paid))
    assert Payment.objects.get().status == "paid"


def test_whoever_reads_people_stands_in_the_access_log(program: Program) -> None:
    program.post("customers", {"email": "hana@example.com"})
    customers.resolve_new_parties(clock.now())
    program.get("customers")
    entry = next(iter(customers.iter_access()))
    assert entry.actor.startswith("api:")


# ---- the same request twice --------------------------------------------------------------------


def test_the_same_key_and_body_give_the_stored_reply(program: Program) -> None:
    first = program.post("orders", order(), key="k-1")
    again = program.post("orders", order(), key="k-1")
    assert again.json() == first.json() == {"new": 1, "updated": 0, "unchanged": 0, "stale": 0}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_the_same_key_with_another_body_or_address_is_refused(program: Program) -> None:
    program.post("orders", order(), key="k-1")
    assert program.post("orders", order("B-2"), key="k-1").status_code == 422
    assert program.post("customers", {"email": "a@example.com"}, key="k-1").status_code == 422
    assert Order.objects.count() == 1


def test_while_the_first_is_being_answered_the_second_hears_409(program: Program) -> None:
    program.post("orders", order(), key="k-1")
    StoredReply.objects.update(status=None, created_at=clock.now())
    reply = program.post("orders", order(), key="k-1")
    assert (reply.status_code, reply.headers["Retry-After"]) == (409, "1")


def test_a_claim_whose_owner_died_is_taken_over(program: Program) -> None:
    program.post("orders", order(), key="k-1")
    StoredReply.objects.update(status=None, created_at=clock.now() - timedelta(minutes=3))
    assert program.post("orders", order(), key="k-1").status_code == 200


def test_a_refused_request_may_be_put_right_under_the_same_key(program: Program) -> None:
    assert program.post("orders", order(currency="USD"), key="k-1").status_code == 422
    assert not StoredReply.objects.exists()
    assert program.post("orders", order(), key="k-1").status_code == 200


def test_keys_of_two_programs_do_not_meet(program: Program) -> None:
    other = keys.create("他", ["orders:write"], by="x", now=clock.now(), expires_at=None)[1]
    program.post("orders", order(), key="k-1")
    assert Program(other).post("orders", order("B-2"), key="k-1").json()["new"] == 1


# ---- what cannot be used -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b'{"items": []}', b"[" * 50_000, b'{"items": [{"a": NaN}]}',
        b'{"items": [{"order_no": "A", "ordered_at": "2026-11-01", "lines": []}]}',
        b'{"items": [{"order_no": "A", "ordered_at": "0001-01-01T00:00:00Z", "lines": []}]}',
        b'{"items": [{"order_no": "A", "ordered_at": "2026-11-01T00:00Z", "lines": [], "points_minor": 1.5}]}',
        b'{"items": [{"order_no": "\\ud800", "ordered_at": 1e400, "lines": []}]}',
        b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_both_languages(program: Program, body: bytes) -> None:
    reply = program.raw("orders", body)
    assert reply.status_code in (400, 422)
    assert reply.json()["error"]["message_ja"]
    assert not Order.objects.exists()


def test_a_body_above_five_megabytes_is_refused_unread(program: Program) -> None:
    reply = program.raw("orders", b"x" * (5 * 1024 * 1024 + 1))
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")


def test_the_description_names_every_address_and_its_errors(client: Client, db: None) -> None:
    schema = json.loads(client.get("/api/v1/openapi.json").content)
    assert {"/api/v1/orders", "/api/v1/customers/{customer_id}"} <= set(schema["paths"])
    post = schema["paths"]["/api/v1/orders"]["post"]
    assert {"200", "401", "403", "409", "422", "429"} <= set(post["responses"])
    assert post["security"]


# ---- who may ask -------------------------------------------------------------------------------


def test_a_stranger_hears_401_at_every_address(db: None) -> None:
    schema = json.loads(Client().get("/api/v1/openapi.json").content)
    wrong = ["", "Bearer ", "Bearer okaeri_aaaaaaaa_x", "Basic eDp5", "Bearer \udcff"]
    for path, operations in schema["paths"].items():
        filled = path.replace("{", "").replace("}", "")
        for method in operations:
            for word in wrong[:4]:
                headers = {"authorization": word} if word else {}
                reply = Client().generic(method.upper(), filled, headers=headers)
                assert reply.status_code == 401, (path, method)
                assert reply.json()["error"]["code"] in ("no_key", "unknown_key")


def test_a_key_may_do_only_what_it_was_made_for(program: Program) -> None:
    made = keys.create("読むだけ", ["orders:read"], by="x", now=clock.now(), expires_at=None)[1]
    reader = Program(made)
    assert reader.get("orders").status_code == 200
    for path in ("customers", "products", "subscriptions", "inquiries", "calls", "reviews",
                 "survey_answers", "segments"):  # fmt: skip
        assert reader.get(path).status_code == 403, path
    for path in ("orders", "customers", "products", "subscriptions", "inquiries", "calls", "reviews",
                 "survey_answers"):  # fmt: skip
        assert reader.post(path, order(), key="k").status_code == 403, path
    assert not Order.objects.exists()
    assert not StoredReply.objects.exists()


def test_a_revoked_or_expired_key_is_refused(program: Program, token: str) -> None:
    assert program.get("orders").status_code == 200
    row = ApiKey.objects.get()
    assert token not in (row.sha256, row.prefix, row.name)
    row.expires_at = clock.now() - timedelta(seconds=1)
    row.save()
    assert program.get("orders").json()["error"]["code"] == "unknown_key"
    row.expires_at = None
    row.save()
    keys.revoke(row.pk, clock.now())
    assert program.get("orders").status_code == 401


def test_whoever_asks_too_often_is_told_when_to_come_back(program: Program) -> None:
    known = {spec.key: spec for spec in specs_of(LiveRules).values()}
    shop_settings.save(known, {"api.requests_per_minute": 10})
    replies = [program.get("products") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 6
    assert {reply.headers["RateLimit-Limit"] for reply in replies} == {"10"}
    left = [int(reply.headers["RateLimit-Remaining"]) for reply in replies]
    assert left[:2] == [9, 8]
    assert left[-1] == 0
    assert left == sorted(left, reverse=True)
    assert 54 <= int(replies[-1].headers["RateLimit-Reset"]) <= 60


def test_a_session_of_staff_opens_no_door_of_the_api(browser_of_staff: Client) -> None:
    assert browser_of_staff.get("/api/v1/orders").status_code == 401

"""POST /e/: what the tag of the shop's pages may do, and what nobody may."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from okaeri.deliver.domain.tracking import landing_token
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.intake import api as intake
from okaeri.intake.event_types import TagRules
from okaeri.intake.models import Event, Identification, Party
from okaeri.web.public import events

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)


def rules(**values: Any) -> None:
    known = {spec.key: spec for spec in specs_of(TagRules).values()}
    save(known, {f"tag.{name}": value for name, value in values.items()})
    events.rules_of.cache_clear()


@pytest.fixture(autouse=True)
def _shop() -> Iterator[None]:
    events._calls._calls.clear()
    rules(origins=SHOP)
    with clock.use(clock.SimulatedClock(NOW)):
        yield
    events.rules_of.cache_clear()


def call(*given: dict[str, Any], origin: str = SHOP, body: bytes | None = None) -> Any:
    rows = [
        {"key": f"key-{number:08}", "kind": "page_view", "at": MS, **row}
        for number, row in enumerate(given)
    ]
    content = json.dumps({"device": "device-0001", "sent_at": MS, "events": rows}).encode()
    headers = {"origin": origin, "accept-language": "ja"} if origin else {}
    client = Client(enforce_csrf_checks=True, headers=headers)
    return client.post("/e/", body if body is not None else content, content_type="text/plain")


def test_a_page_of_the_shop_may_tell_and_gets_neither_words_nor_cookies() -> None:
    response = call({"url": f"{SHOP}/p/1"}, {"kind": "cart_add", "sku": "A-1", "quantity": 2})
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert not response.cookies
    assert [e.kind for e in intake.events_of(["device-0001"])] == ["cart_add", "page_view"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example", "null", ""])
def test_pages_of_others_may_not(origin: str) -> None:
    response = call({}, origin=origin)
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers
    assert not Event.objects.exists()


def test_before_the_shop_named_its_address_nobody_may() -> None:
    rules(origins="")
    assert call({}).status_code == 403


def test_a_bad_call_is_refused_whole_in_one_sentence_the_page_may_read() -> None:
    response = call({}, {"kind": "purchase"})
    assert response.status_code == 400
    assert response.content.decode().startswith("2件目の kind は")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert not Event.objects.exists()


def test_a_body_over_one_megabyte_is_not_even_read() -> None:
    assert call(body=b" " * (1024 * 1024 + 1)).status_code == 413


def test_other_methods_and_the_browsers_question_beforehand() -> None:
    client = Client(headers={"origin": SHOP})
    assert client.get("/e/").status_code == 405
    asked = client.options("/e/")
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"


def test_one_address_may_call_only_so_often() -> None:
    rules(requests_per_minute=10)
    assert [call({}).status_code for _ in range(11)] == [204] * 10 + [429]
    assert call({}).headers["Retry-After"] == "60"


def test_a_visitor_who_says_who_he_is_leads_the_device_to_a_contact_without_consent() -> None:
    call({"kind": "identify", "email": "Hanako@Example.jp"})
    party = Party.objects.get(id=Identification.objects.get().party_id)
    assert (party.email_key, party.email_opt_in, party.member_no) == ("hanako@example.jp", None, "")
    assert not Event.objects.exists()


def test_where_the_shop_signs_an_unsigned_or_wrong_claim_is_not_believed() -> None:
    rules(signed_identify=True)
    right = hmac.new(events.identify_key().encode(), b"M-7", hashlib.sha256).hexdigest()
    assert call({"kind": "identify", "member_no": "M-7"}).status_code == 204
    call({"kind": "identify", "member_no": "M-8", "signature": right})
    assert not Identification.objects.exists()
    call({"kind": "identify", "member_no": "M-7", "signature": right})
    assert Identification.objects.get().party.member_no == "M-7"


def _mail() -> Message:
    return Message.objects.create(
        key="m1", source_kind="journey", source_id=1, customer_id=5, channel="email",
        content_kind="useful", template_key="t", template_version=1, status="accepted",
        due_at=NOW, expires_at=NOW, planned_at=NOW, settled_at=NOW, address="hanako@example.jp",
    )  # fmt: skip


def test_a_word_from_a_mail_says_who_came_and_only_for_a_quarter_of_an_hour(
    settings: Any,
) -> None:
    token = landing_token(settings.SECRET_KEY, _mail().pk, NOW)
    late = landing_token(settings.SECRET_KEY, _mail_id(), NOW - clock_step(16))
    for bad in (late, token[:-1] + ("0" if token[-1] != "0" else "1"), "1-2-3", "x"):
        assert call({"kind": "identify", "token": bad}).status_code == 204
    assert not Identification.objects.exists()
    call({"kind": "identify", "token": token})
    assert Identification.objects.get().party.email == "hanako@example.jp"


def _mail_id() -> int:
    return Message.objects.get().pk


def clock_step(minutes: int) -> Any:
    from datetime import timedelta

    return timedelta(minutes=minutes)


def test_a_database_that_does_not_let_go_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from okaeri.intake.events import recording

    def locked(*_: Any, **__: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(recording, "write_events", locked)
    response = call({})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"

"""The preference page: opened from a mail that really left, without login, cookie or script."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import ConsentEvent, ContactPoint, DataRequest, Preference
from okaeri.deliver import api as deliver
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.duties import duties
from okaeri.deliver.models import Message
from okaeri.deliver.types import Links, MessageRequest
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.web.public import preferences
from okaeri.web.rate import PerMinute
from tests.deliver.shop import NOON, PROFILE, EchoRenderer, make_person, set_settings

pytestmark = pytest.mark.django_db
BASE = "http://testserver"
EVERYTHING = {
    "action": "save",
    "channel": ["email"],
    "topic": ["tips", "story", "offer"],
    "weekday": [str(day) for day in range(7)],
    "count": "",
    "from_hour": "",
    "until_hour": "",
}


@pytest.fixture(autouse=True)
def _fresh_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "_looks", PerMinute())
    monkeypatch.setattr(preferences, "_changes", PerMinute())


@pytest.fixture
def now(db: None) -> clock.SimulatedClock:
    standing = clock.SimulatedClock(NOON)
    clock.set_clock(standing)
    set_settings(PROFILE)
    return standing


@pytest.fixture
def person(now: clock.SimulatedClock) -> int:
    return make_person("hanako@example.com")


def _request(person: int, name: str, *, kind: str = "useful", topic: str = "") -> None:
    at = clock.now()
    request = MessageRequest(
        key=name,
        source_kind="test",
        source_id=1,
        source_part="",
        customer_id=person,
        channel="email",
        content_kind=kind,
        template_key="t",
        template_version=1,
        due_at=at,
        expires_at=at + timedelta(days=20),
        topic=topic,
    )
    assert deliver.submit([request], at) == 1


def _send() -> None:
    channel = EmailChannel(MailboxTransport(settings.OKAERI.data_dir / "mailbox.db"))
    links = Links(base_url=BASE, secret=settings.SECRET_KEY)
    given = duties(renderer=EchoRenderer(), channels={"email": channel}, links=links)
    WorkLoop(given).run_until_idle()


def _stands(name: str) -> tuple[str, str]:
    message = Message.objects.get(key=name)
    return message.status, message.reason.get("code", "")


def _browser(language: str = "ja") -> Client:
    return Client(enforce_csrf_checks=True, headers={"accept-language": language})


@pytest.fixture
def page(person: int, now: clock.SimulatedClock) -> str:
    """The address of the page as it stands in both parts of a mail that left eight days ago."""
    _request(person, "first")
    _send()
    mail = message_from_bytes(deliver.list_mails()[0][0].raw, policy=policy.default)
    found = set()
    for kind in ("plain", "html"):
        part = mail.get_body(preferencelist=(kind,))
        assert part is not None
        found |= set(re.findall(rf"{BASE}(/w/[\w-]+/)", part.get_content()))
    assert len(found) == 1
    now.advance(timedelta(days=8))
    return str(found.pop())


def test_opening_the_page_changes_nothing_and_shows_no_address(page: str) -> None:
    for method in ("get", "head"):
        response = getattr(_browser(), method)(page)
        assert response.status_code == 200
        assert not response.cookies
    html = _browser().get(page).content.decode()
    assert "hanako" not in html
    assert "hanako" not in page
    assert "お知らせの受け取り方" in html
    assert "How you hear from us" in _browser("en").get(page).content.decode()
    assert "<script" not in html
    assert len(html.encode()) < 50_000
    assert not Preference.objects.exists()
    assert not ConsentEvent.objects.exists()


@pytest.mark.covers("I-13")
def test_topics_numbers_days_and_hours_hold_for_the_next_message(page: str, person: int) -> None:
    chosen = {**EVERYTHING, "topic": ["tips", "story"], "weekday": ["5"], "count": "1"}
    response = _browser().post(page, {**chosen, "from_hour": "12", "until_hour": "14"})
    assert response.status_code == 200
    assert "保存しました" in response.content.decode()
    again = _browser().get(page).content.decode()
    assert re.search(r'name="topic" value="offer">', again)
    assert re.search(r'name="count" value="1" checked', again)
    assert re.findall(r'name="weekday" value="(\d)" checked', again) == ["5"]
    assert re.search(r'value="12" selected', again)
    _request(person, "offer", kind="useful", topic="offer")
    _request(person, "tips", topic="tips")
    _send()
    assert _stands("offer") == ("suppressed", "topic_refused")
    assert _stands("tips") == ("planned", "wished_time")
    due = Message.objects.get(key="tips").due_at
    assert clock.local_day(due, ZoneInfo("Asia/Tokyo")).weekday() == 5


def test_order_mails_come_whatever_was_chosen(page: str, person: int) -> None:
    _browser().post(page, {**EVERYTHING, "channel": [], "topic": [], "weekday": ["6"]})
    _browser().post(page, {"action": "leave"})
    _request(person, "order", kind="transactional", topic="offer")
    _send()
    assert _stands("order") == ("accepted", "")


def test_a_pause_holds_messages_and_ends_when_it_is_taken_back(page: str, person: int) -> None:
    html = _browser().post(page, {"action": "pause", "months": "1"}).content.decode()
    assert "2026年5月16日" in html
    _request(person, "news")
    _send()
    assert _stands("news") == ("suppressed", "paused")
    _browser().post(page, {**EVERYTHING, "count": "2"})
    known = customers.find_preference(person)
    assert known is not None
    assert str(known.wishes.paused_until) == "2026-05-16"
    Preference.objects.update(paused_until=clock.now().date())
    _request(person, "later")
    _send()
    assert _stands("later") == ("planned", "paused")
    assert "再開しました" in _browser().post(page, {"action": "resume"}).content.decode()
    _send()
    assert _stands("later") == ("accepted", "")


def test_one_press_leaves_everything_and_later_visits_still_say_so(page: str, person: int) -> None:
    ContactPoint.objects.create(
        customer_id=person, channel="line", address="U1", consent="granted", consent_at=NOON
    )
    _request(person, "news")
    for _ in range(2):
        html = _browser().post(page, {"action": "leave"}).content.decode()
        assert "お知らせを止めています" in html
    withdrawn = ConsentEvent.objects.filter(action="withdrawn")
    assert sorted(withdrawn.values_list("channel", flat=True)) == ["email", "line"]
    assert _stands("news") == ("suppressed", "unsubscribed")
    assert "お知らせを止めています" in _browser().get(page).content.decode()


def test_a_message_claimed_but_not_begun_is_asked_again(page: str, person: int) -> None:
    _request(person, "news", topic="tips")
    Message.objects.filter(key="news").update(status="claimed", worker="w", claimed_at=NOON)
    _browser().post(page, {**EVERYTHING, "topic": ["story", "offer"]})
    assert _stands("news")[0] == "rendered"
    _send()
    assert _stands("news") == ("suppressed", "topic_refused")


def test_coming_back_is_consent_with_the_words_that_stood_there(page: str, person: int) -> None:
    _browser().post(page, {"action": "leave"})
    _browser().post(page, EVERYTHING)
    [*_, last] = customers.list_consents(person)
    assert (last.action, last.basis, last.source) == ("granted", "opt_in", "preference_page")
    assert "肌日和からのお知らせを" in last.wording


def test_a_dead_address_is_not_brought_back_by_a_form(page: str, person: int) -> None:
    _browser().post(page, {"action": "leave"})
    customers.suppress("email", "hanako@example.com", "user_unknown", NOON)
    assert "disabled" in _browser().get(page).content.decode()
    _browser().post(page, EVERYTHING)
    [point] = customers.contact_points_of(person)
    assert not point.may_be_written
    assert point.consent == "withdrawn"


def test_a_request_about_data_is_kept_once_and_shown_again(page: str, person: int) -> None:
    for _ in range(2):
        answer = _browser().post(page, {"action": "request", "kind": "erasure"})
        assert "ご請求を受け付けました" in answer.content.decode()
    [kept] = DataRequest.objects.all()
    assert (kept.kind, kept.customer_id, kept.source) == ("erasure", person, "preference_page")
    assert "4月16日" in _browser().get(page).content.decode()


@pytest.mark.parametrize("kind", ["disclosure", "correction", "stop", "erasure"])
def test_all_that_the_law_lets_a_person_ask_for_is_on_the_page(
    page: str, person: int, kind: str
) -> None:
    assert f'value="{kind}"' in _browser().get(page).content.decode()
    assert _browser().post(page, {"action": "request", "kind": kind}).status_code == 200
    assert DataRequest.objects.get().kind == kind


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"action": "delete"},
        {"action": "pause", "months": "120"},
        {"action": "request", "kind": "everything"},
        {**EVERYTHING, "weekday": []},
        {**EVERYTHING, "weekday": ["8"]},
        {**EVERYTHING, "weekday": ["x"]},
        {**EVERYTHING, "count": "0"},
        {**EVERYTHING, "count": "-1"},
        {**EVERYTHING, "from_hour": "15", "until_hour": "12"},
        {**EVERYTHING, "from_hour": "99"},
    ],
)
def test_what_cannot_be_chosen_is_told_and_keeps_nothing(page: str, posted: dict[str, Any]) -> None:
    response = _browser().post(page, posted)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not Preference.objects.exists()
    assert not DataRequest.objects.exists()


def test_a_link_that_is_not_ours_finds_nothing(page: str, person: int) -> None:
    other = make_person("taro@example.com")
    foreign = page.replace(f"/w/{person}-", f"/w/{other}-")
    for path in (foreign, "/w/x/", "/w/1-/", f"/w/{person}-{'0' * 40}/"):
        for response in (_browser().get(path), _browser().post(path, {"action": "leave"})):
            assert response.status_code == 404
    assert not ConsentEvent.objects.exists()


def test_guessing_links_is_slowed_down(page: str) -> None:
    client = _browser()
    answers = [client.post("/w/1-a/").status_code for _ in range(preferences.CHANGES_A_MINUTE + 1)]
    assert answers[-2:] == [404, 429]
    assert client.post(page, {"action": "leave"}).status_code == 429
    assert client.get(page).status_code == 200
    assert not ConsentEvent.objects.exists()

"""Events as they arrive: what is refused in one sentence, and what every accepted one keeps."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.foundation.errors import InputError
from okaeri.intake.domain.events import (
    MOST_BYTES,
    parse_events,
    parse_tag_batch,
    settle_instant,
)
from okaeri.intake.event_types import TagRules

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
VIEW = {"key": "k-00000001", "kind": "product_view", "at": MS - 2000, "sku": "A-1"}


def tag_body(*events: dict[str, Any], **head: Any) -> bytes:
    given = {"device": "device-0001", "sent_at": MS, "events": list(events), **head}
    return json.dumps(given).encode()


def refusal(body: bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_tag_batch(body, NOW)
    assert caught.value.message.ja
    assert "\n" not in caught.value.message.ja
    return caught.value.message.en


def test_a_call_of_the_tag_is_read_whole() -> None:
    claim = {"key": "k-00000002", "kind": "identify", "at": MS, "member_no": 9007199254740993}
    batch = parse_tag_batch(tag_body(VIEW, claim), NOW)
    (event,) = batch.events
    assert (event.kind, event.device_id, event.sku) == ("product_view", "device-0001", "A-1")
    assert event.occurred_at == NOW - timedelta(seconds=2)
    (said,) = batch.identifications
    assert said.member_no == "9007199254740993"


@pytest.mark.parametrize("wrong_by", [-400 * 86_400_000, -3_600_000, 0, 90_000, 10**12])
def test_a_browser_with_a_wrong_clock_still_says_when_it_happened(wrong_by: int) -> None:
    body = tag_body({**VIEW, "at": MS + wrong_by - 5000}, sent_at=MS + wrong_by)
    assert parse_tag_batch(body, NOW).events[0].occurred_at == NOW - timedelta(seconds=5)


def test_an_event_after_its_own_sending_happened_when_it_was_received() -> None:
    assert parse_tag_batch(tag_body({**VIEW, "at": MS + 60_000}), NOW).events[0].occurred_at == NOW


def test_numbers_beyond_what_a_double_holds_stay_whole() -> None:
    event = {**VIEW, "sku": 2**63 + 1, "value_minor": 2**53 + 1}
    read = parse_tag_batch(tag_body(event), NOW).events[0]
    assert (read.sku, read.value_minor) == ("9223372036854775809", 9007199254740993)


def test_addresses_of_people_do_not_stay_in_addresses_of_pages() -> None:
    event = {
        **VIEW,
        "url": "https://s.example/r?m=a.b@x.jp&p=1",
        "referrer": "https://s/?q=c%40d.jp",
    }
    read = parse_tag_batch(tag_body(event), NOW).events[0]
    assert read.url == "https://s.example/r?m=*&p=1"
    assert "%40" not in read.referrer


def test_text_no_database_takes_is_made_harmless() -> None:
    read = parse_tag_batch(tag_body({**VIEW, "title": "a\x00b\ud800c", "sku": None}), NOW).events[0]
    assert (read.title, read.sku) == ("a b c", "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"device":"device-0001","sent_at":NaN,"events":[]}', "not JSON"),
        (b"9" * 5000, "not JSON"),
        (b"[]", "must look like"),
        (tag_body(extra=1), "must look like"),
        (tag_body(events=[1]), "must look like"),
        (tag_body(*[VIEW] * 1001), "At most 1000"),
        (b" " * (MOST_BYTES + 1), "at most 1 MB"),
        (tag_body({**VIEW, "colour": "red"}), "unknown field colour"),
        (tag_body({**VIEW, "kind": "purchase"}), "kind of event 1"),
        (tag_body({**VIEW, "kind": ["page_view"]}), "kind of event 1"),
        (tag_body({**VIEW, "key": "short"}), "Field key of event 1"),
        (tag_body({**VIEW, "key": "k" * 65}), "Field key of event 1"),
        (tag_body({**VIEW, "quantity": 1.5}), "Field quantity of event 1"),
        (tag_body({**VIEW, "quantity": 2**31}), "Field quantity of event 1"),
        (tag_body({**VIEW, "sku": {}}), "Field sku of event 1"),
        (tag_body({**VIEW, "at": "yesterday"}), "Field at of event 1"),
        (tag_body({**VIEW, "at": MS - 8 * 86_400_000}), "Event 1 is too old"),
        (tag_body(VIEW, device=""), "does not say on which device"),
        (tag_body({"key": "k-00000002", "kind": "identify", "at": MS}), "exactly one"),
        (
            tag_body(
                {"key": "k-0000002", "kind": "identify", "at": MS, "email": "a", "member_no": 1}
            ),
            "exactly one",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_whole_in_one_sentence(body: bytes, words: str) -> None:
    assert words in refusal(body)


def test_a_program_may_name_the_person_or_the_device() -> None:
    rows = [
        {**VIEW, "at": "2026-11-22T12:00:00+09:00", "member_no": 42},
        {**VIEW, "key": "k-00000002", "device": "device-0001"},
    ]
    by_person, by_device = parse_events(json.dumps({"events": rows}).encode())
    assert by_person.party is not None
    assert (by_person.party.member_no, by_person.device_id) == ("42", "")
    assert by_person.occurred_at == NOW
    assert (by_device.party, by_device.device_id) == (None, "device-0001")
    for bad in ({**VIEW}, {**VIEW, "member_no": 1, "at": "2026-11-22T12:00:00"}):
        with pytest.raises(InputError):
            parse_events(json.dumps({"events": [bad]}).encode())


def test_a_fast_clock_is_set_back_and_a_wrong_one_is_refused() -> None:
    minute = timedelta(minutes=1)
    assert settle_instant(NOW - minute, NOW) == NOW - minute
    assert settle_instant(NOW + 10 * minute, NOW) == NOW
    with pytest.raises(InputError, match="future"):
        settle_instant(NOW + 11 * minute, NOW)
    with pytest.raises(InputError, match="too old"):
        settle_instant(datetime(1999, 1, 1, tzinfo=UTC), NOW)


def test_origins_are_read_as_browsers_write_them() -> None:
    rules = TagRules(origins="https://Shop.example/, http://cart.example:8080/x nonsense ftp://a")
    assert rules.origin_list() == ("https://shop.example", "http://cart.example:8080")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    [
        "key",
        "kind",
        "at",
        "device",
        "sku",
        "url",
        "title",
        "quantity",
        "value_minor",
        "email",
        "token",
    ]
)


@pytest.mark.property
@pytest.mark.slow
@given(st.lists(st.dictionaries(_FIELDS, _JSON, max_size=6), max_size=3), st.data())
def test_whatever_comes_in_is_read_or_refused_and_nothing_else(
    changes: list[dict[str, Any]], data: st.DataObject
) -> None:
    body = bytearray(tag_body(*({**VIEW, **change} for change in changes)))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=2)):
        body[place] = data.draw(st.integers(0, 255))
    for read in (
        lambda: parse_tag_batch(bytes(body), NOW).events,
        lambda: parse_events(bytes(body)),
    ):
        try:
            events = read()
        except InputError:
            continue
        for event in events:
            assert len(event.sku) <= 80
            assert len(event.url) <= 500
            event.title.encode()
            assert event.occurred_at.tzinfo is UTC
            assert date.min <= event.occurred_at.date()

"""Segments as audiences of LINE: only who agreed, replaced as a whole, never made twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.actions import audiences
from okaeri.deliver.audience_types import AudienceState, Failure
from okaeri.deliver.channels.line.audiences import LineAudiences
from okaeri.deliver.models import Audience
from okaeri.foundation import asking
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from tests.deliver.fake_line import FakeLine, line_on_this_machine

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KEY = "segment:12"
READY, TOO_SMALL = AudienceState.READY, AudienceState.TOO_SMALL


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with line_on_this_machine() as account:
        yield account


def service(line: FakeLine) -> LineAudiences:
    return LineAudiences(line.token, line.url, pause=lambda _: None)


def sync(line: FakeLine, people: list[int], now: datetime = NOW) -> AudienceState:
    return deliver.sync_audience(service(line), KEY, "乾燥肌", people, now=now).state


def user_id(number: int) -> str:
    return f"U{number:032x}"


def people_of_line(count: int, *, agreed: int) -> list[int]:
    """Customers with a LINE user id; the first `agreed` of them said yes to LINE."""
    orders = [
        OrderIn(
            source="test",
            order_no=f"A{number}",
            ordered_at=NOW - timedelta(days=9),
            status="accepted",
            party=PartyIn(email=f"p{number}@example.invalid", line_user_id=user_id(number)),
            lines=(LineIn("LOTION", "化粧水", 1, 5000, 5000),),
            total_minor=5000,
        )
        for number in range(count)
    ]
    intake.record_orders(orders)
    while customers.resolve_new_parties(NOW):
        pass
    found = [
        customers.search_customers(f"p{number}@example.invalid")[0].id for number in range(count)
    ]
    for person in found[:agreed]:
        agree(person)
    return found


def agree(person: int, action: str = "granted", at: datetime = NOW) -> None:
    customers.record_consent(
        person, channel="line", action=action, basis="opt_in", source="test", occurred_at=at
    )


def test_only_people_who_agreed_and_are_not_blocked_are_uploaded(line: FakeLine) -> None:
    people = people_of_line(70, agreed=60)
    customers.suppress("line", user_id(0), "blocked", NOW)
    nobody = people[-1] + 100
    assert sync(line, [*people, nobody]) is READY
    (group,) = line.groups.values()
    assert group["ids"] == {user_id(number) for number in range(1, 60)}
    assert "乾燥肌" in group["description"]
    view = deliver.find_audience(KEY)
    assert (view.reach.people, view.reach.linked, view.reach.sendable) == (71, 70, 59)
    assert view.reach.coverage == pytest.approx(70 / 71)
    assert (view.uploaded, view.synced_at, view.has_one) == (59, NOW, True)


def test_who_is_handed_to_line_stands_in_the_record_of_provisions(line: FakeLine) -> None:
    people = people_of_line(60, agreed=55)
    sync(line, people)
    (entry,) = customers.iter_access(is_given=True)
    assert (entry.recipient, entry.basis) == ("LINEヤフー株式会社", "entrusted")
    assert (entry.people, entry.fields, entry.where) == (55, ("line",), f"audience:{KEY}")
    assert len(customers.summarize_provisions([people[54]])) == 1
    assert customers.summarize_provisions([people[55]]) == []


def test_who_withdrew_or_was_erased_is_gone_after_the_next_sync_and_the_old_group_too(
    line: FakeLine,
) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    (old,) = line.groups
    agree(people[0], "withdrawn", NOW + timedelta(hours=1))
    assert deliver.list_kept_audiences() == []
    deliver.erase_person([people[1]], NOW)
    # Nobody asked for a nightly sync; an erasure does.
    assert deliver.list_kept_audiences() == [KEY]
    assert sync(line, [who for who in people if who != people[1]], NOW + timedelta(days=1)) is READY
    ((new, group),) = line.groups.items()
    assert new != old
    assert group["ids"] == {user_id(number) for number in range(2, 60)}
    assert deliver.list_kept_audiences() == []


def test_too_few_people_are_not_uploaded_and_the_old_group_goes(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    assert sync(line, people[:49]) is TOO_SMALL
    assert line.groups == {}
    view = deliver.find_audience(KEY)
    assert view.why is not None
    assert "49人" in view.why.ja
    assert not view.has_one


@pytest.mark.parametrize("mood", ["lost", "dropped", "503"])
def test_a_lost_answer_makes_no_second_group(line: FakeLine, mood: str) -> None:
    people = people_of_line(60, agreed=60)
    # First the search for what earlier attempts left, then the creation.
    line.moods = ["", mood]
    assert sync(line, people) is READY
    assert [len(group["ids"]) for group in line.groups.values()] == [60]


def test_what_a_killed_attempt_left_is_removed_by_the_next(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    (first,) = line.groups

    class KilledError(BaseException):
        """The process is gone."""

    class Killed(LineAudiences):
        def create(self, name: str, addresses: object) -> int | Failure:
            super().create(name, addresses)  # type: ignore[arg-type]
            raise KilledError

    with pytest.raises(KilledError):
        audiences.sync(Killed(line.token, line.url), KEY, "乾燥肌", people, NOW)
    assert len(line.groups) == 2
    # What was usable stays usable, and the stray one goes before a new one is made.
    assert Audience.objects.get().group_id == first
    assert sync(line, people) is READY
    assert len(line.groups) == 1
    assert Audience.objects.get().group_id in line.groups


def test_groups_of_others_are_never_touched(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    other = {"audienceGroupId": 5, "description": "友だち全員", "ids": set()}
    near = {"audienceGroupId": 6, "description": "x [okaeri segment:123 4]", "ids": set()}
    line.groups = {5: other, 6: near}
    sync(line, people)
    sync(line, people)
    assert {5, 6} < line.groups.keys()
    assert len(line.groups) == 3


def test_many_people_go_in_parts_and_a_part_is_sent_again_after_a_lost_answer(
    line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "_AT_ONCE", 25)
    people = people_of_line(60, agreed=60)
    line.moods = ["", "", "lost", "429"]
    assert sync(line, people) is READY
    (group,) = line.groups.values()
    assert len(group["ids"]) == 60
    assert [method for method, _ in line.asked].count("POST") == 1


def test_an_account_that_refuses_is_told_in_one_sentence_and_the_old_group_stays(
    line: FakeLine,
) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    wrong = LineAudiences("wrong", line.url, pause=lambda _: None)
    view = deliver.sync_audience(wrong, KEY, "乾燥肌", people, now=NOW)
    assert view.state is AudienceState.FAILED
    assert view.why is not None
    assert "アクセストークン" in view.why.ja
    assert len(line.groups) == 1
    without = deliver.sync_audience(None, KEY, "乾燥肌", people, now=NOW)
    assert without.why is not None
    assert "OKAERI_LINE_TOKEN" in without.why.en


def test_silence_is_a_failure_and_not_for_ever(
    line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_SECONDS", 0.2)
    people = people_of_line(60, agreed=60)
    line.moods = ["silent"] * 3
    assert sync(line, people) is AudienceState.FAILED
    assert line.groups == {}


def test_an_audience_in_progress_is_followed_until_it_is_ready_or_failed(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    (old,) = line.groups
    line.status = "IN_PROGRESS"
    assert sync(line, people) is AudienceState.IN_PROGRESS
    # Both stand until the new one can be used.
    assert len(line.groups) == 2
    assert audiences.follow(service(line), NOW) == 0
    later = NOW + timedelta(minutes=2)
    assert audiences.follow(service(line), later) == 1
    line.status = "READY"
    audiences.follow(service(line), later + timedelta(minutes=2))
    assert deliver.find_audience(KEY).state is READY
    assert old not in line.groups
    line.status, line.failed = "FAILED", "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT"
    assert sync(line, people) is TOO_SMALL
    assert line.groups == {}
    line.failed = "INTERNAL_ERROR"
    assert sync(line, people) is AudienceState.FAILED


def test_of_two_workers_the_later_attempt_goes_on(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)

    class Overtaken(LineAudiences):
        def create(self, name: str, addresses: object) -> int | Failure:
            made = super().create(name, addresses)  # type: ignore[arg-type]
            sync(line, people)
            return made

    audiences.sync(Overtaken(line.token, line.url), KEY, "乾燥肌", people, NOW)
    assert len(line.groups) == 1
    assert Audience.objects.get().group_id in line.groups
    assert deliver.find_audience(KEY).state is READY

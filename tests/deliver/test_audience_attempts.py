"""Attempts at an audience that fail, overtake each other or meet an erasure: nobody stays for good."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okaeri.deliver import api as deliver
from okaeri.deliver.actions import audience_jobs, audiences
from okaeri.deliver.audience_types import AudienceState, Failure, Group, Standing
from okaeri.deliver.channels.line.audiences import LineAudiences
from okaeri.deliver.models import Audience
from okaeri.deliver.store import audiences as store
from okaeri.foundation import asking, clock
from okaeri.foundation.work.jobs import JobRunner
from tests.deliver.fake_line import FakeLine, line_on_this_machine
from tests.deliver.test_audiences import (
    KEY,
    NOW,
    READY,
    TOO_SMALL,
    people_of_line,
    service,
    sync,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with line_on_this_machine() as account:
        yield account


def test_asking_twice_is_one_job_until_it_has_begun() -> None:
    first = deliver.ask_for_audience(KEY)
    assert deliver.ask_for_audience(KEY) == first
    assert JobRunner({deliver.AUDIENCE_JOB_KIND: lambda _: {}}).run_one(clock.now()) == 1
    assert deliver.ask_for_audience(KEY) != first


def test_an_audience_is_asked_for_together_with_its_job_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(audience_jobs, "submit_job", killed)
    with pytest.raises(RuntimeError):
        deliver.ask_for_audience(KEY)
    assert Audience.objects.get().state == AudienceState.NEVER


def test_who_is_erased_while_the_first_group_is_made_leaves_in_the_next_night(
    line: FakeLine,
) -> None:
    people = people_of_line(60, agreed=60)
    line.status = "IN_PROGRESS"
    sync(line, people)
    deliver.erase_person([people[0]], NOW)
    line.status = "READY"
    audiences.follow(service(line), NOW + timedelta(minutes=2))
    assert deliver.find_audience(KEY).state is READY
    assert deliver.list_kept_audiences() == [KEY]
    assert sync(line, people[1:]) is READY
    assert deliver.list_kept_audiences() == []


def test_an_erasure_stays_marked_until_a_sync_succeeds(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    deliver.erase_person([people[0]], NOW)
    deliver.sync_audience(None, KEY, "乾燥肌", people[1:], now=NOW)
    assert deliver.list_kept_audiences() == [KEY]
    line.moods = ["", "403"]
    assert sync(line, people[1:]) is AudienceState.FAILED
    assert deliver.list_kept_audiences() == [KEY]
    assert sync(line, people[1:]) is READY
    assert deliver.list_kept_audiences() == []


def test_a_group_that_could_not_be_removed_is_not_forgotten(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    (old,) = line.groups
    line.moods = ["", "403"]
    assert sync(line, people[:49]) is AudienceState.FAILED
    assert Audience.objects.get().group_id == old
    assert deliver.list_kept_audiences() == [KEY]
    assert sync(line, people[:49]) is TOO_SMALL
    assert line.groups == {}
    assert not deliver.find_audience(KEY).has_one
    assert deliver.list_kept_audiences() == []


def test_an_old_group_that_stays_does_not_spoil_the_new_one_and_goes_in_the_next_night(
    line: FakeLine,
) -> None:
    people = people_of_line(60, agreed=60)
    sync(line, people)
    line.moods = ["", "", "", "403"]
    assert sync(line, people) is READY
    assert len(line.groups) == 2
    assert deliver.list_kept_audiences() == [KEY]
    assert sync(line, people) is READY
    assert len(line.groups) == 1
    assert deliver.list_kept_audiences() == []


def test_an_overtaken_attempt_removes_nothing_of_the_later_one(line: FakeLine) -> None:
    people = people_of_line(60, agreed=60)

    class Overtaken(LineAudiences):
        def find(self, part: str) -> list[Group] | Failure:
            sync(line, people)
            return super().find(part)

    audiences.sync(Overtaken(line.token, line.url), KEY, "乾燥肌", people, NOW)
    (group,) = line.groups
    assert Audience.objects.get().group_id == group
    assert deliver.find_audience(KEY).state is READY


def test_an_attempt_gets_its_number_in_the_transaction_that_raised_it() -> None:
    store.ensure(KEY)
    with CaptureQueriesContext(connection) as asked:
        store.begin(KEY)
    first_words = [query["sql"].split()[0] for query in asked.captured_queries]
    assert first_words == ["SELECT", "SAVEPOINT", "UPDATE", "SELECT", "RELEASE"]


def in_progress(line: FakeLine, count: int) -> None:
    people = people_of_line(60, agreed=60)
    line.status = "IN_PROGRESS"
    for number in range(count):
        deliver.sync_audience(service(line), f"segment:{number}", "x", people, now=NOW)
    line.asked.clear()


def test_a_silent_line_holds_the_loop_up_for_one_question(
    line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_progress(line, 3)
    hasty = LineAudiences(line.token, line.url, waits=())
    line.moods = ["silent"]
    later = NOW + timedelta(minutes=2)
    with monkeypatch.context() as impatient:
        impatient.setattr(asking, "TIMEOUT_SECONDS", 0.2)
        assert audiences.follow(hasty, later) == 1
    assert len(line.asked) == 1
    assert audiences.follow(hasty, later + timedelta(minutes=2)) == 0
    # When it answers again, two in a round.
    assert audiences.follow(hasty, later + timedelta(minutes=6)) == 2


def test_an_audience_is_followed_by_one_worker(line: FakeLine) -> None:
    in_progress(line, 1)
    later = NOW + timedelta(minutes=2)
    asked_by_others: list[int] = []

    class Slow(LineAudiences):
        def look(self, group_id: int) -> Standing | Failure:
            asked_by_others.append(audiences.follow(service(line), later))
            return super().look(group_id)

    assert audiences.follow(Slow(line.token, line.url), later) == 1
    assert asked_by_others == [0]

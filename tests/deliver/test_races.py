"""Several workers at the same instant. SQLite lets one claim run at a time by itself (the crash
tests run two workers there); these tests are about PostgreSQL, where claims truly overlap.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from okaeri.deliver import api
from okaeri.deliver.actions import claiming
from okaeri.deliver.domain.token import unsubscribe_token
from okaeri.deliver.models import Message
from okaeri.deliver.store import outbox
from okaeri.deliver.types import RenderedContent
from okaeri.foundation import clock

from .shop import DAY, LINKS, NOON, make_person, make_request, set_settings

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WORKERS = 4


@pytest.fixture(autouse=True)
def _only_on_postgres(shop: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one claim at a time; this is about PostgreSQL")
    set_settings({"deliver.batch_size": 2})


def rendered(people: list[int], each: int) -> None:
    now = NOON
    wishes = [make_request(p, f"a{n}", lives=9 * DAY) for n in range(each) for p in people]
    api.submit(wishes, now)
    ids = Message.objects.values_list("id", flat=True)
    outbox.save_rendered([RenderedContent(message_id=i, subject="x") for i in ids], now)


def claim_all(worker: str, is_over: Callable[[], bool] = lambda: False) -> int:
    """Claim until nothing is due; gives how many."""
    count = 0
    try:
        while not is_over():
            claim = claiming.claim_due("email", worker, LINKS, NOON)
            count += len(claim.outgoing)
            waiting = Message.objects.filter(status="rendered", due_at__lte=NOON)
            if not claim.outgoing and not claim.set_aside and not waiting.exists():
                return count
    finally:
        connection.close()
    return count


@contextmanager
def claiming_workers() -> Iterator[Callable[[], int]]:
    stop = threading.Event()
    with ThreadPoolExecutor(WORKERS) as pool:
        runs = [pool.submit(claim_all, f"w{n}", stop.is_set) for n in range(WORKERS)]
        try:
            yield lambda: sum(run.result(60) for run in runs)
        finally:
            stop.set()


def claimed(**where: object) -> int:
    return Message.objects.filter(status="claimed", **where).count()


def test_no_message_is_claimed_twice_and_nobody_gets_two_on_one_day(
    simulated: clock.SimulatedClock,
) -> None:
    people = [make_person() for _ in range(25)]
    rendered(people, 3)
    with claiming_workers() as total:
        assert total() == len(people)
    for person in people:
        assert claimed(customer_id=person) == 1
    assert list(Message.objects.filter(status="claimed").values_list("attempts").distinct()) == [
        (1,)
    ]


def test_after_a_pause_is_committed_there_is_no_new_claim(
    simulated: clock.SimulatedClock,
) -> None:
    rendered([make_person() for _ in range(120)], 1)
    with claiming_workers():
        while not claimed():
            pass
        api.pause_sending()
        at_pause = claimed()
        threading.Event().wait(0.3)
        assert claimed() == at_pause
    assert at_pause < 120


def test_after_an_unsubscribe_is_committed_there_is_no_new_claim(
    simulated: clock.SimulatedClock, settings: object
) -> None:
    settings.SECRET_KEY = LINKS.secret  # type: ignore[attr-defined]
    set_settings({"cap.marketing_per_day": 50, "cap.marketing_per_week": 100})
    person = make_person()
    rendered([person], 50)
    one = Message.objects.earliest("id")
    token = unsubscribe_token(LINKS.secret, one.id, one.key, person)
    with claiming_workers():
        while not claimed():
            pass
        api.unsubscribe(token, NOON, one_click=True)
        left = claimed()
        threading.Event().wait(0.3)
        assert claimed() == left
    assert Message.objects.filter(status="rendered").count() == 0

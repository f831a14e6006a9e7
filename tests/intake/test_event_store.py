"""Events in the database: each key once, in the order of change, read by device and by person."""

import csv
import gzip
import json
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from okaeri.foundation.errors import BusyError, InputError
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn, SaidWho
from okaeri.intake.models import Event, Identification, Party
from okaeri.intake.types import PartyIn

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def view(number: int, *, device: str = "device-0001", ago: int = 0, sku: str = "A") -> EventIn:
    return EventIn(f"key-{number:08}", "product_view", NOW - ago * MINUTE, device, sku=sku)


def record(*events: EventIn) -> int:
    return intake.record_events(events, source="web", received_at=NOW)


@pytest.mark.django_db
def test_the_same_key_is_one_event_however_often_it_comes() -> None:
    assert record(view(1), view(2), view(1)) == 2
    assert record(view(2), view(3)) == 1
    assert Event.objects.count() == 3


@pytest.mark.django_db
def test_the_day_is_the_shops_and_the_instant_stays_exact() -> None:
    late = EventIn(
        "key-late-1", "page_view", datetime(2026, 11, 21, 15, 0, 1, 5, tzinfo=UTC), "d" * 8
    )
    early = EventIn(
        "key-early-1", "page_view", datetime(2026, 11, 21, 14, 59, 59, tzinfo=UTC), "d" * 8
    )
    record(late, early)
    days = {e.key: (e.occurred_on, e.occurred_at) for e in intake.events_of(["d" * 8])}
    assert days["key-late-1"] == (date(2026, 11, 22), late.occurred_at)
    assert days["key-early-1"] == (date(2026, 11, 21), early.occurred_at)


@pytest.mark.django_db
def test_one_event_from_the_future_leaves_all_of_them_out() -> None:
    with pytest.raises(InputError, match="Event 2 lies in the future"):
        record(view(1), view(2, ago=-60))
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_events_are_read_newest_first_by_device_and_by_person_each_once() -> None:
    party = PartyIn(member_no="9007199254740993")
    both = EventIn(
        "key-both-1", "cart_add", NOW - 5 * MINUTE, "device-0001", party, sku="B", quantity=2
    )
    record(view(1, ago=9), both, view(2, ago=1), view(3, device="device-0002"))
    member = Party.objects.get(member_no="9007199254740993")
    found = intake.events_of(["device-0001"], [member.pk])
    assert [e.key for e in found] == ["key-00000002", "key-both-1", "key-00000001"]
    assert (found[1].party_id, found[1].quantity) == (member.pk, 2)
    older = intake.events_of(["device-0001"], before=NOW - 2 * MINUTE, limit=1)
    assert [e.key for e in older] == ["key-both-1"]


@pytest.mark.django_db
def test_a_device_that_goes_from_hand_to_hand_is_remembered_each_time() -> None:
    mother, child = PartyIn(email="mother@example.jp"), PartyIn(email="child@example.jp")
    given = [(mother, 60), (mother, 50), (child, 40), (mother, 30)]
    news = [intake.record_identification("device-0001", p, NOW - a * MINUTE) for p, a in given]
    assert news == [True, False, True, True]
    rows = intake.list_identifications_after(0, 10)
    assert [NOW - row.occurred_at for row in rows] == [60 * MINUTE, 40 * MINUTE, 30 * MINUTE]
    assert intake.list_identifications_after(rows[1].change_no, 10) == rows[2:]
    assert not intake.record_identification("device-0001", PartyIn(), NOW)
    assert Identification.objects.count() == 3


@pytest.mark.django_db
def test_the_warehouse_reads_every_event_once_behind_a_change_number() -> None:
    record(view(1), view(2))
    first = [row for batch in intake.read_event_batches(0) for row in batch.to_pylist()]
    record(view(2), view(3))
    rest = [
        row
        for batch in intake.read_event_batches(first[-1]["change_no"])
        for row in batch.to_pylist()
    ]
    assert [row["sku"] for row in (*first, *rest)] == ["A"] * 3
    assert len({row["event_id"] for row in (*first, *rest)}) == 3
    assert first[0]["occurred_on"] == date(2026, 11, 22)
    assert first[0]["occurred_at"] == NOW.replace(tzinfo=None)


@pytest.mark.django_db
def test_real_clicks_of_six_hundred_people_come_in_whole_and_only_once(shared_data: Path) -> None:
    kinds = {"home": "page_view", "catalog": "page_view", "product_view": "product_view",
             "search": "search", "add_to_cart": "cart_add", "shipping_details": "checkout"}  # fmt: skip
    path = shared_data / "retentioneering_ecom" / "ecom.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["event"] in kinds]
    events = [
        {
            "key": f"click-{number:08}",
            "kind": kinds[row["event"]],
            "at": row["timestamp"].replace(" ", "T") + "+00:00",
            "device": row["user_id"],
        }
        for number, row in enumerate(rows)
    ]
    for _ in range(2):
        for start in range(0, len(events), 1000):
            body = json.dumps({"events": events[start : start + 1000]}).encode()
            intake.record_events(intake.parse_events(body), source="shop", received_at=NOW)
    assert Event.objects.count() == len(events)
    assert Event.objects.values("device_id").distinct().count() == len({r["user_id"] for r in rows})
    assert sum(batch.num_rows for batch in intake.read_event_batches(0)) == len(events)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_what_many_send_at_once_is_committed_before_they_are_answered() -> None:
    seen: dict[int, bool] = {}

    def visit(number: int) -> None:
        said = [SaidWho(f"device-{number:04}", PartyIn(member_no=str(number)), NOW)]
        # A database in memory waits for no lock: whoever meets one sends again, as the tag does.
        while True:
            try:
                intake.record_visit([view(number, device=f"device-{number:04}")], said, NOW)
                look(number)
            except (BusyError, OperationalError):
                time.sleep(0.05)
            else:
                break
        connection.close()

    def look(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM intake_event WHERE key = %s", [f"key-{number:08}"])
            seen[number] = cursor.fetchone() is not None

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == dict.fromkeys(range(20), True)
    assert Identification.objects.count() == 20

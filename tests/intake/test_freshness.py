"""How fresh each source is: the newest of what it told, whatever comes late, on every way in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.event_types import EventIn
from okaeri.intake.models import Event, Order, SourceMark
from okaeri.intake.types import InquiryIn, LineIn, OrderIn, PartyIn, SourceFreshness
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def order(number: str, at: datetime, source: str = "shop") -> OrderIn:
    line = LineIn("A", "A", 1, 1000, 1000)
    party = PartyIn(email=f"{number}@example.invalid")
    return OrderIn(source, number, at, "accepted", party, (line,), total_minor=1000)


def fresh() -> dict[str, SourceFreshness]:
    with clock.use(clock.SimulatedClock(NOW)):
        return {one.source: one for one in api.source_freshness()}


def test_the_newest_order_and_event_of_each_source_count_whatever_comes_late() -> None:
    hours = [NOW - timedelta(hours=number) for number in range(8)]
    api.record_orders([order("1", hours[3]), order("2", hours[5], "till"), order("3", hours[7])])
    api.record_orders([order("4", hours[6]), order("5", hours[1], "till")])
    event = EventIn("key-00000001", "page_view", hours[2], "device-0001")
    api.record_events([event], source="web", received_at=NOW)
    late = event._replace(key="key-00000002", occurred_at=hours[4])
    api.record_events([late], source="web", received_at=NOW)
    newest_of = {
        (name, kind.kind): kind.newest_at for name, one in fresh().items() for kind in one.kinds
    }
    assert newest_of == {
        ("shop", "order"): hours[3], ("till", "order"): hours[1], ("web", "event"): hours[2],
    }  # fmt: skip
    # The rows that are kept say what the large tables would.
    for subject, model, column in (("order", Order, "ordered_at"), ("event", Event, "occurred_at")):
        marks = SourceMark.objects.filter(subject=subject).values_list("source", "newest_at")
        rows = model._default_manager.order_by("source", f"-{column}").values_list("source", column)
        newest: dict[str, datetime] = {}
        for source, at in rows:
            newest.setdefault(source, at)
        assert dict(marks) == newest


def test_an_order_told_again_with_another_day_moves_the_mark_on_only() -> None:
    first = order("1", NOW - timedelta(days=2))
    api.record_orders([first])
    api.record_orders([replace(first, ordered_at=NOW - timedelta(days=1))])
    assert [one.newest_at for one in fresh()["shop"].kinds] == [NOW - timedelta(days=1)]


def _at(day: int) -> clock.SimulatedClock:
    return clock.SimulatedClock(NOW + timedelta(days=day))


def test_every_kind_has_its_last_record_its_last_import_and_its_rhythm() -> None:
    who = PartyIn(email="hana@example.invalid")
    written = NOW - timedelta(days=20)
    for day in (0, 7, 14):
        with clock.use(_at(day)):
            told = ReviewIn("site", str(day), 5, written + timedelta(days=day), NOW, who)
            api.record_reviews([told])
            # Twice on one day is one arrival.
            api.record_reviews([told])
            api.record_survey_answers(
                [SurveyAnswerIn("site", str(day), "", "?", "!", clock.now(), NOW, who)]
            )
            api.record_inquiries(
                [InquiryIn("desk", "1", "mail", "question", "open", clock.now(), NOW, who)]
            )
            api.record_customers([who], source="desk")
    with clock.use(_at(15)):
        found = {one.source: one for one in api.source_freshness()}
    kinds = {kind.kind: kind for kind in found["site"].kinds}
    assert set(kinds) == {"review", "survey"}
    review = kinds["review"]
    assert (review.newest_at, review.arrived_at) == (
        written + timedelta(days=14), NOW + timedelta(days=14),
    )  # fmt: skip
    assert (review.rhythm_days, review.limit_days, review.age_days) == (7, 14, 21)
    # The records themselves are three weeks old: late although a file came yesterday.
    assert review.is_late
    assert not kinds["survey"].is_late
    assert {kind.kind for kind in found["desk"].kinds} == {"inquiry", "customer"}
    assert not any(kind.is_late for kind in found["desk"].kinds)


def test_the_rhythm_follows_the_gaps_a_quarter_at_a_time() -> None:
    for day in (0, 1, 2, 6):
        with clock.use(_at(day)):
            api.record_orders([order(str(day), clock.now())])
    with clock.use(_at(6)):
        (kind,) = api.source_freshness()[0].kinds
    # Gaps 1, 1 and 4: 1 + (4 - 1) / 4.
    assert (kind.rhythm_days, kind.limit_days) == (1.75, 4)


def test_a_single_file_is_late_only_where_data_comes_all_the_time() -> None:
    with clock.use(_at(0)):
        api.record_orders([order("1", NOW)])
        api.record_reviews([ReviewIn("site", "1", 5, NOW, NOW)])
    for day, late in ((3, set()), (4, {"shop"}), (400, {"shop"})):
        with clock.use(_at(day)):
            found = {one.source: one.kinds for one in api.source_freshness()}
            assert {of for of, kinds in found.items() if any(k.is_late for k in kinds)} == late

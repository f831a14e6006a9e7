"""What people asked for: kept for the person, whichever of his numbers he had; links prove who asks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from okaeri.customers import api
from okaeri.customers.actions.merge import merge_customers, undo_merge
from okaeri.customers.domain.preferences import check_wishes, combine, last_day_of_pause
from okaeri.customers.models import Customer, Merge
from okaeri.customers.preference_types import TopicRules, Wishes
from okaeri.foundation.errors import InputError

NOON = datetime(2026, 4, 8, 3, 0, tzinfo=UTC)
SECRET = "a secret for tests"


def _person() -> int:
    return Customer.objects.create(family_name="山田", created_at=NOON).pk


def test_topics_are_read_in_the_order_given_and_what_is_no_topic_is_left_out() -> None:
    rules = TopicRules(topics="a=甲/A; nonsense ;b=乙;=丙/C;a=again/Again; BIG=大/Big")
    assert [(t.key, t.name.ja, t.name.en) for t in rules.topic_list()] == [
        ("a", "甲", "A"),
        ("b", "乙", "乙"),
    ]


@pytest.mark.parametrize(
    ("today", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 22), 3, date(2027, 2, 22)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
    ],
)
def test_a_pause_lasts_whole_months_of_the_calendar(today: date, months: int, last: date) -> None:
    assert last_day_of_pause(today, months) == last


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(most_per_week=0),
        Wishes(weekdays=(7,)),
        Wishes(from_hour=9),
        Wishes(from_hour=12, until_hour=12),
        Wishes(from_hour=9, until_hour=25),
    ],
)
def test_wishes_that_cannot_be_are_refused(wishes: Wishes) -> None:
    with pytest.raises(InputError):
        check_wishes(wishes)


def test_all_seven_days_are_the_same_as_any_day() -> None:
    assert check_wishes(Wishes(weekdays=(6, 5, 4, 3, 2, 1, 0))).weekdays == ()


def test_of_two_words_the_stricter_holds_and_of_days_and_hours_the_newer() -> None:
    old = Wishes(frozenset({"a"}), 1, (0,), 9, 12, date(2026, 5, 1))
    new = Wishes(frozenset({"b"}), 2, (5, 6), 18, 20, None)
    both = combine([(NOON, old), (NOON + timedelta(days=1), new)])
    assert both == Wishes(frozenset({"a", "b"}), 1, (5, 6), 18, 20, date(2026, 5, 1))


def test_a_link_opens_one_persons_page_and_no_other(db: None) -> None:
    one, other = _person(), _person()
    link = api.preference_link(one, "https://shop.example", SECRET)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert api.find_by_link(token, SECRET) == one
    assert api.find_by_link(token.replace(str(one), str(other), 1), SECRET) is None
    assert api.find_by_link(token, "another secret") is None
    for nonsense in ("", "-", "x-y", "1-", "1-é", "9" * 30 + "-" + "a" * 40):
        assert api.find_by_link(nonsense, SECRET) is None
    assert len(token.partition("-")[2]) * 4 >= 128


def test_wishes_survive_a_merge_and_a_word_said_as_one_holds_for_both_afterwards(db: None) -> None:
    kept, absorbed = _person(), _person()
    api.record_preference(absorbed, Wishes(refused_topics=frozenset({"offer"})), NOON)
    assert api.find_preference(kept) is None
    merge_customers(kept, absorbed, evidence=["email"], now=NOON)
    found = api.list_preferences([kept, absorbed])
    assert found[kept].wishes.refused_topics == {"offer"}
    assert found[absorbed].customer_id == kept
    api.record_preference(kept, Wishes(most_per_week=1), NOON + timedelta(days=1))
    assert found[kept] != api.find_preference(kept)
    undo_merge(Merge.objects.get().pk)
    for number in (kept, absorbed):
        known = api.find_preference(number)
        assert known is not None
        assert known.wishes == Wishes(most_per_week=1)
        assert known.customer_id == number


def test_whoever_asked_for_nothing_is_left_out(db: None) -> None:
    one, other = _person(), _person()
    assert api.list_preferences([one, other]) == {}
    api.record_preference(one, Wishes(weekdays=(5,)), NOON)
    assert set(api.list_preferences([one, other, 987654])) == {one}

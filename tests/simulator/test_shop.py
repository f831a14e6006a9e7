"""The made-up shop: the same seed, the same shop; people as the field knows them."""

import itertools
import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from okaeri_simulator.goods import CATALOGUE, SUBSCRIPTION_SET
from okaeri_simulator.habits import HABITS
from okaeri_simulator.orders import Fate, Purchase, as_order
from okaeri_simulator.seasons import ZONE
from okaeri_simulator.shop import FIRST_DAY, LAST_DAY, Shop, make_shop

AT_NOON = datetime(2025, 3, 4, 12, 0, tzinfo=ZONE)


@pytest.fixture(scope="module")
def small() -> Shop:
    return make_shop(7, 1_500)


def test_the_same_seed_gives_the_same_shop_to_the_last_byte() -> None:
    assert make_shop(7, 200).digest() == make_shop(7, 200).digest()


def test_another_seed_gives_another_shop() -> None:
    assert make_shop(7, 200).digest() != make_shop(8, 200).digest()


def test_a_habit_never_disturbs_the_dice_of_the_others() -> None:
    without = [habit for habit in HABITS if habit.name != "subscribe"]
    rest = set(make_shop(7, 200, habits=without).purchases)
    everything = set(make_shop(7, 200).purchases)
    assert rest < everything


def test_every_order_lies_inside_the_shops_two_years_and_none_comes_before_the_first(
    small: Shop,
) -> None:
    firsts = {person.no: person.first_at for person in small.people}
    assert all(FIRST_DAY <= one.ordered_on <= LAST_DAY for one in small.purchases)
    assert all(one.ordered_at >= firsts[one.person_no] for one in small.purchases)


def test_most_people_buy_once_and_the_second_order_is_the_hardest(small: Shop) -> None:
    counts = Counter(one.person_no for one in small.purchases)
    reached = [sum(1 for n in counts.values() if n >= k) for k in range(1, 5)]
    rates = [later / earlier for earlier, later in itertools.pairwise(reached)]
    assert 0.30 < rates[0] < 0.42
    assert rates[0] < rates[1] < rates[2]


def test_no_address_or_number_can_reach_a_real_person(small: Shop) -> None:
    emails = [email for person in small.people for email in person.emails]
    assert all(email.rsplit(".", 1)[1] in {"example", "invalid", "test"} for email in emails)
    assert len(set(emails)) == len(emails)
    phones = [person.phone for person in small.people]
    # No Japanese mobile number has a zero behind its prefix.
    assert all(re.fullmatch(r"0[789]0-0\d{3}-\d{4}", phone) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_kana_and_opt_ins_are_there_and_about_one_in_seven_refuses_mail(small: Shop) -> None:
    assert all(re.fullmatch("[ァ-ヶー]+", p.family_kana + p.given_kana) for p in small.people)
    share = sum(person.opts_in for person in small.people) / len(small.people)
    assert 0.81 < share < 0.89


def test_some_people_come_back_under_a_second_address_without_their_member_number(
    small: Shop,
) -> None:
    person = next(p for p in small.people if p.second_email)
    assert person.second_email_from is not None
    before = person.party_on(person.second_email_from - timedelta(days=1))
    after = person.party_on(person.second_email_from)
    assert before.member_no
    assert not after.member_no
    assert after.email != before.email
    assert (after.phone, after.family_kana) == (before.phone, before.family_kana)


def test_subscriptions_count_their_deliveries_from_one_without_a_gap(small: Shop) -> None:
    deliveries: dict[str, list[int]] = {}
    for one in small.purchases:
        if one.subscription_no:
            assert one.basket[0][0] == SUBSCRIPTION_SET
            assert one.delivery_no is not None
            deliveries.setdefault(one.subscription_no, []).append(one.delivery_no)
    assert deliveries
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in deliveries.values())


def _order(fate: Fate) -> Purchase:
    return Purchase(
        person_no=1, ordered_at=AT_NOON, basket=(("HB-SERUM", 1),), discount=500, fate=fate
    )


def test_a_cancelled_order_is_accepted_on_its_day_and_worth_nothing_the_day_after(
    small: Shop,
) -> None:
    order = _order(Fate.CANCELLED)
    assert order.net_yen_on(order.ordered_on) == 6_100
    assert order.net_yen_on(order.ordered_on + timedelta(days=1)) == 0
    person = small.people[0]
    later = as_order(order, person, "HB-1", "template", order.ordered_on + timedelta(days=3))
    assert later.status == "cancelled"
    assert later.shipped_on is None


def test_a_part_refund_takes_half_of_one_product_when_it_is_known() -> None:
    order = _order(Fate.PARTLY_REFUNDED)
    assert order.fate_on is not None
    assert order.net_yen_on(order.fate_on - timedelta(days=1)) == 6_100
    assert order.net_yen_on(order.fate_on) == 6_100 - CATALOGUE["HB-SERUM"].price // 2


def test_the_evening_is_the_busiest_time_and_the_small_hours_the_quietest(small: Shop) -> None:
    hours = Counter(one.ordered_at.astimezone(ZONE).hour for one in small.purchases)
    assert hours[21] + hours[22] > 5 * (hours[3] + hours[4])


def test_the_shop_has_days_of_the_week_and_seasons(small: Shop) -> None:
    firsts = [person.first_at.astimezone(ZONE).date() for person in small.people]
    weekdays = Counter(day.weekday() for day in firsts)
    assert weekdays[6] > weekdays[4]
    december = sum(day.month == 12 for day in firsts)
    august = sum(day.month == 8 for day in firsts)
    assert december > august
    assert min(firsts) < date(2024, 11, 30)

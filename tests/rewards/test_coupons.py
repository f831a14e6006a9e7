"""A coupon is good for one use: never twice, never lost, whoever asks in whichever order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.rewards import api
from okaeri.rewards.coupon_types import (
    CouponFor,
    CouponKind,
    CouponRefusedError,
    CouponState,
    CouponView,
    OfferIn,
    code_in_groups,
)
from okaeri.rewards.domain import codes
from okaeri.rewards.domain.coupons import discount_of
from okaeri.rewards.models import Coupon, Redemption
from okaeri.rewards.store.coupons import view_redemptions

database = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
NEXT = OfferIn("next10", Text("次回10%引き", "10% off your next order"))


@pytest.fixture
def shop(db: None) -> clock.SimulatedClock:
    standing = clock.SimulatedClock(AT)
    clock.set_clock(standing)
    return standing


def issue(customer_id: int = 1, key: str = "e1:gift", offer: OfferIn = NEXT) -> CouponView:
    if not api.open_offers([offer.key]):
        api.create_offer(offer, now=clock.now())
    api.issue_coupons(offer.key, [CouponFor(customer_id, key)], at=clock.now())
    return api.coupons_of(customer_id)[0]


def redeem(coupon: CouponView, key: str = "till-1", amount: int = 5_000) -> int:
    use = api.redeem_coupon(
        coupon.code, key=key, reference="R-1", amount_minor=amount, at=clock.now()
    )
    assert use.discount_minor is not None
    return use.discount_minor


# ---- codes -------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32), st.data())
def test_one_wrong_letter_or_two_swapped_ones_are_noticed(salt: str, data: st.DataObject) -> None:
    code = codes.coupon_code(salt, "secret")
    assert len(code) == 16
    assert not set(code) & set("01IOL")
    assert codes.read_code(code.lower()) == code
    spot = data.draw(st.integers(0, 15))
    other = data.draw(st.sampled_from([one for one in codes.ALPHABET if one != code[spot]]))
    assert codes.read_code(code[:spot] + other + code[spot + 1 :]) == ""
    first = data.draw(st.integers(0, 13))
    a, b = code[first], code[first + 1]
    if a != b:
        assert codes.read_code(code[:first] + b + a + code[first + 2 :]) == ""


def test_a_code_is_read_however_it_was_typed() -> None:
    code = codes.coupon_code("0" * 32, "secret")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for typed in (code_in_groups(code), f" {code.lower()} ", wide, code.replace("", " ")):
        assert codes.read_code(typed) == code
    assert codes.read_code(code[:-1]) == codes.read_code("") == ""


@pytest.mark.parametrize(
    ("kind", "value", "amount", "off"),
    [
        ("percent", 10, 5_000, 500),
        ("percent", 10, 5_009, 500),
        ("percent", 100, 777, 777),
        ("amount", 500, 5_000, 500),
        ("amount", 500, 300, 300),
        ("amount", 500, 0, 0),
    ],
)
def test_what_a_coupon_takes_off(kind: str, value: int, amount: int, off: int) -> None:
    assert discount_of(kind, value, amount) == off


# ---- giving ------------------------------------------------------------------------------------


@database
def test_a_coupon_has_the_terms_of_the_house(shop: clock.SimulatedClock) -> None:
    coupon = issue()
    assert (coupon.kind, coupon.value, coupon.minimum_minor) == (CouponKind.PERCENT, 10, 0)
    assert coupon.reward == Text("10%引き", "10% off")
    # 2 November 10:00 in Tokyo is the first of thirty days.
    assert coupon.valid_until == date(2026, 12, 1)
    assert coupon.conditions.ja == "セール品は対象外です。"
    assert coupon.state is CouponState.ISSUED


@database
def test_the_same_key_is_one_coupon_and_a_person_gets_no_second_one(
    shop: clock.SimulatedClock,
) -> None:
    coupon = issue()
    people = [CouponFor(1, "e1:gift"), CouponFor(1, "e2:gift"), CouponFor(2, "e3:gift")]
    assert api.issue_coupons("next10", people, at=AT) == {"e3:gift"}
    assert [one.id for one in api.coupons_of(1)] == [coupon.id]
    with pytest.raises(InputError):
        api.issue_coupons("next10", [CouponFor(2, "e1:gift")], at=AT)
    assert api.may_get(["next10", "none"], [1, 2, 3]) == {"next10": {3}}
    with pytest.raises(IntegrityError), transaction.atomic():
        Coupon.objects.filter(customer_id=2).update(customer_id=1)


@database
def test_the_database_alone_tells_no_code(shop: clock.SimulatedClock) -> None:
    coupon = issue()
    row = Coupon.objects.values().get()
    assert coupon.code not in "".join(map(str, row.values()))
    assert row["code_sha256"] == codes.hash_code(coupon.code)


@database
@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Next"}, {"name": Text("", "x")}, {"value": 0}, {"value": 101}, {"valid_days": 0},
        {"minimum_minor": -1}, {"kind": CouponKind.AMOUNT, "value": -5},
        {"conditions": Text("長" * 301, "x")},
    ],
)  # fmt: skip
def test_an_offer_that_cannot_be_kept_is_refused(
    shop: clock.SimulatedClock, wrong: dict[str, object]
) -> None:
    with pytest.raises(InputError):
        api.create_offer(replace(NEXT, **wrong), now=AT)  # type: ignore[arg-type]
    assert api.list_offers() == []


# ---- using -------------------------------------------------------------------------------------


@database
def test_a_used_coupon_is_used_everywhere_and_the_same_request_says_the_same(
    shop: clock.SimulatedClock,
) -> None:
    coupon = issue()
    assert redeem(coupon) == 500
    assert redeem(coupon) == 500
    with pytest.raises(CouponRefusedError) as refused:
        redeem(coupon, key="till-2")
    assert refused.value.code == "coupon_used"
    found = api.find_coupon(coupon.code)
    assert found is not None
    assert found.state is CouponState.REDEEMED
    assert (len(view_redemptions(coupon_id=coupon.id)), Redemption.objects.count()) == (1, 1)


@database
def test_a_key_redeems_one_coupon_only(shop: clock.SimulatedClock) -> None:
    first, second = issue(1, "a"), issue(2, "b")
    redeem(first)
    with pytest.raises(InputError):
        redeem(second)
    assert api.coupons_of(2)[0].is_usable


@database
def test_a_coupon_is_good_until_its_last_day_ends_in_the_shop(shop: clock.SimulatedClock) -> None:
    coupon = issue()
    last_second = datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC)
    shop.move_to(last_second)
    assert api.coupons_of(1)[0].is_usable
    shop.advance(timedelta(seconds=1))
    assert api.coupons_of(1)[0].state is CouponState.EXPIRED
    with pytest.raises(CouponRefusedError) as refused:
        redeem(coupon)
    assert refused.value.code == "coupon_expired"
    assert api.get_offer("next10").expired == 1


@database
def test_too_small_a_basket_keeps_the_coupon(shop: clock.SimulatedClock) -> None:
    coupon = issue(offer=replace(NEXT, key="big", minimum_minor=3_000))
    with pytest.raises(CouponRefusedError) as refused:
        redeem(coupon, amount=2_999)
    assert refused.value.code == "coupon_minimum"
    assert "3,000円" in refused.value.message.ja
    assert redeem(coupon, amount=3_000) == 300


@database
def test_an_unknown_code_and_a_mistyped_one_sound_alike(shop: clock.SimulatedClock) -> None:
    said = []
    for code in (codes.coupon_code("f" * 32, "x"), "ABC", ""):
        with pytest.raises(NotFoundError) as error:
            api.redeem_coupon(code, key="k", reference="", amount_minor=1, at=AT)
        said.append(error.value.message)
    assert len(set(said)) == 1


@database
def test_a_use_is_taken_back_once_and_the_coupon_is_good_again(shop: clock.SimulatedClock) -> None:
    coupon = issue()
    redeem(coupon)
    use = view_redemptions(coupon_id=coupon.id)[0]
    for _ in range(2):
        back = api.reverse_redemption(use.id, because="返品", now=AT)
        assert back.reversed_at == AT
    assert api.coupons_of(1)[0].is_usable
    # The request that was taken back does not count again when it is repeated.
    redeem(coupon)
    assert api.coupons_of(1)[0].is_usable
    redeem(coupon, key="till-2")
    api.reverse_redemption(use.id, because="返品", now=AT)
    assert not api.coupons_of(1)[0].is_usable


@database
def test_what_was_withdrawn_does_not_come_back_by_a_return(shop: clock.SimulatedClock) -> None:
    coupon, other = issue(1, "a"), issue(2, "b")
    redeem(coupon)
    assert api.withdraw_offer("next10", now=AT) == 1
    with pytest.raises(CouponRefusedError) as refused:
        redeem(other, key="till-2")
    assert refused.value.code == "coupon_withdrawn"
    api.reverse_redemption(view_redemptions(coupon_id=coupon.id)[0].id, because="", now=AT)
    assert api.coupons_of(1)[0].state is CouponState.WITHDRAWN
    with pytest.raises(InputError):
        api.issue_coupons("next10", [CouponFor(3, "c")], at=AT)


@database
def test_a_stopped_offer_keeps_its_word(shop: clock.SimulatedClock) -> None:
    coupon = issue()
    api.stop_offer("next10", now=AT)
    assert (api.open_offers(["next10"]), redeem(coupon)) == (set(), 500)
    assert (api.get_offer("next10").redeemed, api.get_offer("next10").discount_minor) == (1, 500)


@database
def test_forgetting_a_person_leaves_figures_and_no_code(shop: clock.SimulatedClock) -> None:
    used, unused = issue(1, "a"), issue(2, "b")
    redeem(used)
    documents = api.export_person([1])
    assert documents["coupons"][0]["last4"] == used.last4
    assert documents["coupon_uses"][0]["reference"] == "R-1"
    with transaction.atomic():
        assert api.erase_person([1, 2]) == {"coupons": 2, "coupon_uses": 1}
    assert api.coupons_of(2)[0].state is CouponState.WITHDRAWN
    assert api.coupons_of(2)[0].code == ""
    assert api.get_offer("next10").discount_minor == 500
    with pytest.raises(CouponRefusedError):
        redeem(unused, key="till-2")
    api.reverse_redemption(view_redemptions(coupon_id=used.id)[0].id, because="", now=AT)
    assert not api.coupons_of(1)[0].is_usable


# ---- at the same second ------------------------------------------------------------------------


@pytest.fixture
def open_shop(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several threads may write: SQLite in memory refuses where a file waits."""
    clock.set_clock(clock.SimulatedClock(AT))
    if connection.vendor != "sqlite":
        yield
        return
    name, in_memory = connection.settings_dict["NAME"], connection.connection
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "shop.db")])
    connection.connection, connection.settings_dict["NAME"] = None, str(tmp_path / "shop.db")
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name


def at_once(tills: int, do: Callable[[int], str]) -> list[str]:
    start = threading.Barrier(tills)

    def till(number: int) -> str:
        start.wait()
        try:
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(tills) as pool:
        return sorted(pool.map(till, range(tills)))


@pytest.mark.django_db(transaction=True)
def test_of_many_tills_at_the_same_second_exactly_one_wins(open_shop: None) -> None:
    """On SQLite one writes at a time; on PostgreSQL (`make postgres`) the tills truly overlap."""
    for round_ in range(5):
        coupon = issue(round_ + 1, f"e{round_}")

        def pay(number: int, coupon: CouponView = coupon) -> str:
            try:
                redeem(coupon, key=f"till-{coupon.id}-{number}")
            except CouponRefusedError as error:
                return error.code
            return "won"

        assert at_once(4, pay) == ["coupon_used"] * 3 + ["won"]
        assert Redemption.objects.filter(coupon_id=coupon.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_till_that_asks_twice_at_once_uses_it_once_and_hears_so_twice(open_shop: None) -> None:
    coupon = issue()
    assert at_once(4, lambda _: str(redeem(coupon))) == ["500"] * 4
    assert Redemption.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_give_the_same_coupon_give_one(open_shop: None) -> None:
    api.create_offer(NEXT, now=AT)

    def give(number: int) -> str:
        with transaction.atomic():
            api.issue_coupons("next10", [CouponFor(1, f"walk-{number}")], at=AT)
        return ""

    at_once(4, give)
    assert len(api.coupons_of(1)) == 1

"""EC-CUBE's Web API, asked page by page: nothing missed, nothing twice, bad days lived through."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from okaeri.foundation import asking, clock
from okaeri.foundation.asking import UnavailableError, check_address
from okaeri.foundation.errors import InputError
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake import duties
from okaeri.intake.models import Delivery, Order, Party, Payment, Poll, Product
from okaeri.intake.polling import leave
from tests.intake.fake_eccube import FakeEccube, running

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")


class Reader:
    """A connection to the fake shop, and the worker that reads it."""

    def __init__(self, shop: FakeEccube, standing: clock.SimulatedClock, secret: str) -> None:
        self.shop, self.clock, self.secret = shop, standing, secret
        self.connection = intake.list_connections()[0]
        self._loop = WorkLoop(duties.duties())

    def work(self) -> None:
        self._loop.run_until_idle()

    def pass_minutes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.shop.now += timedelta(minutes=minutes)
        self.work()

    @property
    def error(self) -> str:
        found = intake.get_connection(self.connection.id).last_error
        return found.ja if found else ""

    def knock(self) -> str:
        raw = b'[{"entity":"order","id":7,"action":"updated"}]'
        signature = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-ECCUBE-URL": "https://shop/", "X-ECCUBE-Signature": signature}
        return intake.receive(self.connection.key, headers, raw, self.clock.now()).outcome


@pytest.fixture
def reader() -> Iterator[Reader]:
    standing = clock.SimulatedClock(NOW)
    with clock.use(standing), running() as shop:
        made, secret = intake.create_connection("本店", "eccube")
        intake.save_poll(
            made.id, shop_url=shop.url, admin_url=f"{shop.url}/admin", client_id="me",
            client_secret="s3cret",
        )  # fmt: skip
        intake.take_leave(made.id, shop.code)
        yield Reader(shop, standing, secret)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def test_an_order_arrives_with_its_person_money_and_day(reader: Reader) -> None:
    reader.shop.order(
        1, changed=ago(hours=2), payment_date="2026-11-02T00:00:00+09:00",
        Shippings=[{"shipping_date": "2026-11-03T15:00:00+00:00"}],
    )  # fmt: skip
    reader.work()
    order = Order.objects.get()
    assert (order.source, order.order_no, order.status) == ("eccube", "1", "accepted")
    assert (order.lines_minor, order.points_minor, order.shipping_minor) == (3300, 100, 500)
    assert (order.total_minor, order.shipped_on) == (3700, date(2026, 11, 4))
    party = Party.objects.get()
    assert (party.member_no, party.email, party.family_name) == ("71", "p1@example.com", "山田")
    assert (party.prefecture, party.address) == ("東京都", "渋谷区神宮前 1-2-3")
    assert Payment.objects.get().paid_on == date(2026, 11, 2)
    # Until the next turn nothing is asked.
    asked = len(reader.shop.asked)
    reader.pass_minutes(4)
    assert len(reader.shop.asked) == asked
    reader.pass_minutes(1)
    assert len(reader.shop.asked) == asked + 3


def test_members_and_products_come_as_well_and_carts_and_leavers_do_not(reader: Reader) -> None:
    since = "2024-01-02T10:00:00+09:00"
    born = "1980-05-06T00:00:00+09:00"
    reader.shop.member(7, changed=ago(hours=1), name01="佐藤", birth=born, create_date=since)
    reader.shop.member(8, changed=ago(hours=1), Status={"id": "3"})
    reader.shop.order(9, changed=ago(hours=1), order_date=None, OrderStatus={"id": "8"})
    reader.shop.product(3, changed=ago(hours=1))
    reader.work()
    assert not Order.objects.exists()
    party = Party.objects.get()
    assert (party.member_no, party.family_name, party.birth_on) == ("7", "佐藤", date(1980, 5, 6))
    assert str(party.registered_at) == str(party.known_at) == "2024-01-02 01:00:00+00:00"
    product = Product.objects.get()
    assert (product.sku, product.name, product.category) == ("LOTION", "化粧水 大", "スキンケア")
    assert product.stock == 12


def test_many_pages_are_read_whole_while_the_shop_goes_on_changing_them(reader: Reader) -> None:
    for number in range(1, 181):
        reader.shop.order(number, changed=ago(days=10) + timedelta(minutes=number))
    turn = iter(range(1, 100))

    def change_one() -> None:
        # An old order moves to the front: everything before it moves back a place.
        number = next(turn)
        reader.shop.order(number, changed=reader.shop.now, OrderStatus={"id": "3"})

    reader.shop.meanwhile = change_one
    reader.work()
    reader.shop.meanwhile = lambda: None
    assert [page["page"] for name, page in reader.shop.asked if name == "orders"] == [
        "1", "4", "3", "2", "1",
    ]  # fmt: skip
    reader.pass_minutes(5)
    stored = dict(Order.objects.values_list("order_no", "status"))
    wanted = {
        str(n): "cancelled" if one["OrderStatus"]["id"] == "3" else "accepted"
        for n in range(1, 181)
        for one in reader.shop.lists["orders"]
        if one["id"] == str(n)
    }
    assert stored == wanted
    assert "cancelled" in wanted.values()


def test_the_next_window_begins_before_the_end_of_the_last_and_brings_nothing_twice(
    reader: Reader,
) -> None:
    reader.shop.order(1, changed=ago(minutes=3))
    reader.work()
    rows = Delivery.objects.count()
    changes = Order.objects.get().change_no
    reader.shop.moods = ["twice"]
    # Written late: its day of change lies before the end of the window that was read.
    reader.shop.order(2, changed=ago(minutes=1))
    reader.pass_minutes(5)
    _, asked = next(one for one in reader.shop.asked[-3:] if one[0] == "orders")
    assert datetime.fromisoformat(asked["update_datetime_start"]) < ago(minutes=9)
    assert sorted(Order.objects.values_list("order_no", flat=True)) == ["1", "2"]
    assert Order.objects.get(order_no="1").change_no == changes
    assert Delivery.objects.count() == rows + 1


def test_an_older_state_of_an_order_never_replaces_a_newer_one(reader: Reader) -> None:
    reader.shop.order(1, changed=ago(minutes=5), OrderStatus={"id": "3"})
    reader.work()
    reader.shop.order(1, changed=ago(minutes=8), OrderStatus={"id": "1"})
    reader.pass_minutes(5)
    assert Order.objects.get().status == "cancelled"


@pytest.mark.parametrize("mood", ["500", "hang", "cut", "html", "errors", "moved"])
def test_a_bad_day_of_the_shop_is_said_and_lived_through(
    reader: Reader, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mood == "hang":
        monkeypatch.setattr(asking, "TIMEOUT_SECONDS", 1.0)
    reader.shop.order(1, changed=ago(hours=1))
    reader.shop.moods = [mood, mood]
    reader.work()
    assert not Order.objects.exists()
    assert "もう一度試します" in reader.error
    reader.pass_minutes(1)
    assert not Order.objects.exists()
    # The second pause is longer than the first.
    reader.pass_minutes(1)
    assert not Order.objects.exists()
    monkeypatch.undo()
    reader.pass_minutes(1)
    assert Order.objects.count() == 1
    assert reader.error == ""
    assert Poll.objects.get().failures == 0


def test_warnings_beside_the_data_are_no_error(reader: Reader) -> None:
    reader.shop.order(1, changed=ago(hours=1))
    reader.shop.moods = ["warnings"]
    reader.work()
    assert Order.objects.count() == 1


def test_a_page_that_breaks_half_way_through_the_list_is_asked_for_again(reader: Reader) -> None:
    for number in range(1, 121):
        reader.shop.order(number, changed=ago(days=1) + timedelta(minutes=number))
    reader.shop.moods = ["", "", "500"]
    reader.work()
    assert Order.objects.count() == 20
    reader.pass_minutes(1)
    assert Order.objects.count() == 120
    pages = [asked["page"] for name, asked in reader.shop.asked if name == "orders"]
    assert pages == ["1", "3", "2", "1"]


def test_what_cannot_be_used_is_kept_and_does_not_hold_up_the_rest(reader: Reader) -> None:
    reader.shop.order(1, changed=ago(hours=1), payment_total="a lot")
    reader.shop.order(2, changed=ago(hours=1))
    reader.work()
    assert Order.objects.get().order_no == "2"
    failed = next(one for one in intake.list_deliveries(reader.connection.id) if one.can_retry)
    assert (failed.topic, "payment_total" in str(failed.error)) == ("eccube/order", True)


def test_tokens_are_renewed_before_they_end_and_when_they_are_refused(reader: Reader) -> None:
    reader.work()
    assert reader.shop.renewed == 1
    reader.pass_minutes(59)
    assert reader.shop.renewed == 2
    reader.shop.tokens.clear()
    reader.shop.order(1, changed=reader.shop.now)
    reader.pass_minutes(5)
    assert (reader.shop.renewed, Order.objects.count()) == (3, 1)


def test_leave_taken_back_is_said_and_the_shop_is_left_in_peace(reader: Reader) -> None:
    reader.work()
    reader.shop.tokens.clear()
    reader.shop.refresh.clear()
    reader.pass_minutes(5)
    assert "もう一度「許可する」" in reader.error
    asked = len(reader.shop.asked)
    reader.pass_minutes(600)
    assert len(reader.shop.asked) == asked
    assert reader.knock() == "ignored"
    reader.work()
    assert len(reader.shop.asked) == asked
    intake.take_leave(reader.connection.id, reader.shop.code)
    reader.work()
    assert len(reader.shop.asked) == asked + 3
    assert reader.error == ""


def test_a_signed_notice_brings_the_next_turn_at_once(reader: Reader) -> None:
    reader.work()
    reader.shop.order(7, changed=NOW)
    reader.clock.advance(timedelta(seconds=30))
    reader.shop.now += timedelta(seconds=30)
    reader.work()
    assert not Order.objects.exists()
    assert reader.knock() == "ignored"
    reader.work()
    assert Order.objects.get().order_no == "7"
    assert "すぐに読みに行きます" in str(intake.list_deliveries(reader.connection.id)[-1].error)


def test_a_closed_connection_is_not_asked(reader: Reader) -> None:
    intake.switch_connection(reader.connection.id, is_active=False)
    reader.work()
    assert reader.shop.asked == []


def test_two_workers_do_not_read_the_same_page(reader: Reader) -> None:
    reader.shop.order(1, changed=ago(hours=1))
    other = WorkLoop(duties.duties())
    reader.shop.meanwhile = lambda: None
    Poll.objects.update(lease_until=NOW + timedelta(minutes=1))
    other.run_until_idle()
    assert reader.shop.asked == []
    # A worker that was killed is followed by another one.
    reader.pass_minutes(2)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "url",
    ["http://shop.example", "ftp://shop.example", "https://me:pw@shop.example", "https://", "shop"],
)
def test_only_safe_addresses_are_asked(url: str) -> None:
    with pytest.raises(InputError):
        check_address(url)
    assert check_address("https://shop.example/ec/ ".strip()) == "https://shop.example/ec"


def test_a_code_that_does_not_hold_changes_nothing(reader: Reader) -> None:
    Poll.objects.update(next_at=None)
    with pytest.raises(leave.RefusedError):
        intake.take_leave(reader.connection.id, "wrong")
    assert Poll.objects.get().next_at is None


def test_secrets_of_the_other_side_lie_encrypted(reader: Reader) -> None:
    row: Any = Poll.objects.get()
    stored = "".join((row.client_secret, row.refresh_token, row.access_token))
    assert "s3cret" not in stored
    assert "refresh-1" not in stored
    assert "access-1" not in stored


def test_an_answer_without_end_is_given_up(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_BYTES", 10)
    with pytest.raises(UnavailableError):
        asking.ask_json(f"{reader.shop.url}/api", {"query": "x"}, token="wrong")

"""What lies in a cart, and how long a step of hours lasts."""

from datetime import UTC, datetime, timedelta

from okaeri.customers.types import Purchase
from okaeri.intake.event_types import CartChange
from okaeri.plan.domain.advance import Advanced, advance
from okaeri.plan.domain.cart import Item, last_bought_at, read_cart, restore_link
from okaeri.plan.journeys.definition import find_problems
from tests.plan.journeys_for_tests import HEADER, START, TOKYO, definition_of, facts, walk_at

_CART_HEADER = HEADER.replace("{kind: purchase, number: 1}", "{kind: cart}").replace(
    "anchor: order", "anchor: entry\nexit_on: [purchase, cart_emptied]"
)
_HOURS = "- {id: pause, wait: {after_hours: 23}}\n- {id: end, exit: {}}"


def change(number: int, sku: str, quantity: int | None = None, *, out: bool = False) -> CartChange:
    at = START + timedelta(minutes=number)
    return CartChange(number, not out, "device", None, at, at, sku, quantity, number)


def purchase(at: datetime, *, is_purchase: bool = True) -> Purchase:
    return Purchase(
        1, "A1", "shop", at, at.astimezone(TOKYO).date(), is_purchase, "accepted", 5000, None, None
    )


def test_what_goes_in_adds_up_and_what_comes_out_is_taken_off() -> None:
    cart = read_cart(
        [
            change(1, "A", 2), change(2, "B"), change(3, "A"), change(4, "C", 5),
            change(5, "B", out=True), change(6, "A", 1, out=True),
        ],
        None,
    )  # fmt: skip
    assert cart is not None
    assert cart.items == (Item("C", 5), Item("A", 2))
    assert (cart.last_id, cart.changed_at) == (6, START + timedelta(minutes=6))


def test_a_cart_is_empty_after_taking_out_all_or_everything_or_after_a_purchase() -> None:
    filled = [change(1, "A", 2), change(2, "B")]
    assert read_cart([*filled, change(3, "A", out=True), change(4, "B", 9, out=True)], None) is None
    assert read_cart([*filled, change(3, "", out=True)], None) is None
    assert read_cart(filled, START + timedelta(minutes=2)) is None
    assert read_cart([change(1, "A", 0)], None) is None
    assert read_cart([], None) is None


def test_an_order_known_by_its_day_alone_empties_the_cart_of_that_day() -> None:
    midnight = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert last_bought_at([purchase(midnight)], TOKYO) == midnight + timedelta(days=1)
    assert last_bought_at([purchase(START)], TOKYO) == START
    assert last_bought_at([purchase(START, is_purchase=False)], TOKYO) is None


def test_the_link_is_written_as_the_shop_wants_it_and_nothing_breaks_out_of_it() -> None:
    items = (Item("411", 2), Item('"><b>&x=1', 1), Item("", 1))
    assert restore_link(items, "https://s.example/cart/{items}", "{sku}:{quantity}", ",") == (
        "https://s.example/cart/411:2,%22%3E%3Cb%3E%26x%3D1:1"
    )
    form = restore_link(items[:1], "https://s.example/c?{items}", "id[]={sku}&n[]={quantity}", "&")
    assert form == "https://s.example/c?id[]=411&n[]=2"
    assert restore_link(items, "https://s.example/cart", "{sku}", ",") == "https://s.example/cart"


def test_a_wait_of_hours_counts_from_the_very_minute_of_the_arrival() -> None:
    definition = definition_of(_HOURS)
    arrived = START + timedelta(minutes=30)
    walk = walk_at("pause", arrived_at=arrived)
    stays = advance(definition, walk, facts(), arrived + timedelta(hours=22, minutes=59))
    assert isinstance(stays, Advanced)
    assert stays.walk.state == "active"
    assert stays.walk.due_at == arrived + timedelta(hours=23)
    assert stays.walk.arrived_at == arrived
    over = advance(definition, stays.walk, facts(), arrived + timedelta(hours=23))
    assert isinstance(over, Advanced)
    assert over.walk.state == "finished"


def test_an_empty_cart_ends_only_the_journeys_that_say_so() -> None:
    empty = facts(is_cart_empty=True)
    ended = advance(definition_of(_HOURS, _CART_HEADER), walk_at("pause"), empty, START)
    assert isinstance(ended, Advanced)
    assert ended.walk.exit_reason == "cart_emptied"
    goes_on = advance(definition_of(_HOURS), walk_at("pause"), empty, START)
    assert isinstance(goes_on, Advanced)
    assert goes_on.walk.state == "active"


def test_a_journey_of_orders_cannot_end_by_an_empty_cart() -> None:
    wrong = HEADER + "exit_on: [purchase, cart_emptied]\nnodes:\n" + _HOURS
    (problem,) = find_problems(wrong)
    assert "cart_emptied" in problem.en

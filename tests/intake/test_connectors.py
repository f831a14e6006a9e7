"""The same purchases in every cart's layout: recognised, read, and equal in orders, people and sums."""

import random
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from okaeri.customers import api as customers
from okaeri.customers.models import ConsentEvent, ContactPoint, IdentityKey
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.intake import api
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.files.rows import column_positions
from okaeri.intake.models import Order, Party
from tests.intake import carts
from tests.intake.carts import CARTS, MALLS, PURCHASES, Cart, as_bytes

TOKYO = ZoneInfo("Asia/Tokyo")
BY_CART = pytest.mark.parametrize("cart", CARTS, ids=lambda cart: cart.key)
DIRECT = [cart for cart in CARTS if cart.key not in MALLS]


def _imported(cart: Cart, folder: Path) -> dict[str, Any]:
    result = api.import_file(cart.file(folder))
    assert (result.connector, result.rows_rejected) == (cart.key, 0), result
    return {order.order_no: order for order in api.list_orders_after(0, 100)}


def _resolve() -> None:
    while customers.resolve_new_parties(clock.now()):
        pass


# ---- golden: what happened, whoever wrote it down ------------------------------------------------


@pytest.mark.django_db
@BY_CART
def test_the_same_purchases_give_the_same_orders_in_every_layout(
    cart: Cart, tmp_path: Path
) -> None:
    orders = _imported(cart, tmp_path)
    assert list(orders) == [p.number for p in PURCHASES]
    for p in PURCHASES:
        order = orders[p.number]
        at = datetime.fromisoformat(f"{p.day}T{p.time}").replace(tzinfo=TOKYO)
        assert (order.ordered_at, order.ordered_on) == (at.astimezone(UTC), at.date())
        assert (order.status, order.is_purchase) == (
            ("cancelled", False) if p.is_cancelled else ("accepted", True)
        )
        assert order.net_minor == (0 if p.is_cancelled else p.paid - p.shipping)
        if cart.key == "amazon" and p.is_cancelled:
            continue  # Amazon takes the prices away with the order.
        stored = Order.objects.get(id=order.id)
        # A receipt of a shop has no shipping.
        shipping = 0 if cart.key == "smaregi" else p.shipping
        assert stored.shipping_minor == shipping
        assert order.total_minor == p.paid - p.shipping + shipping
        if cart.key == "amazon":
            continue  # Its discounts stand on the lines.
        assert stored.lines_minor == p.goods
        assert stored.discount_minor + stored.points_minor == p.discount + p.points
        lines = api.list_lines([order.id])[order.id]
        assert [(x.sku, x.product_name, x.quantity, x.amount_minor) for x in lines] == [
            (item.sku, item.name, item.quantity, item.amount) for item in p.items
        ]


@pytest.mark.django_db
@BY_CART
def test_the_same_purchases_give_the_same_people_in_every_layout(
    cart: Cart, tmp_path: Path
) -> None:
    orders = _imported(cart, tmp_path)
    _resolve()
    if cart.key == "amazon":
        assert {order.party_id for order in orders.values()} == {None}
        return  # It tells of nobody.
    homes = customers.customers_of_parties(o.party_id for o in orders.values())
    buyers: dict[int, list[str]] = {}
    for order in orders.values():
        buyers.setdefault(homes[order.party_id], []).append(order.order_no)
    assert sorted(buyers.values()) == [["A-1001", "A-1003"], ["A-1002", "A-1004"]]
    if cart.key == "smaregi":
        return  # It names nobody.
    names = [(p.family_name, p.given_name) for p in map(customers.get_customer, buyers)]
    assert sorted(names) == [("鈴木", "一郎"), ("髙橋", "花子")]


@pytest.mark.django_db
@pytest.mark.parametrize("cart", DIRECT, ids=lambda cart: cart.key)
def test_addresses_of_own_shops_can_be_written_to(cart: Cart, tmp_path: Path) -> None:
    _imported(cart, tmp_path)
    _resolve()
    addresses = set(ContactPoint.objects.filter(channel="email").values_list("address", flat=True))
    wanted = set() if cart.key == "smaregi" else {"hanako@example.com", "ichiro@example.jp"}
    assert addresses == wanted


@pytest.mark.django_db
@BY_CART
def test_the_same_file_again_changes_nothing(cart: Cart, tmp_path: Path) -> None:
    _imported(cart, tmp_path)
    again = api.import_file(cart.file(tmp_path))
    assert (again.orders_new, again.orders_updated, again.orders_unchanged) == (0, 0, 4)


# ---- recognising ---------------------------------------------------------------------------------


@BY_CART
def test_a_header_belongs_to_one_connector_only(cart: Cart) -> None:
    positions = column_positions(list(cart.rows()[0]))
    assert [key for key, known in CONNECTORS.items() if known.recognises(positions)] == [cart.key]


def _full_width(name: str) -> str:
    wide = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
    return "".join(wide.get(letter, letter) for letter in name)


@pytest.mark.django_db
@BY_CART
def test_columns_are_found_by_name_whatever_their_order_width_and_company(
    cart: Cart, tmp_path: Path
) -> None:
    """Shuffled, full-width, spaced, behind a byte order mark, with columns nobody knows."""
    rows = cart.rows()
    names = list(dict.fromkeys(name for row in rows for name in row))
    random.Random(7).shuffle(names)
    looks = (str, _full_width, lambda n: f"\u3000{n} ", lambda n: n.upper())
    shown = {name: looks[place % len(looks)](name) for place, name in enumerate(names)}
    assert any(unicodedata.normalize("NFKC", new) != new for new in shown.values())
    other = [
        {"謎の列": "?"} | {shown[name]: row.get(name, "") for name in names} | {"Another": "x"}
        for row in rows
    ]
    path = tmp_path / "other.csv"
    path.write_bytes(as_bytes(other, "utf-8-sig", cart.delimiter))
    assert api.detect_file(path).connector == cart.key
    result = api.import_file(path)
    assert (result.orders_new, result.rows_rejected) == (4, 0)
    nets = {order.order_no: order.net_minor for order in api.list_orders_after(0, 9)}
    assert nets == {p.number: 0 if p.is_cancelled else p.paid - p.shipping for p in PURCHASES}


@BY_CART
def test_a_file_that_misses_a_needed_column_is_never_half_read(cart: Cart, tmp_path: Path) -> None:
    """It is not recognised, or the missing column is named: either way a person is asked."""
    needed = CONNECTORS[cart.key].required
    for field in needed:
        gone = {name.strip("*") for name in CONNECTORS[cart.key].columns[field]}
        rows = [
            {name: cell for name, cell in row.items() if name.strip("*") not in gone}
            for row in cart.rows()
        ]
        path = tmp_path / f"{field}.csv"
        path.write_bytes(as_bytes(rows, cart.encoding, cart.delimiter))
        with pytest.raises(InputError):
            api.stage_file(path, zone=TOKYO)


def test_partial_and_mall_layouts_say_so_in_the_list_of_connectors() -> None:
    known = {info.key: info for info in api.list_connectors()}
    assert {key for key, info in known.items() if info.is_analysis_only} == {
        *MALLS,
        "mapped_mall",
    }
    assert {key for key, info in known.items() if info.is_partial} == {
        "futureshop", "makeshop", "ecforce", "samurai", "tamago", "nextengine", "smaregi",
        "rakuten", "yahoo",
    }  # fmt: skip
    assert all(info.note.ja and info.note.en for info in known.values())


# ---- unknown columns, statuses, subscriptions, sums ----------------------------------------------


@pytest.mark.django_db
def test_unknown_columns_of_every_row_of_an_order_are_kept_with_it(tmp_path: Path) -> None:
    cart = next(cart for cart in CARTS if cart.key == "base")
    rows = cart.rows()
    rows[0]["バリエーション"], rows[1]["バリエーション"] = "赤", "青"
    rows[0]["備考"] = rows[1]["備考"] = "玄関前"
    path = tmp_path / "base.csv"
    path.write_bytes(as_bytes(rows, cart.encoding))
    api.import_file(path)
    extra = Order.objects.get(order_no="A-1001").extra
    assert (extra["バリエーション"], extra["バリエーション #2"]) == ("赤", "青")
    assert (extra["備考"], "備考 #2" in extra) == ("玄関前", False)


def _status(cart_key: str, tmp_path: Path, **cells: str) -> str:
    cart = next(cart for cart in CARTS if cart.key == cart_key)
    row = cart.rows()[0] | cells
    path = tmp_path / "one.csv"
    path.write_bytes(as_bytes([row], cart.encoding, cart.delimiter))
    staged = api.stage_file(path, zone=TOKYO)
    try:
        assert (staged.orders, staged.rows_rejected) == (1, 0), staged.rejected
        return str(_column(staged.orders_path, "status")[0])
    finally:
        api.discard_staged(staged)


def _column(path: Path, name: str) -> list[Any]:
    return list(pq.read_table(path)[name].to_pylist())


@pytest.mark.parametrize(
    ("cart", "cells", "status"),
    [
        ("makeshop", {"処理状況": "返送"}, "returned"),
        ("makeshop", {"処理状況": "未処理"}, "accepted"),
        ("rakuten", {"ステータス": "900"}, "cancelled"),
        ("rakuten", {"ステータス": "キャンセル確定待ち"}, "cancelled"),
        ("rakuten", {"ステータス": "300"}, "accepted"),
        ("yahoo", {"OrderStatus": "1"}, "accepted"),
        ("amazon", {"order-status": "Shipped - Returned to Seller"}, "returned"),
        (
            "amazon",
            {"order-status": "Pending", "item-price": "", "item-promotion-discount": ""},
            "accepted",
        ),
        ("smaregi", {"取引区分": "6"}, "test"),
        ("tamago", {"注文ステータス": "配達完了"}, "accepted"),
        ("tamago", {"注文ステータス": "返品済"}, "returned"),
        ("nextengine", {"キャンセル区分": "2"}, "cancelled"),
        ("ecforce", {"対応状況": "テスト注文"}, "test"),
        ("samurai", {"受注ステータス": "入金待ち"}, "accepted"),
        ("futureshop", {"ステータス": "返品"}, "returned"),
        ("base", {"発送状況": "未発送"}, "accepted"),
        ("shopify", {"Payment Method": "(for testing) Bogus Gateway"}, "test"),
        ("shopify", {"Financial Status": "refunded"}, "returned"),
    ],
)
def test_statuses_decide_what_counts_by_the_words_of_each_cart(
    cart: str, cells: dict[str, str], status: str, tmp_path: Path
) -> None:
    assert _status(cart, tmp_path, **cells) == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cart", "number", "count"),
    [("ecforce", "T-7", 1), ("samurai", "123-45678-90", 2)],
)
def test_subscriptions_keep_their_number_and_count(
    cart: str, number: str, count: int, tmp_path: Path
) -> None:
    _imported(next(one for one in CARTS if one.key == cart), tmp_path)
    first, second = (Order.objects.get(order_no=no) for no in ("A-1001", "A-1002"))
    assert (first.subscription_no, first.delivery_no) == (number, count)
    assert (second.subscription_no, second.delivery_no) == ("", None)


@pytest.mark.parametrize(
    ("total", "tax", "net"),
    [
        # 5,000 and 550 shipping: the total says whether 500 of tax are inside or on top.
        ("5550", "500", 5000 - 400),
        ("6050", "500", 5450 - 400),
        ("5150", "500", 5000 - 400),
        ("5650", "500", 5450 - 400),
        ("9999", "500", 5000 - 400),
        # The tax is as much as discount and points: the sums meet without it already.
        ("5550", "400", 5000 - 400),
        ("", "500", 5000 - 400),
    ],
)
def test_tax_joins_the_prices_where_only_so_the_sums_meet(
    total: str, tax: str, net: int, tmp_path: Path
) -> None:
    cart = next(cart for cart in CARTS if cart.key == "futureshop")
    row = cart.rows()[0] | {
        "販売単価": "2500", "購入数量": "2", "請求合計金額": total, "消費税合計": tax,
    }  # fmt: skip
    path = tmp_path / "tax.csv"
    path.write_bytes(as_bytes([row], "cp932"))
    staged = api.stage_file(path, zone=TOKYO)
    assert _column(staged.orders_path, "net_minor") == [net]
    api.discard_staged(staged)


def test_a_sum_that_cannot_be_read_refuses_the_order_and_no_more(tmp_path: Path) -> None:
    """Found by the spoilt files: an unreadable subtotal of Shopify's broke the whole import."""
    cart = next(cart for cart in CARTS if cart.key == "shopify")
    rows = cart.rows()
    rows[0]["Subtotal"], rows[-3]["Taxes"] = "many", "x"
    path = tmp_path / "shopify.csv"
    path.write_bytes(as_bytes(rows, "utf-8"))
    staged = api.stage_file(path, zone=TOKYO)
    assert (staged.orders, staged.rows_rejected) == (2, 5)
    api.discard_staged(staged)


def test_an_order_of_which_any_row_is_broken_never_comes_in_without_it(tmp_path: Path) -> None:
    """Neither where the broken row has too many cells nor where the order's rows stand apart."""
    cart = next(cart for cart in CARTS if cart.key == "template")
    lines = as_bytes(cart.rows(), "utf-8").splitlines()
    path = tmp_path / "broken.csv"
    for place in (5, 6, 7):
        odd = [*lines[:place], lines[place].replace(b",", b",,", 3), *lines[place + 1 :]]
        path.write_bytes(b"\r\n".join(odd))
        staged = api.stage_file(path, zone=TOKYO)
        assert _column(staged.orders_path, "order_no") == ["A-1001", "A-1002", "A-1003"]
        assert staged.rows_rejected == 3
        api.discard_staged(staged)
    # The bad row comes first, another order follows, the good rows come last.
    bad = lines[5].replace(b"2026/06/02", b"never")
    path.write_bytes(b"\r\n".join([lines[0], bad, *lines[1:5], *lines[6:]]))
    staged = api.stage_file(path, zone=TOKYO)
    assert _column(staged.orders_path, "order_no") == ["A-1001", "A-1002", "A-1003"]
    api.discard_staged(staged)


def test_a_positive_adjustment_is_no_discount(tmp_path: Path) -> None:
    cart = next(cart for cart in CARTS if cart.key == "base")
    path = tmp_path / "base.csv"
    path.write_bytes(as_bytes([cart.rows()[0] | {"調整金額": "500"}], cart.encoding))
    staged = api.stage_file(path, zone=TOKYO)
    assert _column(staged.orders_path, "net_minor") == [6600]
    api.discard_staged(staged)


@pytest.mark.django_db
def test_rakutens_old_layout_gives_the_same_orders_of_the_same_source(tmp_path: Path) -> None:
    _imported(next(cart for cart in CARTS if cart.key == "rakuten"), tmp_path)
    nets = {order.order_no: order.net_minor for order in api.list_orders_after(0, 9)}
    result = api.import_file(carts.OLD_RAKUTEN.file(tmp_path))
    assert (result.connector, result.orders_new, result.rows_rejected) == ("rakuten", 0, 0)
    assert {o.order_no: o.net_minor for o in api.list_orders_after(0, 9)} == nets


# ---- malls ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("key", MALLS)
def test_nobody_of_a_mall_can_ever_be_written_to(key: str, tmp_path: Path) -> None:
    """No address, phone, street or consent is stored: there is nothing a message could go to."""
    _imported(next(cart for cart in CARTS if cart.key == key), tmp_path)
    _resolve()
    assert Party.objects.count() == (0 if key == "amazon" else 2)
    for party in Party.objects.all():
        said = (party.email, party.email_key, party.phone, party.phone_key, party.line_user_id)
        assert (*said, party.address, party.email_opt_in) == ("", "", "", "", "", "", None)
    assert not ContactPoint.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert set(IdentityKey.objects.values_list("kind", flat=True)) <= {"member"}
    raw = str(list(Party.objects.values())) + str(list(Order.objects.values_list("extra")))
    for secret in (
        "hanako@example.com",
        "fw.rakuten",
        "9012345678",
        "1234-5678",
        "'5678'",
        "神宮前",
    ):
        assert secret not in raw, secret


@pytest.mark.django_db
def test_consent_for_everybody_reaches_nobody_of_a_mall(tmp_path: Path) -> None:
    _imported(next(cart for cart in CARTS if cart.key == "rakuten"), tmp_path)
    _resolve()
    given = customers.assume_consent(
        channel="email", basis="business_relationship", source="staff", note="all"
    )
    assert given == 0


@pytest.mark.django_db
def test_a_mall_buyer_is_not_joined_with_a_customer_of_the_own_shop(tmp_path: Path) -> None:
    """Not even where name and phone are the same: what the mall told is not ours to use."""
    for key in ("template", "yahoo"):
        api.import_file(next(cart for cart in CARTS if cart.key == key).file(tmp_path))
    _resolve()
    assert customers.count_customers() == 4


_AMAZON_NAMES = {
    "buyer-name", "recipient-name", "buyer-email", "buyer-company-name", "delivery-instructions",
}  # fmt: skip


@pytest.mark.django_db
def test_an_amazon_order_without_a_buyer_belongs_to_nobody(tmp_path: Path) -> None:
    """A postal code is no person: it stays with the order, for analysis by area."""
    cart = next(cart for cart in CARTS if cart.key == "amazon")
    named = dict.fromkeys(_AMAZON_NAMES, "鈴木 一郎")
    rows = [row | named for row in cart.rows()]
    path = tmp_path / "all-orders.txt"
    path.write_bytes(as_bytes(rows, "utf-8", "\t"))
    assert api.import_file(path).orders_new == 4
    assert not Party.objects.exists()
    order = Order.objects.get(order_no="A-1001")
    assert (order.party_id, order.extra["ship-postal-code"]) == (None, "150-0001")
    assert not _AMAZON_NAMES & set(order.extra)


@pytest.mark.django_db
def test_a_mapping_makes_nobody_of_amazons_rows_either(tmp_path: Path) -> None:
    cart = next(cart for cart in CARTS if cart.key == "amazon")
    path = tmp_path / "all-orders.txt"
    named = dict.fromkeys(_AMAZON_NAMES, "鈴木 一郎")
    path.write_bytes(as_bytes([row | named for row in cart.rows()], "utf-8", "\t"))
    mapping = {
        "order_no": "amazon-order-id", "ordered_at": "purchase-date", "sku": "sku",
        "quantity": "quantity", "amount": "item-price", "name": "buyer-name",
    }  # fmt: skip
    assert api.import_file(path, mapping=mapping).orders_new
    assert not Party.objects.exists()
    assert not any(_AMAZON_NAMES & set(order.extra) for order in Order.objects.all())


@pytest.mark.django_db
def test_a_malls_orders_are_not_read_as_records(tmp_path: Path) -> None:
    """Records make people with real telephones; a mall's file may not (decision 0009)."""
    cart = next(cart for cart in CARTS if cart.key == "rakuten")
    mapping = {
        "@records": "inquiries", "inquiry_no": "注文番号", "opened_at": "注文日時",
        "phone": "注文者電話番号1",
    }  # fmt: skip
    with pytest.raises(InputError, match="for analysis only"):
        api.import_file(cart.file(tmp_path), mapping=mapping)
    assert not Party.objects.exists()


@pytest.mark.django_db
def test_mall_orders_in_a_mixed_file_are_told_by_their_masked_address(tmp_path: Path) -> None:
    cart = next(cart for cart in CARTS if cart.key == "nextengine")
    rows = cart.rows()
    for row in rows:
        if row["受注名"].startswith("髙橋"):
            row["受注メールアドレス"] = "A1B2C3@PC.fw.rakuten.ne.jp"
    path = tmp_path / "ne.csv"
    path.write_bytes(as_bytes(rows, "cp932"))
    # Staff have said that no mall is in it; what is masked is a mall's all the same.
    mapping = api.recognised_columns(api.detect_file(path))
    assert api.import_file(path, mapping=mapping).connector == "mapped"
    _resolve()
    points = ContactPoint.objects.values_list("customer_id", "address")
    assert len({customer for customer, _ in points}) == 1
    assert "ichiro@example.jp" in {address for _, address in points}


@pytest.mark.django_db
def test_of_a_mall_order_in_a_mixed_file_no_column_is_kept_that_reaches_somebody(
    tmp_path: Path,
) -> None:
    cart = next(cart for cart in CARTS if cart.key == "nextengine")
    rows = [row | {"発送先住所1": "渋谷1-1", "発送先郵便番号": "1500001"} for row in cart.rows()]
    for row in rows:
        if row["受注名"].startswith("髙橋"):
            row["受注メールアドレス"] = "A1B2C3@PC.fw.rakuten.ne.jp"
    path = tmp_path / "ne.csv"
    path.write_bytes(as_bytes(rows, "cp932"))
    api.import_file(path, mapping=api.recognised_columns(api.detect_file(path)))
    masked = Order.objects.filter(party__email="")
    assert masked
    assert not [order for order in masked if "発送先住所1" in order.extra]
    assert all(order.extra["発送先郵便番号"] for order in masked)
    assert all("発送先住所1" in order.extra for order in Order.objects.exclude(party__email=""))


@pytest.mark.django_db
def test_a_mapping_may_tell_when_buyers_became_members(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text(
        "No,When,Item,Pieces,Sum,Mail,Joined\n"
        "1,2026-01-05,X,2,500,a@example.com,2025-06-01\n"
        "2,2026-01-04,X,2,500,a@example.com,2025-04-01\n"
        "3,2026-01-04,X,2,500,b@example.com,soon\n"
    )
    mapping = {
        "order_no": "No", "ordered_at": "When", "sku": "Item", "quantity": "Pieces",
        "amount": "Sum", "email": "Mail", "registered_at": "Joined",
    }  # fmt: skip
    assert api.import_file(path, mapping=mapping).orders_new == 3
    told = Party.objects.order_by("email").values_list("registered_at", "known_at")
    april, january = (datetime(2025, 3, 31, 15, tzinfo=UTC), datetime(2026, 1, 3, 15, tzinfo=UTC))
    # As with a day of birth, what cannot be read is no reason to refuse an order.
    assert list(told) == [(april, april), (None, january)]


@pytest.mark.django_db
def test_a_mapping_may_say_that_a_file_is_for_analysis_only(tmp_path: Path) -> None:
    path = tmp_path / "mall.csv"
    path.write_text("No,When,Item,Pieces,Sum,Mail,Opt\n1,2026-01-05,X,2,500,a@example.com,1\n")
    mapping = {
        "order_no": "No", "ordered_at": "When", "sku": "Item", "quantity": "Pieces",
        "amount": "Sum", "email": "Mail", "email_opt_in": "Opt", "@use": "analysis",
    }  # fmt: skip
    result = api.import_file(path, mapping=mapping)
    assert (result.connector, result.orders_new) == ("mapped_mall", 1)
    _resolve()
    assert not ContactPoint.objects.exists()
    assert not ConsentEvent.objects.exists()


@pytest.mark.django_db
def test_a_mapping_does_not_open_a_malls_own_layout_to_messages(tmp_path: Path) -> None:
    cart = next(cart for cart in CARTS if cart.key == "yahoo")
    mapping = {
        "order_no": "OrderId", "ordered_at": "OrderTime", "sku": "ItemId", "quantity": "Quantity",
        "unit_price": "UnitPrice", "email": "BillMailAddress",
    }  # fmt: skip
    result = api.import_file(cart.file(tmp_path), mapping=mapping)
    assert (result.connector, result.orders_new) == ("mapped_mall", 4)
    _resolve()
    assert not ContactPoint.objects.exists()

"""EC-CUBE 4's orders, members and products as its Web API (GraphQL) writes them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from okaeri.foundation import clock
from okaeri.foundation.money import to_minor
from okaeri.intake.connectors.eccube import eccube as files
from okaeri.intake.domain import statuses
from okaeri.intake.records.words import Stamp
from okaeri.intake.types import LineIn, OrderIn, PartyIn, PaymentIn
from okaeri.intake.webhooks.words import (
    Frame,
    Json,
    OrderWord,
    PersonWord,
    ProductWord,
    Words,
    read_amount,
    read_instant,
    read_list,
    read_map,
    read_number,
    read_registration,
    read_text,
    unreadable,
)

ORDER, CUSTOMER, PRODUCT = "eccube/order", "eccube/customer", "eccube/product"
_PERSON = "id name01 name02 kana01 kana02 email phone_number postal_code addr01 addr02 birth"
FIELDS: Mapping[str, str] = {
    ORDER: (
        f"{_PERSON} order_no order_date payment_date update_date delivery_fee_total payment_total "
        "currency_code Customer { id } Pref { name } OrderStatus { id } OrderItems { product_name "
        "product_code class_category_name1 class_category_name2 price quantity tax "
        "Product { id } OrderItemType { id } TaxDisplayType { id } } Shippings { shipping_date }"
    ),
    CUSTOMER: f"{_PERSON} create_date update_date Pref {{ name }} Status {{ id }}",
    PRODUCT: (
        "id name update_date ProductCategories { Category { name } } ProductClasses { code stock "
        "stock_unlimited visible ClassCategory1 { name } ClassCategory2 { name } }"
    ),
}
# 明細区分 and 税表示 by their numbers in EC-CUBE's masters.
_GOODS, _DISCOUNT, _POINTS = "1", "4", "6"
_WITHOUT_TAX = "1"
_WITHDRAWN = "3"
_MOST_PIECES = 1_000_000


def read(topic: str, payload: Json, frame: Frame) -> Words | None:
    """Give what a record says; None for a topic that is none of these.

    Raises InputError where a field that is needed cannot be read.
    """
    reader = _TOPICS.get(topic)
    return None if reader is None else reader(payload, frame)


def _order(payload: Json, frame: Frame) -> Words:
    """Give an order under its 注文番号, as the CSV has it; one without a day is still a cart."""
    number = read_number(payload.get("id"), "id")
    status = files.status(_id_of(payload, "OrderStatus"), "")
    if not payload.get("order_date"):
        return []
    order_no = read_text(payload.get("order_no"), 80) or number
    items = read_list(payload.get("OrderItems"))
    goods = [one for one in items if _kind(one) == _GOODS]
    changed_at = read_instant(payload.get("update_date"), "update_date")
    sent = [
        read_instant(parcel["shipping_date"], "shipping_date")
        for parcel in read_list(payload.get("Shippings"))
        if parcel.get("shipping_date")
    ]
    order = OrderIn(
        source=frame.source,
        order_no=order_no,
        ordered_at=read_instant(payload.get("order_date"), "order_date"),
        status=status,
        party=_party(payload, _id_of(payload, "Customer"), frame),
        status_word=_id_of(payload, "OrderStatus"),
        lines=tuple(_line(one, frame) for one in goods),
        lines_tax_minor=_tax(goods, frame),
        discount_minor=_taken_off(items, _DISCOUNT, frame),
        points_minor=_taken_off(items, _POINTS, frame),
        shipping_minor=_minor(payload.get("delivery_fee_total"), "delivery_fee_total", frame),
        total_minor=_minor(payload.get("payment_total"), "payment_total", frame),
        currency=read_text(payload.get("currency_code"), 3).upper() or frame.currency,
        shipped_on=clock.local_day(min(sent), frame.zone) if sent else None,
    )
    payment = _payment(payload, order, frame) if status == statuses.ACCEPTED else None
    stamp = Stamp(changed_at, frame.sent_at, order_no)
    return [OrderWord(number, order, stamp, payment=payment)]


def _payment(payload: Json, order: OrderIn, frame: Frame) -> PaymentIn | None:
    if not payload.get("payment_date"):
        return None
    paid_at = read_instant(payload["payment_date"], "payment_date")
    day = clock.local_day(paid_at, frame.zone)
    changed_at = read_instant(payload.get("update_date"), "update_date")
    return PaymentIn(frame.source, order.order_no, "paid", changed_at, paid_on=day)


def _line(item: Json, frame: Frame) -> LineIn:
    pieces = read_amount(item.get("quantity"), "quantity")
    if pieces != int(pieces) or abs(pieces) > _MOST_PIECES:
        raise unreadable("quantity")
    choices = (read_text(item.get(f"class_category_name{n}"), 80) for n in (1, 2))
    name = " ".join(filter(None, (read_text(item.get("product_name")), *choices)))
    return LineIn(
        sku=read_text(item.get("product_code"), 80) or _id_of(item, "Product") or name[:80],
        product_name=name[:255],
        quantity=int(pieces),
        unit_price_minor=to_minor(_price(item), frame.currency),
        amount_minor=to_minor(_price(item) * pieces, frame.currency),
    )


def _tax(goods: list[Json], frame: Frame) -> int | None:
    """Give the tax of all goods; None where a line does not say its own."""
    if any(item.get("tax") is None for item in goods):
        return None
    taxes = (
        read_amount(i["tax"], "tax") * read_amount(i.get("quantity"), "quantity") for i in goods
    )
    return to_minor(sum(taxes, Decimal(0)), frame.currency)


def _price(item: Json) -> Decimal:
    """Give the price of one piece with tax; EC-CUBE's `tax` is that of one piece."""
    price = read_amount(item.get("price"), "price")
    if _id_of(item, "TaxDisplayType") == _WITHOUT_TAX:
        price += read_amount(item.get("tax") or 0, "tax")
    return price


def _taken_off(items: list[Json], kind: str, frame: Frame) -> int:
    """Give what rows of a kind take off; they are written with minus."""
    total = Decimal(0)
    for item in items:
        if _kind(item) == kind:
            total -= _price(item) * read_amount(item.get("quantity") or 1, "quantity")
    return max(0, to_minor(total, frame.currency))


def _customer(payload: Json, frame: Frame) -> Words:
    """Give a member; one who left (退会) has only made-up contacts there and says nothing more."""
    number = read_number(payload.get("id"), "id")
    if _id_of(payload, "Status") == _WITHDRAWN:
        return []
    changed_at = read_instant(payload.get("update_date"), "update_date")
    party = _party(payload, number, frame)
    return [PersonWord(frame.source, number, party, Stamp(changed_at, frame.sent_at))]


def _party(payload: Json, member_no: str, frame: Frame) -> PartyIn:
    birth = payload.get("birth")
    address = (read_text(payload.get(name)) for name in ("addr01", "addr02"))
    return PartyIn(
        member_no=member_no,
        email=read_text(payload.get("email"), 254),
        phone=read_text(payload.get("phone_number"), 40),
        family_name=read_text(payload.get("name01"), 80),
        given_name=read_text(payload.get("name02"), 80),
        family_kana=read_text(payload.get("kana01"), 80),
        given_kana=read_text(payload.get("kana02"), 80),
        postal_code=read_text(payload.get("postal_code"), 10),
        prefecture=read_text(read_map(payload.get("Pref")).get("name"), 20),
        address=" ".join(filter(None, address))[:255],
        registered_at=read_registration(payload.get("create_date"), "create_date", frame),
        birth_on=clock.local_day(read_instant(birth, "birth"), frame.zone) if birth else None,
    )


def _product(payload: Json, frame: Frame) -> Words:
    """Give names, first category and stock by 商品コード; prices are without tax there and left out."""
    number = read_number(payload.get("id"), "id")
    title = read_text(payload.get("name"))
    kinds = read_list(payload.get("ProductCategories"))
    category = read_text(read_map(kinds[0].get("Category")).get("name"), 80) if kinds else ""
    fields = {}
    for one in read_list(payload.get("ProductClasses")):
        code = read_text(one.get("code"), 80)
        if code and one.get("visible") is not False:
            choices = (read_map(one.get(f"ClassCategory{n}")).get("name") for n in (1, 2))
            name = " ".join(filter(None, (title, *map(read_text, choices))))
            has_end = one.get("stock_unlimited") is not True and one.get("stock") is not None
            stock = int(read_amount(one["stock"], "stock")) if has_end else None
            fields[code] = {"name": name[:255], "category": category, "stock": stock}
    changed_at = read_instant(payload.get("update_date"), "update_date")
    stamp = Stamp(changed_at, frame.sent_at)
    return [ProductWord(frame.source, number, fields, stamp)] if fields else []


def _minor(value: object, field: str, frame: Frame) -> int:
    return to_minor(read_amount(0 if value is None else value, field), frame.currency)


def _kind(item: Json) -> str:
    return _id_of(item, "OrderItemType")


def _id_of(payload: Json, name: str) -> str:
    found = read_map(payload.get(name)).get("id")
    return "" if found is None else read_number(found, f"{name}.id")


_TOPICS: Mapping[str, Callable[[Json, Frame], Words]] = {
    ORDER: _order,
    CUSTOMER: _customer,
    PRODUCT: _product,
}

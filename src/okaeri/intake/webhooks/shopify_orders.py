"""One order, refund or person as Shopify writes it."""

from datetime import date
from decimal import Decimal

from okaeri.foundation import clock
from okaeri.foundation.money import to_minor
from okaeri.intake.domain import statuses
from okaeri.intake.domain.contacts import parse_postal_code
from okaeri.intake.domain.discounts import as_extra
from okaeri.intake.domain.orders import tax_in_lines
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.intake.webhooks.words import (
    Frame,
    Json,
    RefundWord,
    read_amount,
    read_instant,
    read_list,
    read_map,
    read_number,
    read_registration,
    read_text,
    unreadable,
)

_MOST_PIECES = 1_000_000
# Financial status; pending and authorized count at once, as the CSV connector has it.
_STATUSES = {
    "voided": statuses.CANCELLED,
    "refunded": statuses.RETURNED,
    "expired": statuses.UNPAID,
}


def read_order(payload: Json, frame: Frame) -> tuple[OrderIn, tuple[RefundWord, ...]]:
    """Give an order under its name (#1001), as the CSV export has it, and its refunds.

    Lines hold their tax. The discount is what lies between the lines and Shopify's subtotal, so
    that codes, automatic discounts and line discounts all count once; shipping discounts do not.
    """
    taxes_included = payload.get("taxes_included") is not False
    is_included = taxes_included or not any(
        line.get("tax_lines") for line in read_list(payload.get("line_items"))
    )
    lines = tuple(
        _line(line, frame, with_tax=not is_included)
        for line in read_list(payload.get("line_items"))
    )
    refunds = tuple(
        read_refund(one, frame, taxes_included=is_included, order=payload)
        for one in read_list(payload.get("refunds"))
    )
    shipping = read_map(read_map(payload.get("total_shipping_price_set")).get("shop_money"))
    shipped, delivered = _shipment(payload, frame)
    status, is_marked = _status(payload)
    order = OrderIn(
        source=frame.source,
        order_no=read_text(payload.get("name"), 80) or read_number(payload.get("id"), "id"),
        ordered_at=read_instant(
            payload.get("created_at") or payload.get("processed_at"), "created_at"
        ),
        status=status,
        status_word="" if is_marked else read_text(payload.get("financial_status"), 80),
        party=_buyer(payload, frame),
        lines=lines,
        lines_tax_minor=_tax_in(lines, payload, frame),
        discount_minor=_discount(payload, frame),
        shipping_minor=_minor(shipping.get("amount", "0"), "total_shipping_price_set", frame),
        total_minor=_minor(payload.get("total_price", "0"), "total_price", frame),
        currency=read_text(payload.get("currency"), 3).upper(),
        media_code=read_text(payload.get("source_name"), 80),
        shipped_on=shipped,
        delivered_on=delivered,
        extra=as_extra(
            read_text(one.get("code"), 80) for one in read_list(payload.get("discount_codes"))
        ),
    )
    return order, refunds


def read_refund(
    payload: Json, frame: Frame, *, taxes_included: bool, order: Json | None = None
) -> RefundWord:
    """Give one refund: goods and what was given back beyond them; shipping is left out.

    Tax is added where prices are without it, which only the order itself tells.
    """
    total = Decimal(0)
    for line in read_list(payload.get("refund_line_items")):
        total += read_amount(line.get("subtotal", "0"), "subtotal")
        if not taxes_included:
            total += read_amount(line.get("total_tax", "0"), "total_tax")
    for extra in read_list(payload.get("order_adjustments")):
        if extra.get("kind") == "refund_discrepancy":
            # Written as what it changes in the shop's books: minus is money to the customer.
            total -= read_amount(extra.get("amount", "0"), "amount")
    number = payload.get("order_id") or (order or {}).get("id")
    return RefundWord(
        frame.source,
        read_number(payload.get("id"), "id"),
        read_number(number, "order_id"),
        max(0, to_minor(total, frame.currency)),
        read_instant(payload.get("processed_at") or payload.get("created_at"), "created_at"),
    )


def read_person(customer: Json, address: Json, frame: Frame) -> PartyIn:
    """Give a contact from Shopify's customer and one of his addresses."""
    province = read_text(address.get("province"), 20)
    places = (read_text(address.get(name)) for name in ("city", "address1", "address2"))
    state = read_map(customer.get("email_marketing_consent")).get("state")
    number = customer.get("id")
    return PartyIn(
        member_no=read_number(number, "customer.id") if number else "",
        email=read_text(customer.get("email"), 254),
        phone=read_text(customer.get("phone"), 40) or read_text(address.get("phone"), 40),
        family_name=read_text(customer.get("last_name") or address.get("last_name"), 80),
        given_name=read_text(customer.get("first_name") or address.get("first_name"), 80),
        postal_code=parse_postal_code(read_text(address.get("zip"), 20), province),
        prefecture=province,
        address=" ".join(filter(None, places))[:255],
        email_opt_in={"subscribed": True, "unsubscribed": False}.get(read_text(state)),
        registered_at=read_registration(customer.get("created_at"), "customer.created_at", frame),
    )


def _buyer(payload: Json, frame: Frame) -> PartyIn:
    customer = dict(read_map(payload.get("customer")))
    address = read_map(payload.get("billing_address")) or read_map(customer.get("default_address"))
    for name in ("email", "phone"):
        customer[name] = payload.get(name) or customer.get(name)
    customer["email"] = customer["email"] or payload.get("contact_email")
    if payload.get("buyer_accepts_marketing") is True and "email_marketing_consent" not in customer:
        customer["email_marketing_consent"] = {"state": "subscribed"}
    return read_person(customer, address, frame)


def _status(payload: Json) -> tuple[str, bool]:
    """Give our status, and whether a mark (test, cancelled) decided it and not the financial status."""
    if payload.get("test") is True:
        return statuses.TEST, True
    if payload.get("cancelled_at"):
        return statuses.CANCELLED, True
    word = read_text(payload.get("financial_status"))
    return _STATUSES.get(word, statuses.ACCEPTED), False


def _tax_in(lines: tuple[LineIn, ...], payload: Json, frame: Frame) -> int | None:
    """Give the tax inside the lines: their own taxes, which are those of what is left after discounts."""
    given = read_list(payload.get("line_items"))
    if any(line.get("tax_lines") is None for line in given):
        return None
    parts = (one for line in given for one in read_list(line.get("tax_lines")))
    taxes = sum((read_amount(one.get("price", "0"), "tax") for one in parts), Decimal(0))
    goods = sum(line.amount_minor for line in lines)
    return tax_in_lines(to_minor(taxes, frame.currency), goods, _discount(payload, frame), 0)


def _line(line: Json, frame: Frame, *, with_tax: bool) -> LineIn:
    pieces = line.get("quantity")
    if not isinstance(pieces, int) or isinstance(pieces, bool) or abs(pieces) > _MOST_PIECES:
        raise unreadable("quantity")
    price = read_amount(line.get("price", "0"), "price")
    tax = sum(
        (read_amount(one.get("price", "0"), "tax") for one in read_list(line.get("tax_lines"))),
        Decimal(0),
    )
    name = read_text(line.get("name")) or read_text(line.get("title"))
    sku = read_text(line.get("sku"), 80)
    return LineIn(
        sku=sku or read_text(line.get("variant_id"), 80) or name[:80],
        product_name=name,
        quantity=pieces,
        unit_price_minor=to_minor(price, frame.currency),
        amount_minor=to_minor(price * pieces + (tax if with_tax else 0), frame.currency),
    )


def _discount(payload: Json, frame: Frame) -> int:
    subtotal = payload.get("subtotal_price")
    if subtotal is None:
        return max(0, _minor(payload.get("total_discounts", "0"), "total_discounts", frame))
    goods = sum(
        read_amount(line.get("price", "0"), "price") * line["quantity"]
        for line in read_list(payload.get("line_items"))
    )
    return max(0, to_minor(goods - read_amount(subtotal, "subtotal_price"), frame.currency))


def _minor(value: object, field: str, frame: Frame) -> int:
    return to_minor(read_amount("0" if value is None else value, field), frame.currency)


def _shipment(payload: Json, frame: Frame) -> tuple[date | None, date | None]:
    """Give the days the first parcel left and the last one arrived."""
    sent, arrived = [], []
    for parcel in read_list(payload.get("fulfillments")):
        if parcel.get("status") in ("success", "open", "pending") and parcel.get("created_at"):
            sent.append(read_instant(parcel["created_at"], "fulfillments.created_at"))
        if parcel.get("shipment_status") == "delivered" and parcel.get("updated_at"):
            arrived.append(read_instant(parcel["updated_at"], "fulfillments.updated_at"))
    return (
        clock.local_day(min(sent), frame.zone) if sent else None,
        clock.local_day(max(arrived), frame.zone) if arrived else None,
    )

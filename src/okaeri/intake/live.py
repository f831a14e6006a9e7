"""Orders that come one by one (shop, webhook, simulator) in the same columns as files."""

import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.domain.cells import clean_code, clean_text, whole_code
from okaeri.intake.domain.orders import (
    content_hash,
    is_purchase,
    line_text,
    net_of,
    settle_status,
)
from okaeri.intake.domain.staging import LINES, ORDERS, PARTIES
from okaeri.intake.domain.statuses import STATUSES
from okaeri.intake.people import Contacts
from okaeri.intake.staging.order_columns import HASHED
from okaeri.intake.staging.parsing import epoch_day, epoch_stamp
from okaeri.intake.staging.parties import Columns
from okaeri.intake.staging.sink import to_batch
from okaeri.intake.types import OrderIn
from okaeri.intake.writing import Staged

_encode = json.JSONEncoder(ensure_ascii=False).encode
_CURRENCY = Text(
    "注文 {number} の通貨 {given} はこのショップの通貨 {currency} と違います。",
    "Order {number} is in {given}, but the shop's currency is {currency}.",
)
_STATUS = Text(
    "注文 {number} のステータス「{given}」は使えません。使えるのは {known} です。",
    "Order {number} has the unknown status '{given}'; known ones are {known}.",
)
_NO_NUMBER = Text("注文番号がありません。", "An order has no order number.")
_NAIVE = Text(
    "注文 {number} の日時に時差がありません。", "The instant of order {number} has no time zone."
)


def stage_orders(orders: Iterable[OrderIn], currency: str, zone: ZoneInfo) -> Staged:
    """Put live orders into columns; of an order given twice the last one counts.

    Raises InputError for an order that cannot be stored; then none is.
    """
    latest = {(order.source, order.order_no): order for order in orders}
    columns: Columns = {name: [] for name in ORDERS.names}
    lines: Columns = {name: [] for name in LINES.names}
    book = Contacts()
    for ref, order in enumerate(latest.values()):
        _check(order, currency)
        number, fingerprint = book.number_of(order.source, order.party)
        _add_lines(lines, ref, order)
        _add_order(columns, ref, order, number, fingerprint, zone)
    order_batch, line_batch = to_batch(columns, ORDERS), to_batch(lines, LINES)
    return Staged(
        parties=[to_batch(book.columns(), PARTIES)],
        orders=lambda: [order_batch],
        order_days=lambda: [order_batch],
        lines=lambda: [line_batch],
        order_count=len(latest),
    )


def _check(order: OrderIn, currency: str) -> None:
    if not order.order_no.strip():
        raise InputError(_NO_NUMBER)
    if order.currency != currency:
        raise InputError(
            _CURRENCY.format(number=order.order_no, given=order.currency, currency=currency)
        )
    if order.status not in STATUSES:
        raise InputError(
            _STATUS.format(number=order.order_no, given=order.status, known=", ".join(STATUSES))
        )
    if order.ordered_at.tzinfo is None:
        raise InputError(_NAIVE.format(number=order.order_no))


def _add_lines(lines: Columns, ref: int, order: OrderIn) -> None:
    for number, line in enumerate(order.lines, 1):
        values = (
            ref, number, whole_code(line.sku), clean_text(line.product_name), line.quantity,
            line.unit_price_minor, line.amount_minor,
        )  # fmt: skip
        for name, value in zip(LINES.names, values, strict=True):
            lines[name].append(value)


def _add_order(
    columns: Columns, ref: int, order: OrderIn, party: int | None, fingerprint: str, zone: ZoneInfo
) -> None:
    goods = sum(line.amount_minor for line in order.lines)
    status = settle_status(order.status, goods)
    parts = (order.discount_minor, order.points_minor, order.refunded_minor)
    stamp = epoch_stamp(order.ordered_at, zone)
    due = goods - order.discount_minor - order.points_minor + order.shipping_minor
    values = {
        "order_ref": ref, "source": order.source, "order_no": clean_code(order.order_no),
        "party_no": party, "ordered_at": stamp[0], "ordered_on": stamp[1], "status": status,
        "status_word": clean_text(order.status_word, 80),
        "is_purchase": is_purchase(status, goods, *parts), "currency": order.currency,
        "lines_minor": goods, "lines_tax_minor": order.lines_tax_minor,
        "discount_minor": order.discount_minor,
        "points_minor": order.points_minor, "shipping_minor": order.shipping_minor,
        "refunded_minor": order.refunded_minor,
        "total_minor": due if order.total_minor is None else order.total_minor,
        "net_minor": net_of(status, goods, *parts),
        "subscription_no": clean_code(order.subscription_no), "delivery_no": order.delivery_no,
        "media_code": clean_text(order.media_code, 80),
        "shipped_on": epoch_day(order.shipped_on) if order.shipped_on else None,
        "delivered_on": epoch_day(order.delivered_on) if order.delivered_on else None,
        "extra": _encode(order.extra), "updated_at": None,
    }  # fmt: skip
    texts = [
        (whole_code(x.sku), clean_text(x.product_name), x.quantity, x.unit_price_minor,
         x.amount_minor)
        for x in order.lines
    ]  # fmt: skip
    values["content_hash"] = content_hash(
        (fingerprint, *(values[name] for name in HASHED)), line_text(texts)
    )
    for name, value in values.items():
        columns[name].append(value)

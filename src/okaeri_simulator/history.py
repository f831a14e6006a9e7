"""The shop's past as a file in Okaeri's own template, as a cart would export it."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from okaeri.intake.types import OrderIn
from okaeri_simulator.seasons import ZONE

COLUMNS = (
    "注文番号*", "注文日時*", "ステータス", "顧客ID", "メールアドレス", "姓", "名", "セイ", "メイ", "電話番号",
    "郵便番号", "都道府県", "住所", "商品コード*", "商品名*", "単価(税込)*", "数量*", "税率", "値引き", "送料",
    "ポイント利用", "合計", "定期番号", "定期回数", "媒体コード", "発送日", "到着日", "メール許可", "返金額",
    "生年月日", "LINEユーザーID",
)  # fmt: skip
_STATUS_WORDS = {"accepted": "受付", "cancelled": "キャンセル", "returned": "返品"}


def write_template_csv(path: Path, orders: Iterable[OrderIn]) -> int:
    """Write one row per line of every order; gives the number of rows."""
    rows = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    # Excel in Japan opens UTF-8 only with a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for order in orders:
            for row in _rows(order):
                writer.writerow(row)
                rows += 1
    return rows


def _rows(order: OrderIn) -> Iterator[tuple[str | int, ...]]:
    party = order.party
    for line in order.lines:
        yield (
            order.order_no,
            order.ordered_at.astimezone(ZONE).strftime("%Y/%m/%d %H:%M:%S"),
            _STATUS_WORDS[order.status],
            party.member_no,
            party.email,
            party.family_name,
            party.given_name,
            party.family_kana,
            party.given_kana,
            party.phone,
            party.postal_code,
            party.prefecture,
            party.address,
            line.sku,
            line.product_name,
            line.unit_price_minor,
            line.quantity,
            10,
            order.discount_minor,
            order.shipping_minor,
            order.points_minor,
            order.total_minor if order.total_minor is not None else "",
            order.subscription_no,
            order.delivery_no if order.delivery_no is not None else "",
            order.media_code,
            _day(order.shipped_on),
            _day(order.delivered_on),
            "許可" if party.email_opt_in else "拒否",
            order.refunded_minor,
            _day(party.birth_on),
            party.line_user_id,
        )


def _day(day: date | None) -> str:
    return day.strftime("%Y/%m/%d") if day else ""

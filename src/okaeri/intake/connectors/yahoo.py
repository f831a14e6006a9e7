"""Yahoo!ショッピング's orders (CP932): one file, or orders and items apart, joined by OrderId.

What the customer paid counts: coupons and points are taken off, whoever gave them.
"""

from dataclasses import replace

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import statuses


def _status(word: str, _cancelled_at: str) -> str:
    """1 reserved, 2 in work, 3 on hold, 4 cancelled, 5 done."""
    return statuses.CANCELLED if word.strip() == "4" else statuses.decide_status(word)


yahoo = Connector(
    key="yahoo",
    name=Text("Yahoo!ショッピング 注文CSV", "Yahoo! Shopping orders CSV"),
    note=Text(
        "注文と商品が別のファイルなら、2つを一緒に選んでください。",
        "Where orders and items are two files, choose both at once.",
    ),
    columns={
        "order_no": ("OrderId",), "ordered_at": ("OrderTime",), "status": ("OrderStatus",),
        "family_name": ("BillLastName",), "given_name": ("BillFirstName",),
        "family_kana": ("BillLastNameKana",), "given_kana": ("BillFirstNameKana",),
        "postal_code": ("BillZipCode",), "prefecture": ("BillPrefecture",),
        "address": ("BillCity",), "address2": ("BillAddress1",), "address3": ("BillAddress2",),
        "phone": ("BillPhoneNumber",), "email": ("BillMailAddress",), "shipped_on": ("ShipDate",),
        "total": ("SettleAmount", "TotalPrice"), "shipping": ("ShipCharge",),
        "fees": ("PayCharge",), "points": ("UsePoint",), "discount": ("TotalCouponDiscount",),
        "sku": ("ItemId",), "product_name": ("Title",), "unit_price": ("UnitPrice",),
        "quantity": ("Quantity",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("OrderId", "OrderTime", "ItemId", "Quantity"),
    status=_status,
    is_analysis_only=True,
    is_partial=True,
)  # fmt: skip
yahoo_orders = replace(
    yahoo,
    key="yahoo_orders",
    name=Text("Yahoo!ショッピング 注文ファイル", "Yahoo! Shopping orders file"),
    signature=("OrderId", "OrderTime"),
    absent=("ItemId", "UnitPrice"),
    kind="half",
)
yahoo_items = replace(
    yahoo,
    key="yahoo_items",
    name=Text("Yahoo!ショッピング 商品ファイル", "Yahoo! Shopping items file"),
    signature=("OrderId", "ItemId", "UnitPrice", "Quantity"),
    absent=("OrderTime",),
    kind="half",
)

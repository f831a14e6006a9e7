"""Shopify's orders CSV: order cells stand on the first row of an order only."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import statuses

# Financial Status; pending and authorized count at once, as §1.3 #13 says.
_STATUSES = {
    "voided": statuses.CANCELLED,
    "refunded": statuses.RETURNED,
    "expired": statuses.UNPAID,
}


def _status(financial: str, cancelled_at: str) -> str:
    if cancelled_at.strip():
        return statuses.CANCELLED
    return _STATUSES.get(financial.strip().lower(), statuses.ACCEPTED)


shopify = Connector(
    key="shopify",
    name=Text("Shopify 注文CSV", "Shopify orders CSV"),
    note=Text(
        "管理画面の「注文管理 → エクスポート」の CSV です。",
        "The CSV of 'Orders, Export' in the Shopify admin.",
    ),
    columns={
        "order_no": ("Name",), "ordered_at": ("Created at",), "status": ("Financial Status",),
        "cancelled_at": ("Cancelled at",), "currency": ("Currency",), "subtotal": ("Subtotal",),
        "shipping": ("Shipping",), "taxes": ("Taxes",), "total": ("Total",),
        "discount": ("Discount Amount",), "refunded": ("Refunded Amount",),
        "shipped_on": ("Fulfilled at",), "email": ("Email",), "email_opt_in": ("Accepts Marketing",),
        "phone": ("Phone", "Billing Phone"), "name": ("Billing Name", "Shipping Name"),
        "postal_code": ("Billing Zip",), "prefecture": ("Billing Province Name", "Billing Province"),
        "address": ("Billing City",), "address2": ("Billing Street", "Billing Address1"),
        "sku": ("Lineitem sku",), "product_name": ("Lineitem name",),
        "quantity": ("Lineitem quantity",), "unit_price": ("Lineitem price",),
        "line_discount": ("Lineitem discount",),
    },
    required=("order_no", "ordered_at", "product_name", "quantity", "unit_price"),
    signature=("Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem price"),
    status=_status,
    # The gateway that Shopify pays test orders with.
    test_mark=("Payment Method", "bogus"),
)  # fmt: skip

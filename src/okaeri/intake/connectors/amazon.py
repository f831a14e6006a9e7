"""Amazon's order reports: tab-delimited, one row per item, times with an offset.

`item-price` is the row's, not the piece's. Orders that are pending or cancelled come without a price:
they are stored as orders of nothing, so that a later report can fill or end them. Nobody is made of
these rows: a relay address or a name of the seller-fulfilled report is not even read, and a postal
code is no person. It stays among the order's own columns, for analysis by area (`intake.areas`).
"""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector


def _zero_if_blank(raw: str) -> str:
    return raw.strip() or "0"


amazon = Connector(
    key="amazon",
    name=Text("Amazon 注文レポート", "Amazon order report"),
    note=Text(
        "全注文レポートと出品者出荷レポートです。購入者の名前と連絡先は読まず(配信不可)、郵便番号で地域だけを分析します。",
        "The all-orders and the seller-fulfilled report. No name or address of a buyer is read (nobody can be "
        "written to); the postal code serves analysis by area.",
    ),
    columns={
        "order_no": ("amazon-order-id", "order-id"), "ordered_at": ("purchase-date",),
        "status": ("order-status",), "currency": ("currency",),
        "sku": ("sku",), "product_name": ("product-name",),
        "quantity": ("quantity", "quantity-purchased"), "amount": ("item-price",),
        "line_discount": ("item-promotion-discount",), "line_shipping": ("shipping-price",),
    },
    required=("order_no", "ordered_at", "sku", "quantity", "amount"),
    signature=("purchase-date", "sku", "product-name"),
    one_of=("amazon-order-id", "order-item-id"),
    prepare={"amount": _zero_if_blank},
    is_analysis_only=True,
    unstored=(
        "buyer-name", "recipient-name", "gift-message-text", "buyer-identification-number",
        "buyer-company-name", "delivery-instructions", "purchase-order-number", "buyer-cpf",
        "buyer-tax-registration-id", "buyer-vat-number", "bill-name", "customized-url",
    ),
)  # fmt: skip

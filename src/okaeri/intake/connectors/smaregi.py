"""スマレジ's 取引CSV with its details: receipts of shops join the same story by the member code."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import statuses

_SALE = ("", "1", "1.0", "通常")
_LIVE = ("", "0", "0.0", "通常")


def _status(division: str, cancelled: str) -> str:
    """取引区分 1 is a sale; points, cash in and out and receipts (2 to 16) are none."""
    if division.strip() not in _SALE:
        return statuses.TEST
    return statuses.ACCEPTED if cancelled.strip() in _LIVE else statuses.CANCELLED


smaregi = Connector(
    key="smaregi",
    name=Text("スマレジ 取引明細CSV", "Smaregi receipts CSV"),
    note=Text(
        "取引の列と明細の列を両方含めて出力してください。取引区分1(通常)だけを数えます。",
        "Export the columns of receipt and details together; only division 1 counts as a sale.",
    ),
    columns={
        "order_no": ("取引ID",), "ordered_at": ("取引日時",), "status": ("取引区分",),
        "cancelled_at": ("取消区分",), "member_no": ("会員コード", "会員ID"), "name": ("会員名",),
        "discount": ("小計値引き",), "points": ("ポイント値引き",), "total": ("合計",),
        "taxes": ("内消費税",), "sku": ("商品コード", "商品ID"),
        "product_name": ("商品名",), "unit_price": ("販売単価",), "quantity": ("数量",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity", "status"),
    signature=("取引ID", "取引日時", "取引区分", "販売単価"),
    status=_status,
    is_partial=True,
)  # fmt: skip

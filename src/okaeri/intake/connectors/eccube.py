"""EC-CUBE 4's 受注CSV (CP932): one row per order item, whose 明細区分 says what it is."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import (
    DISCOUNT,
    FEE,
    POINTS,
    PRODUCT,
    SHIPPING,
    TAX,
    Connector,
)
from okaeri.intake.domain import statuses

# 対応状況: 1 新規受付, 4 対応中, 5 発送済み and 6 入金済み count (EC-CUBE's own updateOrderSummary).
_STATUSES = {
    "3": statuses.CANCELLED,
    "7": statuses.UNPAID,
    "8": statuses.UNPAID,
    "9": statuses.RETURNED,
    "注文取消し": statuses.CANCELLED,
    "決済処理中": statuses.UNPAID,
    "購入処理中": statuses.UNPAID,
    "返品": statuses.RETURNED,
}


def _status(word: str, _cancelled_at: str) -> str:
    return _STATUSES.get(word.strip(), statuses.ACCEPTED)


eccube = Connector(
    key="eccube",
    name=Text("EC-CUBE 4 受注CSV", "EC-CUBE 4 orders CSV"),
    note=Text(
        "受注一覧の「CSVダウンロード → 受注CSV」です。明細区分の列を含めてください。",
        "The 受注CSV of the order list; keep the column 明細区分.",
    ),
    columns={
        "order_no": ("注文番号", "注文ID"), "ordered_at": ("受注日",),
        "status": ("対応状況(ID)", "対応状況(名称)"), "member_no": ("会員ID",),
        "family_name": ("お名前(姓)",), "given_name": ("お名前(名)",),
        "family_kana": ("お名前(セイ)",), "given_kana": ("お名前(メイ)",),
        "postal_code": ("郵便番号",), "prefecture": ("都道府県(名称)",), "address": ("住所1",),
        "address2": ("住所2",), "email": ("メールアドレス",), "phone": ("TEL",),
        "birth_on": ("誕生日",), "discount": ("値引き",), "shipping": ("送料",),
        "total": ("支払合計", "合計"), "sku": ("商品コード", "商品ID"), "product_name": ("商品名",),
        "unit_price": ("価格",), "quantity": ("個数",), "tax_rate": ("税率",),
        "line_kind": ("明細区分(ID)", "明細区分(名称)"), "shipped_on": ("発送日",),
        "updated_at": ("更新日",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity", "status"),
    signature=("注文番号", "受注日", "注文詳細ID", "個数"),
    status=_status,
    line_kinds={
        "1": PRODUCT, "2": SHIPPING, "3": FEE, "4": DISCOUNT, "5": TAX, "6": POINTS,
        "商品": PRODUCT, "送料": SHIPPING, "手数料": FEE, "割引": DISCOUNT, "税": TAX,
        "ポイント": POINTS,
    },
    is_tax_excluded=True,
)  # fmt: skip

"""ネクストエンジン's general orders CSV (CP932), which aiship and others write too.

It gathers the orders of many shops, malls among them: nothing tells them apart where a mall hands on
real addresses. So it is for analysis only, until staff say that a file holds their own shop's orders;
contacts behind a masked address stay so then too (`intake.domain.malls`).
"""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector, only_negative

nextengine = Connector(
    key="nextengine",
    name=Text("ネクストエンジン 汎用受注CSV", "Next Engine general orders CSV"),
    note=Text(
        "モールの注文が混ざるため、分析だけに使います。自社店舗だけのファイルなら「列を選ぶ」でモールの印を外してください。"
        "取消しの列が無いときは除いて出力してください。",
        "Malls' orders may be among them, so it is only analysed; for a file of your own shop alone choose "
        "the columns and untick the mall. Leave cancelled orders out where there is no column for them.",
    ),
    columns={
        "order_no": ("店舗伝票番号",), "ordered_at": ("受注日",),
        "cancelled_at": ("キャンセル区分", "受注キャンセル区分"),
        "status": ("受注状態", "受注状態区分"), "postal_code": ("受注郵便番号",),
        "address": ("受注住所1",), "address2": ("受注住所2",), "name": ("受注名",),
        "kana": ("受注名カナ",), "phone": ("受注電話番号",), "email": ("受注メールアドレス",),
        "member_no": ("顧客コード",), "taxes": ("税金",), "shipping": ("発送料",),
        "fees": ("手数料",), "points": ("ポイント",), "discount": ("その他費用",),
        "total": ("合計金額",), "sku": ("商品コード",), "product_name": ("商品名",),
        "unit_price": ("商品価格",), "quantity": ("受注数量",),
    },
    required=("order_no", "ordered_at", "sku", "unit_price", "quantity"),
    signature=("店舗伝票番号", "受注日", "商品コード", "受注数量"),
    prepare={"discount": only_negative},
    is_partial=True,
    is_analysis_only=True,
    is_mixed=True,
)  # fmt: skip

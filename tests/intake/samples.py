"""Small files written in the tests themselves, in the layouts the connectors know."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

TEMPLATE = (
    "注文番号*", "注文日時*", "ステータス", "顧客ID", "メールアドレス", "姓", "名", "セイ", "メイ", "電話番号",
    "郵便番号", "都道府県", "住所", "商品コード*", "商品名*", "単価(税込)*", "数量*", "税率", "値引き", "送料",
    "ポイント利用", "合計", "定期番号", "定期回数", "媒体コード", "発送日", "到着日", "メール許可",
)  # fmt: skip
ORDER = {
    "注文番号*": "A-1", "注文日時*": "2022/8/10 10:33:09", "メールアドレス": "hanako@example.com",
    "姓": "髙橋", "名": "花子", "セイ": "タカハシ", "メイ": "ハナコ", "電話番号": "090-1234-5678",
    "郵便番号": "150-0001", "都道府県": "東京都", "商品コード*": "LOTION", "商品名*": "化粧水①",
    "単価(税込)*": "￥3,300", "数量*": "2", "値引き": "300", "送料": "550", "ポイント利用": "100",
    "メール許可": "1",
}  # fmt: skip
SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at",
    "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code",
    "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem compare at price", "Lineitem sku", "Billing Name", "Billing Street",
    "Billing City", "Billing Zip", "Billing Province", "Billing Phone", "Notes", "Cancelled at",
    "Refunded Amount", "Id", "Lineitem discount", "Phone", "Billing Province Name",
)  # fmt: skip
ECCUBE = (
    "注文ID", "注文番号", "会員ID", "お名前(姓)", "お名前(名)", "お名前(セイ)", "お名前(メイ)",
    "会社名", "郵便番号",
    "都道府県(ID)", "都道府県(名称)",
    "住所1", "住所2", "メールアドレス", "TEL", "誕生日",
    "小計", "値引き", "送料",
    "税金", "合計", "支払合計", "対応状況(ID)", "対応状況(名称)", "受注日", "注文詳細ID", "商品ID", "商品名",
    "商品コード", "価格", "個数", "税率", "明細区分(ID)", "明細区分(名称)", "出荷ID", "送料", "発送日",
)  # fmt: skip


def as_csv(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows under a header the way a cart does: CRLF, quotes where needed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        assert set(row) <= set(header), set(row) - set(header)
        writer.writerow([row.get(name, "") for name in header])
    return stream.getvalue()


def template_file(path: Path, *rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
    """Write orders in the own template; every row starts from the sample order."""
    path.write_bytes(as_csv(TEMPLATE, [{**ORDER, **row} for row in rows]).encode(encoding))
    return path

"""What is postage among the lines, and what a product that promises free postage."""

from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight.domain.fee_lines import is_fee_line
from okaeri.insight.features.goods import is_fee_line as fee_line_expression

FEES = (
    "送料", "【送料】", "送料(北海道)", "送料 沖縄・離島", "送料:クール便", "送料・手数料", "送料330円",
    "ヤマト送料 関西", "UPS Ground Shipping - 2 day",
    "クール便送料", "冷凍便 送料(税込)", "全国一律送料", "送料 Postage", "代引手数料", "代引き料", "代引き",
    "決済手数料", "後払い手数料(330円)", "ギフト包装料", "のし料", "ポイント利用", "ポイント利用分",
    "クーポン", "クーポン値引き", "クーポン: SUMMER10", "クーポン SUMMER10", "値引き", "値引き(会員)",
    "Shipping", "Shipping fee", "Shipping & handling", "POSTAGE", "DOTCOM POSTAGE", "CARRIAGE",
    "Next Day Carriage", "Bank Charges", "Manual", "Discount", "Discount 10%",
)  # fmt: skip
PRODUCTS = (
    "【送料無料】薬用美容液 30ml", "送料無料 薬用美容液 30ml", "薬用美容液(送料込み)", "薬用美容液 送料別",
    "【送料・代引手数料無料】美容液", "【送料・手数料無料】乳液", "送料無料!まとめ買いセット",
    "クーポンで半額!乳液", "【クーポン対象】乳液", "10%OFFクーポン配布中!化粧水", "クーポン利用で20%OFF 化粧水",
    "【代引不可】化粧水", "値引き!訳あり石けん", "お値引き品 石けん", "値引シール", "化粧水 手数料無料",
    "ポイント利用OK 石けん", "Free shipping serum", "Serum, free shipping", "Vintage postage stamps",
    "Manual coffee grinder", "大きなお試し",
)  # fmt: skip


def test_only_names_that_say_nothing_else_are_fees() -> None:
    assert [name for name in FEES if not is_fee_line(name)] == []
    assert [name for name in PRODUCTS if is_fee_line(name)] == []


@pytest.mark.engine
def test_the_engine_reads_names_as_python_does(tmp_path: Path) -> None:
    with closing(open_warehouse(tmp_path)) as warehouse:
        rows = warehouse.upload(pa.table({"product_name": [*FEES, *PRODUCTS]}))
        told = rows.select("product_name", is_fee=fee_line_expression(rows.product_name))
        found = warehouse.collect(told).to_pylist()
    assert {row["product_name"] for row in found if row["is_fee"]} == set(FEES)

"""Files beside live sources: what is newer stays, whichever way it came."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.models import Order, OrderLine
from tests.intake.deliveries import SECRET, as_raw, shopify_headers, shopify_order

pytestmark = pytest.mark.django_db
_SHOPIFY = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price"
_ECCUBE = (
    "注文番号,会員ID,メールアドレス,対応状況(ID),受注日,更新日,注文詳細ID,商品名,商品コード,価格,個数,"
    "明細区分(ID)"
)


def _tell(number: int, **changes: Any) -> None:
    """Shopify tells of an order."""
    found = api.list_connections()
    key = (found[0] if found else api.create_connection("本店", "shopify", secret=SECRET)[0]).key
    raw = as_raw(shopify_order(number, **changes))
    headers = shopify_headers(raw, "orders/updated", f"d-{changes['updated_at']}")
    assert api.receive(key, headers, raw, clock.now()).outcome == "done"


def _shopify_file(path: Path, *orders: tuple[str, str, str]) -> Path:
    rows = [f"{no},p@example.com,{status},{at},1,化粧水,3300" for no, status, at in orders]
    path.write_text("\n".join([_SHOPIFY, *rows]), encoding="utf-8")
    return path


def test_a_file_from_before_a_live_change_does_not_undo_it(tmp_path: Path) -> None:
    _tell(1, updated_at="2026-11-10T10:00:00+09:00", cancelled_at="2026-11-10T10:00:00+09:00")
    older = _shopify_file(
        tmp_path / "older.csv",
        ("#1001", "paid", "2026-11-01 10:00:00 +0900"),
        ("#1002", "paid", "2026-11-09 10:00:00 +0900"),
    )
    result = api.import_file(older)
    assert (result.orders_new, result.orders_updated, result.orders_unchanged) == (1, 0, 1)
    assert dict(Order.objects.values_list("order_no", "status")) == {
        "#1001": "cancelled",
        "#1002": "accepted",
    }
    # Its lines stay those that were told live.
    assert [line.quantity for line in OrderLine.objects.filter(order__order_no="#1001")] == [2]


def test_a_file_that_knows_a_later_order_knows_more_than_the_live_word(tmp_path: Path) -> None:
    _tell(1, updated_at="2026-11-10T10:00:00+09:00")
    newer = _shopify_file(
        tmp_path / "newer.csv",
        ("#1001", "refunded", "2026-11-01 10:00:00 +0900"),
        ("#1003", "paid", "2026-11-12 10:00:00 +0900"),
    )
    assert api.import_file(newer).orders_updated == 1
    assert Order.objects.get(order_no="#1001").status == "returned"


@pytest.mark.parametrize(
    ("updated", "status"),
    [("2026-11-10 12:00:00", "returned"), ("2026-11-10 08:00:00", "accepted")],
)
def test_where_the_file_says_when_an_order_changed_that_decides(
    updated: str, status: str, tmp_path: Path
) -> None:
    from okaeri.intake.applying import Surroundings, apply
    from okaeri.intake.webhooks import eccube
    from okaeri.intake.webhooks.words import Frame
    from tests.intake.fake_eccube import FakeEccube

    at = datetime.fromisoformat("2026-11-10T10:00:00+09:00")
    node = FakeEccube().order(7, changed=at)
    frame = Frame("eccube", "JPY", api_zone(), clock.now(), clock.now())
    words = eccube.read(eccube.ORDER, node, frame)
    assert words is not None
    apply(words, Surroundings(api_zone(), clock.now()))
    path = tmp_path / "受注.csv"
    row = f"7,77,p7@example.com,9,2026-11-01 10:00:00,{updated},1,化粧水,LOTION,3000,1,1"
    path.write_text(f"{_ECCUBE}\r\n{row}\r\n", encoding="cp932")
    api.import_file(path)
    assert Order.objects.get().status == status


def api_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Tokyo")


def test_blank_numbers_of_delivery_are_counted_by_the_contract(tmp_path: Path) -> None:
    header = (
        "受注番号,受注日時,受注ステータス,定期コード,定期購入回数,商品名,単価,数量,メールアドレス"
    )
    rows = [
        "O-3,2026-03-01 10:00:00,発送完了,T-1,,化粧水,3300,1,p@example.com",
        "O-1,2026-01-01 10:00:00,発送完了,T-1,,化粧水,3300,1,p@example.com",
        "O-X,2026-01-15 10:00:00,キャンセル,T-1,,化粧水,3300,1,p@example.com",
        "O-2,2026-02-01 10:00:00,発送完了,T-1,,化粧水,3300,1,p@example.com",
        "O-4,2026-02-01 10:00:00,発送完了,T-2,5,化粧水,3300,1,q@example.com",
        "O-5,2026-03-01 10:00:00,発送完了,T-2,,化粧水,3300,1,q@example.com",
        "O-6,2026-03-01 10:00:00,発送完了,,,化粧水,3300,1,r@example.com",
    ]
    path = tmp_path / "samurai.csv"
    path.write_text("\n".join([header, *rows]), encoding="cp932")
    assert api.import_file(path).connector == "samurai"
    numbers = dict(Order.objects.values_list("order_no", "delivery_no"))
    assert numbers == {
        "O-1": 1, "O-2": 2, "O-3": 3, "O-X": None, "O-4": 5, "O-5": 6, "O-6": None,
    }  # fmt: skip
    assert api.import_file(path).orders_unchanged == 7
    later = "O-7,2026-04-01 10:00:00,発送完了,T-1,,化粧水,3300,1,p@example.com"
    path.write_text("\n".join([header, later]), encoding="cp932")
    api.import_file(path)
    assert Order.objects.get(order_no="O-7").delivery_no == 4

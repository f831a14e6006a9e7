"""People of a file that is only looked at: the same as those of a file that is imported."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from okaeri.customers import api
from okaeri.intake import api as intake
from tests.intake.samples import template_file

from .people import day

_ROWS = (
    {"注文番号*": "1"},
    # The same phone and name; then a shared e-mail that joins two phones.
    {"注文番号*": "2", "メールアドレス": "new@example.com"},
    {
        "注文番号*": "3",
        "メールアドレス": "new@example.com",
        "電話番号": "03-9999-8888",
        "名": "はな",
    },
    # A household's phone with another name is somebody else.
    {"注文番号*": "4", "メールアドレス": "taro@example.com", "名": "太郎", "メイ": "タロウ"},
    {"注文番号*": "5", "メールアドレス": "z@example.com", "電話番号": "", "顧客ID": "7"},
    {"注文番号*": "6", "メールアドレス": "", "電話番号": "", "姓": "別", "名": "人", "顧客ID": "7"},
)


def _groups(orders: pa.Table) -> set[frozenset[str]]:
    people: dict[int | None, set[str]] = {}
    for number, customer in zip(
        orders["order_no"].to_pylist(), orders["customer_id"].to_pylist(), strict=True
    ):
        people.setdefault(customer, set()).add(number)
    return {frozenset(numbers) for numbers in people.values()}


@pytest.mark.django_db
def test_a_staged_file_has_the_people_an_import_finds(tmp_path: Path) -> None:
    path = template_file(tmp_path / "o.csv", *_ROWS)
    staged = intake.stage_file(path, zone=ZoneInfo("Asia/Tokyo"), folder=tmp_path)
    seen = api.read_staged_orders(staged)
    intake.import_file(path)
    while api.resolve_new_parties(day(0)):
        pass
    stored = pa.Table.from_batches(api.read_order_batches(0))
    assert _groups(seen) == _groups(stored)
    assert _groups(seen) == {frozenset("123"), frozenset("4"), frozenset("56")}
    # Subscriptions and hours are asked for by analyses a file alone does not get.
    further = {"subscription_no", "delivery_no", "ordered_hour", "shipped_on", "delivered_on"}
    assert set(stored.column_names) - set(seen.column_names) == further
    assert set(seen.column_names) <= set(stored.column_names)


@pytest.mark.django_db
def test_an_order_number_finds_its_customer(tmp_path: Path) -> None:
    intake.import_file(template_file(tmp_path / "o.csv", *_ROWS))
    api.resolve_new_parties(day(0))
    found = api.search_customers("4")
    assert found[0].full_name == "髙橋 太郎"
    assert len(api.search_customers("4", limit=1)) == 1

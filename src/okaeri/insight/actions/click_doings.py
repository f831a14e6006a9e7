"""Presses on links in messages, and the product or category that each link led to."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

import pyarrow as pa

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.segment_tables import (
    FACT_TABLES,
    SCHEMAS,
    find_recent_events,
)
from okaeri.insight.domain.pages import Goods, goods_by_page, goods_of
from okaeri.insight.reaction_types import ReadClicks
from okaeri.insight.segment_types import RECENT_DAYS
from okaeri.intake import api as intake

_TABLE = FACT_TABLES["click"]


def write_clicks(warehouse: Warehouse, as_of: date, clicks: ReadClicks | None) -> None:
    """Write the clicks of the last RECENT_DAYS days anew; visits were written before (`segment_doings`)."""
    found = iter(clicks(as_of - timedelta(days=RECENT_DAYS)) if clicks else ())
    first = next(found, None)
    # A shop without any needs no table, unless there is an older one to empty.
    if first is not None or warehouse.has(_TABLE):
        rows = _rows(chain([first], found), _known(warehouse, as_of)) if first else iter(())
        warehouse.replace(_TABLE, pa.RecordBatchReader.from_batches(SCHEMAS["click"], rows))


def _rows(batches: Iterator[pa.RecordBatch], known: dict[str, Goods]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        urls = batch.column("url").dictionary_encode()
        # An address stands in many messages: each is looked up once.
        goods = [goods_of(url, known) for url in urls.dictionary.to_pylist()]
        columns = [
            *(batch.column(name) for name in ("customer_id", "day", "url")),
            pa.array([one.sku for one in goods], pa.string()).take(urls.indices),
            pa.array([one.category for one in goods], pa.string()).take(urls.indices),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMAS["click"])


def _known(warehouse: Warehouse, as_of: date) -> dict[str, Goods]:
    """Give page → what it shows, as product files and visits of the shop's pages say."""
    products = (
        (one.url, Goods(sku, one.category))
        for sku, one in intake.list_products().items()
        if one.url
    )
    return goods_by_page(products, _seen(warehouse, as_of))


def _seen(warehouse: Warehouse, as_of: date) -> Iterator[tuple[str, Goods, int]]:
    rows = find_recent_events(warehouse, as_of)
    if rows is None:
        return
    sku, category = rows.sku.fill_null(""), rows.category.fill_null("")
    told = rows.filter(rows.url.notnull() & ((sku != "") | (category != "")))
    said = told.select("url", sku=told.sku.fill_null(""), category=told.category.fill_null(""))
    # Some at a time: campaigns make millions of addresses of one page.
    for batch in warehouse.stream(said.group_by(said.columns).agg(visits=said.count())):
        for row in batch.to_pylist():
            yield row["url"], Goods(row["sku"], row["category"]), row["visits"]

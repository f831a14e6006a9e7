"""A shop as Parquet for benchmarks: orders and lines with every column analyses read.

Half of the customers have one order, the others geometrically many, about ten a head in all; two and a
half lines an order over 5,000 products whose popularity falls like one over the rank; three years;
sent the next day and there two days later; some discounts, costs of four fifths of the orders, six
media, a seventh of the buyers subscribed.
"""

from pathlib import Path

import duckdb

_ORDERS = """
copy (
  with customers as (
    select i as customer_id, (hash(i) % 10000) / 10000.0 as u, (hash(i + 7919000000) % 10000) / 10000.0 as v
    from range(1, {customers} + 1) as t(i)),
  sized as (
    select *, case when u < 0.5 then 1
      else 2 + cast(floor(-ln(1 - (u - 0.5) * 2 * 0.99995) * 18.0) as bigint) end as orders
    from customers),
  orders as (select *, unnest(range(orders)) as nth from sized),
  priced as (
    select *, cast(1500 + hash(customer_id * 17 + nth) % 12000 as bigint) as net_minor,
      hash(customer_id * 23 + nth) as dice,
      date '2023-01-01' + cast(floor(v * 900 + nth * (15 + hash(customer_id * 31 + 1) % 60))
        + hash(customer_id * 1009 + nth) % 20 as integer) % 1090 as ordered_on
    from orders)
  select row_number() over () as order_id, customer_id, 'shop' as source,
    'N' || customer_id || '-' || nth as order_no, ordered_on,
    cast(ordered_on + 1 as date) as shipped_on, cast(ordered_on + 3 as date) as delivered_on,
    hash(customer_id * 13 + nth) % 50 <> 0 as is_purchase,
    nth = 0 and customer_id % 7 = 0 as is_trial, net_minor,
    case when dice % 5 > 0 then cast(net_minor * 0.4 as bigint) end as margin_minor,
    case when dice % 4 = 0 then 300 else 0 end::bigint as discount_minor,
    'media' || customer_id % 6 as media_code,
    case when customer_id % 7 = 3 then 'S' || customer_id else '' end as subscription_no,
    case when customer_id % 7 = 3 then nth + 1 end as delivery_no,
    cast(7 + dice % 16 as bigint) as ordered_hour
  from priced
) to '{path}' (format parquet)
"""

_LINES = """
copy (
  with counted as (
    select order_id, net_minor, cast(1 + hash(order_id * 41) % 4 as bigint) as lines from '{orders}'),
  each as (select *, unnest(range(lines)) as nth from counted)
  select order_id, cast(nth + 1 as bigint) as line_no,
    'P' || cast(floor(pow(5000, (hash(order_id * 7 + nth) % 100000) / 100000.0)) as integer) as sku,
    'product' as product_name, cast(1 + hash(order_id * 3 + nth) % 2 as bigint) as quantity,
    cast(net_minor / lines as bigint) as amount_minor
  from each
) to '{path}' (format parquet)
"""


def make_shop(customers: int, folder: Path) -> tuple[Path, Path]:
    """Write orders.parquet and order_lines.parquet of a shop with `customers` customers."""
    orders, lines = folder / "orders.parquet", folder / "order_lines.parquet"
    made = duckdb.connect(config={"memory_limit": "3GB", "preserve_insertion_order": "false"})
    made.execute(_ORDERS.format(customers=customers, path=orders))
    made.execute(_LINES.format(orders=orders, path=lines))
    return orders, lines

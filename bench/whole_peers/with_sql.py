"""The questions by hand in DuckDB SQL: one table of purchases and one of lines, each made once."""

from pathlib import Path
from typing import Any

import duckdb

from bench.refresh_peers import contest
from bench.whole_peers import questions as asked

_PURCHASES = """
create temp table purchases as
select order_id, customer_id, media_code, ordered_on, ordered_hour, net_minor, delivery_no,
  dense_rank() over (partition by customer_id order by ordered_on) as n,
  first_value(ordered_on) over (partition by customer_id order by ordered_on, order_id) as first_on,
  row_number() over (partition by customer_id order by ordered_on, order_id) = 1 as is_first
from '{folder}/orders.parquet'
where is_purchase and ordered_on <= date '{as_of}' and customer_id is not null
"""
_CUSTOMERS = """
create temp table customers as
select customer_id, min(ordered_on) as first_on, max(ordered_on) as last_on, max(n) as purchases,
  sum(net_minor)::bigint as net_minor, max(media_code) filter (is_first) as media,
  coalesce(sum(net_minor) filter (ordered_on > date '{year_ago}'), 0)::bigint as net_12m,
  min(ordered_on) filter (n = 2) as second_on
from purchases group by customer_id
"""
_ITEM_DAYS = """
create temp table item_days as
select *, row_number() over (partition by customer_id, sku order by ordered_on) as nth from (
  select customer_id, sku, ordered_on, sum(quantity) as quantity, sum(amount_minor) as amount
  from '{folder}/order_lines.parquet' join purchases using (order_id)
  where amount_minor > 0 and quantity > 0 group by all)
"""
_CLASSES = """
with price as (
  select 7 * sum(net_minor) / count(*) as bar from purchases where ordered_on < date '{frozen}')
select case when purchases = 1 then 'first' when elapsed < 90 then 'toddler'
  when net_minor < bar then 'steady' when elapsed < 210 then 'trend' else 'prime' end,
  date '{as_of}' - last_on >= 240, count(*), sum(net_minor)::bigint
from (select *, date '{as_of}' - first_on as elapsed from customers), price group by all
"""
_PAIRS = """
with baskets as (
  select distinct order_id, sku from '{folder}/order_lines.parquet' join purchases using (order_id)
  where amount_minor > 0 and quantity > 0 and customer_id % {one_in} = 0),
sizes as (select sku, count(*) as orders from baskets group by sku),
often as (select * from baskets semi join (from sizes where orders >= {fewest}) using (sku)),
pairs as (
  select x.sku as a, y.sku as b, count(*) as n from often x join often y using (order_id)
  where x.sku < y.sku group by all having n >= {fewest})
select a, b, n from pairs join sizes s on s.sku = a join sizes t on t.sku = b
order by n * (select count(distinct order_id) from baskets) / (s.orders * t.orders) desc, n desc, a, b
limit {top}
"""


def answer(folder: Path) -> contest.Answers:
    made = duckdb.connect(config={"memory_limit": "4GB", "preserve_insertion_order": "false"})
    words = {"folder": folder, "as_of": contest.AS_OF, "year_ago": contest.YEAR_AGO}

    def ask(sql: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = made.execute(sql).fetchall()
        return rows

    for table in (_PURCHASES, _CUSTOMERS, _ITEM_DAYS):
        ask(table.format(**words))
    ((rows,),) = ask("select count(*) from item_days")
    one_in = max(1, -(-rows // asked.MOST_PAIRED_ROWS))
    as_of = f"date '{contest.AS_OF}'"
    return {
        "classes": ask(_CLASSES.format(frozen=contest.THRESHOLD_BEFORE, **words)),
        "deciles": ask(
            """select decile, count(*), sum(net_12m)::bigint from (
            select net_12m, ntile(10) over (order by net_12m desc, customer_id) as decile
            from customers where net_12m > 0) group by decile"""
        ),
        "hours": ask(
            """select isodow(ordered_on) - 1, ordered_hour, count(*), sum(net_minor)::bigint
            from purchases where coalesce(delivery_no, 1) <= 1 group by all"""
        ),
        "survival": ask(
            f"""select media, n, count(*) filter (purchases >= n) from customers,
            range(1, {asked.DEEPEST} + 1) as steps(n) group by all"""
        ),
        "lifetime": _lifetimes(ask, as_of),
        "waits": [
            ask(
                f"""select {days}, count(*), count(*) filter (second_on - first_on <= {days})
                from customers where {as_of} - first_on >= {days}"""
            )[0]
            for days in asked.WAIT_DAYS
        ],
        "months": ask(
            f"""select strftime(date_trunc('month', ordered_on), '%Y-%m') as month,
              coalesce(sum(net_minor) filter (n = 1), 0)::bigint,
              coalesce(sum(net_minor) filter (n > 1), 0)::bigint, count(*)
            from purchases group by month order by month desc limit {asked.MONTHS}"""
        ),
        "products": ask(
            f"""select sku, count(*) filter (nth = 1) as buyers, count(*) filter (nth = 2),
            sum(quantity)::bigint, sum(amount)::bigint from item_days group by sku
            order by buyers desc, sku limit {asked.TOP_PRODUCTS}"""
        ),
        "pairs": ask(
            _PAIRS.format(
                folder=folder, one_in=one_in, fewest=asked.FEWEST_PAIRS, top=asked.TOP_PAIRS
            )
        ),
    }


def _lifetimes(ask: Any, as_of: str) -> list[tuple[Any, ...]]:
    # Net of each window, one pass; then people and means by media.
    sums = ", ".join(
        f"sum(net_minor) filter (ordered_on - first_on <= {days}) as net_{days}"
        for days in asked.LIFE_WINDOWS
    )
    ask(f"create temp table lives as select customer_id, {sums} from purchases group by all")
    return [
        row
        for days in asked.LIFE_WINDOWS
        for row in ask(
            f"""select media, {days}, count(*), round(sum(net_{days}) / count(*))::bigint
            from lives join customers using (customer_id)
            where {as_of} - first_on >= {days} group by media"""
        )
    ]


if __name__ == "__main__":
    contest.run(answer)

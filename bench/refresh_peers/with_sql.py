"""The same by hand in DuckDB SQL, with the same settings of memory and threads."""

from pathlib import Path
from typing import Any

import duckdb

from bench.refresh_peers import contest

HISTORY = """
create temp table history as
select customer_id, net_minor, net_12m_minor, priced_orders, priced_net,
  list_filter(days, lambda day, k: k = 1 or day <> days[k - 1]) as days
from (
  select customer_id, sum(net_minor)::bigint as net_minor, list_sort(list(ordered_on)) as days,
    sum(case when ordered_on > date '{year_ago}' then net_minor else 0 end)::bigint as net_12m_minor,
    count(*) filter (ordered_on < date '{frozen}') as priced_orders,
    sum(net_minor) filter (ordered_on < date '{frozen}') as priced_net
  from read_parquet('{path}')
  where is_purchase and ordered_on <= date '{as_of}' and customer_id is not null
  group by customer_id)
"""
CUSTOMERS = """
create temp table customers as
select *,
  case when n = 1 then 'first' when as_of - first_on < 90 then 'toddler'
       when net_minor < {bar} then 'steady' when as_of - first_on < 210 then 'trend'
       else 'prime' end as stage,
  recency >= 240 as is_lapsed,
  1 + (recency <= 30)::int + (recency <= 90)::int + (recency <= 180)::int + (recency <= 365)::int as r,
  1 + (n >= 2)::int + (n >= 3)::int + (n >= 5)::int + (n >= 12)::int as f,
  1 + (net_minor > {m[0]})::int + (net_minor > {m[1]})::int + (net_minor > {m[2]})::int
    + (net_minor > {m[3]})::int as m,
  case when fresh >= 70 then 'fresh' when fresh >= 40 then 'fading' when fresh >= 15 then 'care'
       else 'lost' end as band
from (
  select *, 100 * pow(2, -recency / greatest(coalesce(cycle, {cycle}), 1)) as fresh
  from (
    select customer_id, net_minor, net_12m_minor, n, first_on, second_on, as_of,
      as_of - last_on as recency,
      case when len(recent) >= 2
        then (recent[(len(recent) + 1) // 2] + recent[len(recent) // 2 + 1]) / 2.0 end as cycle,
      len(returns) > 0 as is_revived
    from (
      select customer_id, net_minor, net_12m_minor, len(days) as n, days[1] as first_on,
        days[2] as second_on, days[-1] as last_on, date '{as_of}' as as_of,
        list_sort(list_transform(days[greatest(len(days) - 4, 2):],
          lambda day, k: day - days[greatest(len(days) - 4, 2) + k - 2])) as recent,
        list_filter(days, lambda day, k: k > 1 and day > date '{as_of}' - 90
          and day - days[k - 1] >= 240) as returns
      from history)))
"""


def answer(path: Path) -> contest.Answers:
    made = duckdb.connect(config={"memory_limit": "4GB", "preserve_insertion_order": "false"})

    def ask(sql: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = made.execute(sql).fetchall()
        return rows

    ask(
        HISTORY.format(
            path=path,
            as_of=contest.AS_OF,
            year_ago=contest.YEAR_AGO,
            frozen=contest.THRESHOLD_BEFORE,
        )
    )
    sums = "sum(priced_net) / sum(priced_orders), quantile_cont(net_minor, [0.2, 0.4, 0.6, 0.8])"
    ((price, edges),) = ask(f"select {sums} from history")
    ((cycle,),) = ask(
        "select median(later - earlier) from (select unnest(days[2:]) as later, "
        "unnest(days[:-2]) as earlier from history where len(days) > 1)"
    )
    ask(CUSTOMERS.format(as_of=contest.AS_OF, bar=7 * price, cycle=cycle, m=edges))
    people = ask(
        """select cohort, cohort as month, count(*) from (
          select date_trunc('month', days[1]) as cohort from history) group by all
        union all select cohort, month, count(*) from (
          select cohort, date_trunc('month', later) as month, date_trunc('month', earlier) as before
          from (select date_trunc('month', days[1]) as cohort, unnest(days[2:]) as later,
            unnest(days[:-2]) as earlier from history where len(days) > 1))
        where month <> before group by all"""
    )
    money = {
        (cohort, at): net
        for cohort, at, net in ask(
            f"""select cohort, date_trunc('month', ordered_on), sum(o.net_minor)::bigint
            from read_parquet('{path}') as o
            join (select customer_id, date_trunc('month', days[1]) as cohort from history)
              using (customer_id)
            where is_purchase and ordered_on <= date '{contest.AS_OF}' group by all"""
        )
    }
    windows = [
        ask(
            f"""select {days}, count(*), count(*) filter (second_on - first_on <= {days}) from customers
            where as_of - first_on >= {days}"""
        )[0]
        for days in contest.WINDOWS
    ]
    return {
        "classes": ask(
            "select stage, is_lapsed, count(*), sum(net_minor)::bigint from customers group by all"
        ),
        "rfm": ask("select r, f, count(*), sum(net_minor)::bigint from customers group by all"),
        "bands": ask("select band, count(*) from customers group by all"),
        "f2": windows,
        "cohorts": [
            (f"{c:%Y-%m}", (m.year - c.year) * 12 + m.month - c.month, k, money[c, m])
            for c, m, k in people
        ],
    }


contest.run(answer)

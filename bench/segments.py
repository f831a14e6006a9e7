"""A hundred segments over a million customers, who came and went included: all at once, one by one.

    python -m bench.segments [--customers 1000000] [--runs 1] [--only ours,naive]

Makes people, ten orders each and 2.5 lines an order with DuckDB SQL, stores a hundred rules (columns,
counts over windows, sums, products, sequences, segments in segments) and finds their members for one
day, untimed; then every side finds them for the next day and keeps members and changes in SQLite.
"ours" reads each table once for all rules; "naive" asks for one segment after the other, with the same
expressions on the same engine. Both must find the same people. Seconds are wall time without imports
and without making the shop; memory is the peak of the process.
"""

import argparse
import hashlib
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bench.sides import Figures, Watch, compare, open_shop, report, run_side

AS_OF = date(2025, 12, 31)
APPS = ("foundation", "intake", "customers", "insight")
SIDES = ("ours", "naive")
_PEOPLE = """
select i as customer_id, date '2025-12-31' as as_of,
  ['first', 'toddler', 'steady', 'trend', 'prime'][1 + h(i) % 5] as stage,
  h(i + 1) % 3 = 0 as is_lapsed, h(i + 2) % 9 = 0 as is_at_risk,
  h(i + 3) % 9 = 0 as is_f2_late, h(i + 4) % 30 = 0 as is_revived,
  cast(1 + h(i + 5) % 20 as bigint) as purchase_count, cast(1 + h(i + 5) % 20 as bigint) as order_count,
  date '2023-01-01' + cast(h(i + 6) % 900 as integer) as first_on, cast(null as date) as second_on,
  date '2025-12-31' - cast(h(i + 7) % 700 as integer) as last_on,
  cast(h(i + 8) % 900 as bigint) as tenure_days, cast(h(i + 7) % 700 as bigint) as recency_days,
  cast(1000 + h(i + 9) % 200000 as bigint) as net_minor,
  cast(h(i + 10) % 90000 as bigint) as net_12m_minor,
  cast(1 + h(i + 11) % 5 as bigint) as r_rank, cast(1 + h(i + 12) % 5 as bigint) as f_rank,
  cast(1 + h(i + 13) % 5 as bigint) as m_rank, (h(i + 14) % 900) / 10.0 as cycle_days,
  (h(i + 15) % 1000) / 10.0 as freshness,
  ['fresh', 'fading', 'care', 'lost'][1 + h(i + 16) % 4] as freshness_band,
  cast(101 + h(i + 17) % 28 as bigint) as birthday,
  ['東京都', '大阪府', '福岡県', '北海道'][1 + h(i + 18) % 4] as prefecture,
  date '2022-12-01' + cast(h(i + 6) % 900 as integer) as known_on,
  cast(1 + h(i + 19) % 10 as bigint) as decile
from range(1, {customers} + 1) as t(i)
"""
_ORDERS = """
select i as order_id, cast(1 + h(i) % {customers} as bigint) as customer_id, 'shop' as source,
  date '2023-01-01' + cast(h(i * 7 + 1) % 1095 as integer) as ordered_on,
  cast(7 + h(i + 9) % 16 as bigint) as ordered_hour, true as is_purchase,
  h(i + 3) % 20 = 0 as is_trial, cast(500 + h(i + 4) % 12000 as bigint) as net_minor,
  cast(case when h(i + 5) % 3 = 0 then 300 else 0 end as bigint) as discount_minor,
  ['', 'ad', 'letter'][1 + h(i + 6) % 3] as media_code, '' as subscription_no,
  cast(null as bigint) as delivery_no
from range(1, {customers} * 10 + 1) as t(i)
"""
_LINES = """
select cast(1 + i * 2 // 5 as bigint) as order_id, i % 3 as line_no,
  'SKU' || (h(i + 1) % 300) as sku, 'Product ' || (h(i + 1) % 300) as product_name,
  cast(1 + h(i + 2) % 3 as bigint) as quantity, cast(300 + h(i + 3) % 5000 as bigint) as amount_minor
from range(0, {customers} * 25) as t(i)
"""
_TABLES = {"segment_people": _PEOPLE, "orders": _ORDERS, "order_lines": _LINES}
Rule = dict[str, Any]


def make_shop(folder: Path, customers: int) -> None:
    """Write the warehouse's tables."""
    from okaeri.foundation.warehouse import open_warehouse

    made = duckdb.connect(config={"memory_limit": "3GB", "preserve_insertion_order": "false"})
    made.execute("create macro h(x) as cast(hash(x) >> 8 as bigint)")
    warehouse = open_warehouse(folder / "warehouse")
    for name, sql in _TABLES.items():
        reader = made.sql(sql.format(customers=customers)).to_arrow_reader(500_000)
        warehouse.replace(name, reader)
    warehouse.close()


def is_(field: str, op: str, value: object) -> Rule:
    return {"field": field, "op": op, "value": value}


def did(fact: str, *where: Rule, **more: object) -> Rule:
    return {"did": fact, "where": list(where), **more}


def hundred_rules() -> list[Rule]:
    """Give rules of the kinds a shop keeps; some name the ones before."""
    stages = ("first", "toddler", "steady", "trend", "prime")
    rules: list[Rule] = []
    for n, stage in enumerate(stages * 6):
        rules.append({"all": [is_("stage", "=", stage), is_("r_rank", ">=", 1 + n // 6)]})
    for n in range(10):
        rules.append({"any": [is_("decile", "<=", n + 1), is_("net_minor", ">=", 9_000 * n)]})
        rules.append(is_("last_on", "last_days", 30 * (n + 1)))
    for n in range(15):
        rules.append(did("order", last_days=30 * (n + 1), op=">=", value=1 + n // 5))
    for n in range(5):
        rules.append(did("order", last_days=365, measure="sum:net_minor", op=">=", value=9_000 * n))
        rules.append(
            did("order", is_("is_discounted", "=", True), measure="share", op=">=", value=0.1 * n)
        )
    for n in range(12):
        rules.append(did("item", is_("sku", "=", f"SKU{n}"), last_days=90 * (1 + n % 4)))
    for n in range(8):
        begin = {"did": "item", "where": [is_("sku", "=", f"SKU{n}")]}
        then = {"did": "item", "where": [is_("sku", "=", f"SKU{n + 20}")]}
        rules.append({"last": begin, "then": then, "within_days": 60, "happened": n % 2 == 0})
    for n in range(5):
        rules.append(
            {"all": [{"segment": n + 1}, {"not": {"segment": n + 40}}, {"segment": n + 60}]}
        )
    return rules


def run(side: str, folder: Path) -> None:
    """Find everybody's members for the second day, timed, and print the figures."""
    open_shop()
    from django.db import transaction

    from okaeri.foundation import clock
    from okaeri.foundation.warehouse import open_warehouse
    from okaeri.insight.actions import segment_members, segments
    from okaeri.insight.models import Segment, SegmentChange
    from okaeri.insight.store import segments as store

    for n, rule in enumerate(hundred_rules(), start=1):
        Segment.objects.create(id=n, name=str(n), rule=rule, created_at=clock.now())
    warehouse = open_warehouse(folder / "warehouse")
    before = segments.recount(warehouse, AS_OF - timedelta(days=1))
    with transaction.atomic():
        segments.save_counts(before, clock.now())
    watch = Watch()
    if side == "ours":
        found = segments.recount(warehouse, AS_OF)
    else:
        found = {}
        for number, (_, rule) in store.rules().items():
            resolved = segments.resolve_now(segments.read_rule(rule), AS_OF)
            members = segment_members.find_members(warehouse, [resolved], AS_OF)[0]
            found[number] = segments.Counted(members, {})
    with transaction.atomic():
        segments.save_counts(found, clock.now())
    used = watch.read()
    people = sum(len(one.members) for one in found.values())
    mark = _mark_of([found[number].members for number in sorted(found)])
    report(
        **used, count=len(found), people=people, changes=SegmentChange.objects.count(),
        mark=mark,
    )  # fmt: skip
    warehouse.close()


def _mark_of(segments: list[Any]) -> int:
    """Give one number for who is in each segment: bitmaps of the same people may have other bytes."""
    kept = hashlib.sha256()
    for members in segments:
        kept.update(np.fromiter(members, dtype=np.int64, count=len(members)).tobytes() + b"|")
    return int(kept.hexdigest()[:12], 16)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--customers", type=int, default=1_000_000)
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--only", default=",".join(SIDES))
    words.add_argument("--side", default="")
    words.add_argument("--folder", default="")
    asked = words.parse_args()
    if asked.side:
        run(asked.side, Path(asked.folder))
        return 0
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
        make_shop(Path(name), asked.customers)
        best: dict[str, Figures] = {}
        for turn in range(asked.runs):
            for side in asked.only.split(","):
                folder = Path(name) / f"{side}{turn}"
                folder.mkdir()
                found = run_side("bench.segments", side, folder, APPS, "--folder", name)
                if side not in best or found["seconds"] < best[side]["seconds"]:
                    best[side] = found
    ours = best["ours"]
    print(
        f"{ours['count']:.0f} segments, {asked.customers:,} customers: {ours['seconds']:.1f} s, "
        f"{ours['people']:,.0f} memberships, {ours['changes']:.0f} segments changed"
    )
    if "naive" in best:
        compare(best, "segments", "naive")
    else:
        print(f"CPU {ours['cpu_seconds']:.1f} s, peak {ours['peak_mb']:,.0f} MB")
    if len({found["mark"] for found in best.values()}) > 1:
        print("The sides found different people.")
        return 1
    return 0 if ours["seconds"] < 10 or asked.customers < 1_000_000 else 1


if __name__ == "__main__":
    sys.exit(main())

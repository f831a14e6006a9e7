# ruff: noqa: E402 - the settings must be named before Django is imported
"""Our own analyses as a refresh runs them, as far as the peers are asked; `with_all` runs the rest too."""

import os
import tempfile

FOLDER = tempfile.mkdtemp(prefix="okaeri-bench-")
os.environ["OKAERI_DATA_DIR"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"

from collections.abc import Iterable
from pathlib import Path

import django

django.setup()

import pyarrow.parquet as pq
from django.core.management import call_command

from bench.refresh_peers import contest
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight.actions.analysis import (
    Found,
    Request,
    analyse_customers,
    build_reports,
    price_on,
)
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules

call_command("migrate", verbosity=0)
warehouse = open_warehouse(Path(FOLDER) / "warehouse")


ASKED = (
    "deciles",
    "timing",
    "survival",
    "lifetime_value",
    "f2_waits",
    "sales_mix",
    "products",
    "baskets",
)


def read_shop(folder: Path) -> tuple[Request, Found, Sources]:
    """Read the files as if they lay in the warehouse, and let the classes be computed."""
    files = {name: folder / f"{name}.parquet" for name in ("orders", "order_lines")}
    tables = {
        name: warehouse.read_files([path], pq.read_schema(path)) for name, path in files.items()
    }
    # The lines lie where the warehouse would have put them.
    vars(warehouse).update(has=lambda name: name in tables, table=lambda name: tables[name])
    orders = tables["orders"].mutate(change_no=tables["orders"].order_id)
    request = Request(contest.AS_OF, LifecycleRules(), RankRules())
    found = analyse_customers(warehouse, orders, request)
    sources = Sources(
        warehouse,
        orders,
        found.customers,
        as_of=contest.AS_OF,
        rules=request.rules,
        threshold_minor=found.price.threshold_minor,
        threshold_on=lambda day: price_on(found, day, request.rules).threshold_minor,
    )
    return request, found, sources


def answer(folder: Path, names: Iterable[str] = ASKED) -> contest.Answers:
    request, found, sources = read_shop(folder)
    reports = build_reports(warehouse, found, request, known=0)
    reports |= {name: ANALYSES[name](sources) for name in names}
    return _answers(reports)


def _answers(reports: dict[str, dict]) -> contest.Answers:
    return {
        "classes": [
            (c["stage"], c["is_lapsed"], c["customers"], c["net_minor"])
            for c in reports["portfolio"]["cells"]
            if c["customers"]
        ],
        "deciles": [
            (d["decile"], d["customers"], d["net_minor"]) for d in reports["deciles"]["deciles"]
        ],
        "hours": [
            (c["weekday"], c["hour"], c["orders"], c["net_minor"])
            for c in reports["timing"]["cells"]
            if c["orders"]
        ],
        "survival": [
            (part["value"], step["n"], step["reached"])
            for part in reports["survival"]["facets"]["media"]
            for step in part["steps"]
        ],
        "lifetime": [
            (part["value"], w["days"], w["customers"], w["ltv_minor"])
            for part in reports["lifetime_value"]["media"]
            for w in part["windows"]
        ],
        "waits": [
            (w["days"], w["eligible"], w["converted"])
            for w in reports["f2_waits"]["all"]["windows"]
        ],
        "months": [
            (m["month"], m["first_minor"], m["repeat_minor"], m["orders"])
            for m in reports["sales_mix"]["months"]
        ],
        "products": [
            (p["sku"], p["buyers"], p["repeat_buyers"], p["quantity"], p["net_minor"])
            for p in reports["products"]["products"][:500]
        ],
        "pairs": [(p["a"], p["b"], p["both"]) for p in reports["baskets"]["together"][:100]],
    }


if __name__ == "__main__":
    contest.run(answer)

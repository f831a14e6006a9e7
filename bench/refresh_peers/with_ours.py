# ruff: noqa: E402 - the settings must be named before Django is imported
"""Our own analysis, as the nightly refresh runs it."""

import os
import tempfile

FOLDER = tempfile.mkdtemp(prefix="okaeri-bench-")
os.environ["OKAERI_DATA_DIR"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"

from pathlib import Path

import django

django.setup()

import pyarrow.parquet as pq

from bench.refresh_peers import contest
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight.actions.analysis import Request, analyse_customers, build_reports
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules

# Opening imports the engine; like every contender's imports it is not measured.
warehouse = open_warehouse(Path(FOLDER) / "warehouse")


def answer(path: Path) -> contest.Answers:
    orders = warehouse.read_files([path], pq.read_schema(path))
    request = Request(contest.AS_OF, LifecycleRules(), RankRules())
    found = analyse_customers(warehouse, orders, request)
    reports = build_reports(warehouse, found, request, known=0)
    cells = reports["portfolio"]["cells"]
    return {
        "classes": [
            (c["stage"], c["is_lapsed"], c["customers"], c["net_minor"])
            for c in cells
            if c["customers"]
        ],
        "rfm": [
            (c["r"], c["f"], c["customers"], c["net_minor"])
            for c in reports["rfm"]["cells"]
            if c["customers"]
        ],
        "bands": [
            (b["band"], b["customers"]) for b in reports["freshness"]["bands"] if b["customers"]
        ],
        "f2": [(w["days"], w["eligible"], w["converted"]) for w in reports["f2"]["windows"]],
        "cohorts": [
            (row["month"], at, people, net)
            for row in reports["cohorts"]["rows"]
            for at, (people, net) in enumerate(zip(row["buyers"], row["net_minor"], strict=True))
            if people
        ],
    }


contest.run(answer)

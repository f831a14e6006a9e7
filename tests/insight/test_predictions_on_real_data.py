"""Predictions on real order histories: what is told at one day against what came after it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight.actions.analysis import Request, analyse_customers
from okaeri.insight.actions.predictions import Predictions, predict
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from tests.insight.real_orders import CLEAN, online_retail, online_retail_path

pytestmark = pytest.mark.engine


def _cdnow(shared_data: Path) -> pa.Table:
    path = shared_data / "cdnow" / "cdnow_sample.csv.gz"
    if not path.is_file():
        pytest.skip(f"CDNOW not found at {path}")
    return duckdb.sql(f"""
        select row_number() over () as order_id, cast(sample_id as bigint) as customer_id,
               'shop' as source, cast(date as date) as ordered_on, cast(0 as bigint) as ordered_hour,
               true as is_purchase, false as is_trial, cast(round(spend * 100) as bigint) as net_minor,
               cast(0 as bigint) as discount_minor, cast(null as bigint) as margin_minor,
               '' as media_code, '' as subscription_no, cast(null as bigint) as delivery_no
        from read_csv_auto('{path}')
        """).to_arrow_table()


@cache
def _predict(name: str, as_of: date, shared_data: Path) -> Predictions:
    orders = (
        _cdnow(shared_data)
        if name == "cdnow"
        else online_retail(online_retail_path(shared_data), CLEAN)
    )
    with TemporaryDirectory() as folder:
        warehouse = open_warehouse(Path(folder))
        table = warehouse.upload(orders)
        request = Request(as_of, LifecycleRules(), RankRules())
        found = analyse_customers(warehouse, table, request)
        bar = found.price.threshold_minor
        sources = Sources(
            warehouse, table, found.customers,
            as_of=as_of, rules=request.rules, threshold_minor=bar,
        )  # fmt: skip
        told = predict(sources, PredictionRules())
        warehouse.close()
    return told


END = {"cdnow": date(1998, 6, 30), "retail": date(2011, 12, 9)}


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("cdnow", date(1998, 6, 30)),
        ("cdnow", date(1998, 2, 15)),
        ("retail", date(2011, 12, 9)),
        ("retail", date(2011, 9, 15)),
    ],
)
def test_the_80_percent_interval_of_the_next_purchase_holds_what_it_says(
    shared_data: Path, name: str, as_of: date
) -> None:
    replay = _predict(name, as_of, shared_data).payload["replay"]
    assert replay["next"]["came"] > 200
    assert 0.76 <= replay["next"]["inside"] <= 0.84
    # Purchases are few and whole, so their interval holds at least what it says.
    assert replay["orders"]["inside"] >= 0.8


def test_deciles_of_foretold_purchases_and_value_come_in_their_order(shared_data: Path) -> None:
    replay = _predict("cdnow", END["cdnow"], shared_data).payload["replay"]
    for tenths in (replay["orders"]["tenths"], replay["value"]["tenths"]):
        told, came = ([row[key] for row in tenths] for key in ("told", "came"))
        assert told == sorted(told)
        assert came[-1] > 5 * np.mean(came[:5])
        assert came[-1] == max(came)
    assert replay["orders"]["told"] == pytest.approx(replay["orders"]["came"], rel=0.25)


def test_lapse_risk_is_chosen_on_a_later_stretch_and_its_chances_come_true(
    shared_data: Path,
) -> None:
    found = _predict("retail", END["retail"], shared_data)
    lapse = found.payload["replay"]["lapse"]
    scores = {row["name"]: row for row in lapse["scores"]}
    assert set(scores) == {"rule", "logistic", "boosting"}
    assert scores[lapse["model"]]["log_loss"] == min(row["log_loss"] for row in lapse["scores"])
    assert scores[lapse["model"]]["auc"] > 0.7
    people = sum(row["people"] for row in lapse["reliability"])
    off = sum(row["people"] * abs(row["told"] - row["came"]) for row in lapse["reliability"])
    assert off / people < 0.06
    risk = np.array(found.rows["lapse_risk"])
    assert ((risk > 0) & (risk < 1)).all()


def test_the_best_by_foretold_value_spend_more_than_the_loyal_by_class(shared_data: Path) -> None:
    top = _predict("retail", END["retail"], shared_data).payload["replay"]["top"]
    assert top["people"] > 50
    assert top["top_minor"] > top["prime_minor"] > 0
    assert top["top_minor"] < top["all_minor"]

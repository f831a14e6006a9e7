"""Features stay inside the portable subset and compile for both engines."""

import ast
import functools
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

import okaeri
from okaeri.insight.types import LifecycleRules
from tests.compile_gate import DIALECTS, compile_everywhere
from tests.insight import feature_lists
from tests.insight.feature_list import KEYS, all_features, staged_by_name, unbound_orders

SOURCE = Path(okaeri.__file__).parent
FEATURE_FILES = sorted(SOURCE.glob("*/features/*.py"))

# Method → what to write instead (design, "Portable analysis").
FORBIDDEN = {
    "hash": "first digits of hexdigest('sha256')",
    "sample": "a threshold on the digits of a hash",
    "execute": "Warehouse.collect",
    "to_pandas": "Warehouse.collect",
    "raw_sql": "an Ibis expression",
    "sql": "an Ibis expression",
    "asof_join": "a range join and row_number",
    "mode": "count and row_number",
    "iso_year": "a calendar column",
    "first": "argmin",
    "last": "argmax",
    "group_concat": "collect and sort",
}
_PARTS_OF_TIME = {"second", "minute", "hour", "millisecond"}


def problems_of(source: str, name: str = "feature.py") -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method, words = node.func.attr, {k.arg: k.value for k in node.keywords}
        place = f"{name}:{node.lineno}"
        if method in FORBIDDEN:
            found.append(f"{place} .{method}( - write {FORBIDDEN[method]}")
        if method == "count" and (node.args or "where" in words):
            found.append(f"{place} count(where=) is NULL on Spark - write ifelse(1, 0).sum()")
        if "order_by" in words and method == "collect":
            found.append(f"{place} collect(order_by=) - write collect().sort()")
        if method == "delta" and not _is_of_days(words):
            found.append(f"{place} delta of timestamps - take .date() first and unit='day'")
    return found


def _is_of_days(words: dict[str | None, ast.expr]) -> bool:
    unit = words.get("unit")
    return isinstance(unit, ast.Constant) and unit.value == "day"


@pytest.mark.parametrize("path", FEATURE_FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_feature_files_keep_to_the_portable_subset(path: Path) -> None:
    assert problems_of(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "t.a.hash()",
        "t.sample(0.1)",
        "t.execute()",
        "t.a.count(where=t.b)",
        "t.ordered_at.delta(t.b, unit='hour')",
        "t.ordered_at.delta(t.b, 'day')",
        "t.a.first(order_by=t.b)",
        "t.a.collect(order_by=t.b)",
    ],
)
def test_the_check_sees_each_forbidden_form(wrong: str) -> None:
    assert problems_of(wrong)


def test_every_feature_function_is_in_the_list() -> None:
    """A new compute_ function must be added to `feature_list`, and so to both engines' lanes."""
    here = Path(__file__).parent
    lists = [here / "feature_list.py", *(here / "feature_lists").glob("*.py")]
    listed = "".join(path.read_text(encoding="utf-8") for path in lists)
    for path in sorted((SOURCE / "insight" / "features").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("compute_"):
                assert node.name in listed, f"{path.name}: {node.name}"
                doc = ast.get_docstring(node) or ""
                assert doc.startswith("One row"), f"{path.name}: {node.name} says no row"


@functools.cache
def _features(rules: LifecycleRules) -> dict[str, ir.Table]:
    # A refresh stages the row per customer, and so the long chain is compiled once, not seven times.
    day = date(2026, 1, 15)
    orders = unbound_orders()
    core = all_features(orders, as_of=day, rules=rules, stage=staged_by_name)
    tables = feature_lists.tables_over(
        orders,
        feature_lists.unbound_order_lines(),
        feature_lists.unbound_products(),
        staged_by_name(core["customers"]),
        as_of=day,
        rules=rules,
        stage=lambda name, expr: ibis.table(expr.schema(), name=name),
    )
    return {**core, **feature_lists.features_of(tables)}


DEFAULT = LifecycleRules()
OTHER = LifecycleRules(tenure_basis="span", merge_same_day=False, count_trial=False)


@pytest.mark.parametrize("rules", [DEFAULT, OTHER], ids=["default", "other"])
@pytest.mark.parametrize("name", [*KEYS, *feature_lists.KEYS])
def test_every_feature_compiles_for_both_engines(name: str, rules: LifecycleRules) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'okaeri[spark]'")
    expr = _features(rules)[name]
    if rules is OTHER and expr.equals(_features(DEFAULT)[name]):
        return  # the same expression has compiled under the default rules
    sql = compile_everywhere(expr)
    assert set(sql) == set(DIALECTS)
    assert all("SELECT" in text for text in sql.values())

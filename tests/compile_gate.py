"""The compile gate: every expression in the SQL of both engines, without a Java machine.

It finds what an engine cannot say at all; what engines say differently shows only when both run.
"""

import ibis
import ibis.expr.types as ir

DIALECTS = ("duckdb", "pyspark")


def to_sql(expr: ir.Expr, dialect: str) -> str:
    """Give `expr` as SQL text of "duckdb" or "pyspark"; raises where that engine has no such word."""
    if dialect == "pyspark":
        # Ibis registers a backend's options when it is first named; this imports PySpark, not Java.
        _ = ibis.pyspark
    return str(ibis.to_sql(expr, dialect=dialect, pretty=False))


def compile_everywhere(expr: ir.Expr) -> dict[str, str]:
    """Give dialect → SQL for every engine the product runs on."""
    return {dialect: to_sql(expr, dialect) for dialect in DIALECTS}

"""Calendar months as numbers."""

import ibis.expr.types as ir


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Give year × 12 + month − 1: a count of months since year 0, portable and small."""
    return day.year() * 12 + day.month() - 1

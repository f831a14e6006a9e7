"""The amount and the day of an order that count, as SQL over stored orders (`CountingRules`).

Nothing is rewritten when the shop changes its mind: whoever reads orders reads them by the rules of now.
"""

from django.db.models import BigIntegerField, DateField, F
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce

from okaeri.foundation.settings import load
from okaeri.intake.counting_types import (
    BY_SHIPPING,
    MERCH_NET,
    MERCH_NET_NO_TAX,
    CountingRules,
)
from okaeri.intake.domain import statuses
from okaeri.intake.types import OrderRecord

_NAMES = tuple(OrderRecord.__dataclass_fields__)
_DAY = "counted_on"


def columns_by(rules: CountingRules) -> dict[str, str]:
    """Give column of an order → SQL of what counts in its place; none where it is the column itself."""
    found: dict[str, str] = {}
    if rules.amount_basis != MERCH_NET:
        net = _net(rules)
        found = {"net_minor": net, "margin_minor": f'"margin_minor" + ({net}) - "net_minor"'}
    if rules.analysis_date == BY_SHIPPING:
        found["ordered_on"] = 'COALESCE("shipped_on", "ordered_on")'
    return found


def _net(rules: CountingRules) -> str:
    if rules.amount_basis == MERCH_NET_NO_TAX:
        # Points and discounts were taken off goods with tax, so a sum holds the lines' share of tax.
        share = '("lines_tax_minor" * 1.0 / "lines_minor")'
        guessed = f"({rules.tax_rate:.4f} / (100.0 + {rules.tax_rate:.4f}))"
        known = '"lines_tax_minor" IS NOT NULL AND "lines_minor" <> 0'
        tax = f'"net_minor" * CASE WHEN {known} THEN {share} ELSE {guessed} END'
        return f'("net_minor" - CAST(ROUND({tax}) AS bigint))'
    # The same orders count as in `domain.orders.net_of`, by what was paid in all.
    paid = '("total_minor" - "refunded_minor")'
    sold = f'"status" = \'{statuses.ACCEPTED}\' AND "lines_minor" >= 0'
    back = f'"status" = \'{statuses.RETURNED}\' AND "lines_minor" < 0'
    return (
        f"(CASE WHEN {sold} AND {paid} > 0 THEN {paid} "
        f'WHEN {back} AND "total_minor" < 0 THEN "total_minor" ELSE 0 END)'
    )


def record_columns() -> list[str | Combinable]:
    """Give the columns of `OrderRecord` in its order, for `values_list` of orders."""
    rules = load(CountingRules)
    chosen: dict[str, Combinable] = {
        name: RawSQL(sql, (), BigIntegerField(null=True))  # noqa: S611 - numbers and own names
        for name, sql in columns_by(rules).items()
        if name != "ordered_on"
    }
    chosen[_DAY] = F("ordered_on")
    if rules.analysis_date == BY_SHIPPING:
        chosen[_DAY] = Coalesce(F("shipped_on"), F("ordered_on"), output_field=DateField())
    return [chosen.get(name, name) for name in _NAMES]

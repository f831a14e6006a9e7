"""How each relation began, in few enough kinds to stand beside each other: product, media, source."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

FACETS = ("kind", "product", "media", "source")
_OF = {
    "kind": "first_kind",
    "product": "first_sku",
    "media": "first_media",
    "source": "first_source",
}


def compute_first_values(firsts: ir.Table, *, most: int) -> ir.Table:
    """One row per facet and value, the `most` with the most customers: facet, value, customers."""
    parts = [
        firsts.group_by(value=ibis.coalesce(firsts[column], ""))
        .agg(customers=firsts.count())
        .select("value", "customers", facet=ibis.literal(facet))
        for facet, column in _OF.items()
    ]
    rows = ibis.union(*parts, distinct=False)
    place = ibis.window(group_by="facet", order_by=[ibis.desc(rows.customers), "value"])
    ranked = rows.mutate(place=ibis.row_number().over(place))
    return ranked.filter((ranked.place < most) & (ranked.value != "")).drop("place")


def compute_faceted(firsts: ir.Table, *, values: Mapping[str, Sequence[str]]) -> ir.Table:
    """One row per buyer: customer_id, first_on, first_sku, and kind, product, media, source.

    A value outside `values` of its facet is "" (all others together).
    """
    return firsts.select(
        "customer_id",
        "first_on",
        "first_sku",
        **{facet: _known(firsts[column], values.get(facet, ())) for facet, column in _OF.items()},
    )


def _known(column: ir.StringColumn, values: Sequence[str]) -> ir.StringValue:
    if not values:
        return ibis.literal("")
    return column.isin(list(values)).ifelse(column, "")


def compute_product_names(names: ir.Table, *, skus: Sequence[str]) -> ir.Table:
    """One row per product of `skus` in a table of names: sku, name (the last in the alphabet).

    `names` as of `features.goods.compute_item_names`.
    """
    rows = names.filter(names.sku.isin(list(skus) or [""]))
    return rows.group_by("sku").agg(name=rows.product_name.max())

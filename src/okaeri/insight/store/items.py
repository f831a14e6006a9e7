"""What is known of products: facts, and which stand near which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from okaeri.foundation.bulk import bulk_insert
from okaeri.insight.models import ItemCycle, ItemFact, ItemNeighbour
from okaeri.insight.recommend_types import ItemFactView

FACT = tuple(ItemFactView.__dataclass_fields__)
_PAGE = 500


def replace_facts(rows: Iterable[Sequence[Any]]) -> None:
    """Put new facts (values in the order of `FACT`) in the place of all, in the open transaction."""
    _replace(ItemFact._meta.db_table, FACT, rows)


def replace_neighbours(rows: Iterable[tuple[str, str, float]]) -> None:
    """Put new (sku, neighbour, nearness) in the place of all, in the open transaction."""
    _replace(ItemNeighbour._meta.db_table, ("sku", "neighbour", "nearness"), rows)


def replace_cycles(rows: Iterable[Mapping[str, Any]]) -> None:
    """Put new rows {sku, cycle_days, intervals} in the place of all, in the open transaction."""
    columns = ("sku", "cycle_days", "intervals")
    values = (tuple(row[name] for name in columns) for row in rows)
    _replace(ItemCycle._meta.db_table, columns, values)


def cycle_rows() -> dict[str, dict[str, Any]]:
    """Give sku → {cycle_days, intervals} of every product the last refresh trusted."""
    rows = ItemCycle.objects.values_list("sku", "cycle_days", "intervals")
    return {sku: {"cycle_days": days, "intervals": many or 0} for sku, days, many in rows}


def cycles_of(skus: Iterable[str]) -> dict[str, float]:
    """Give sku → days between two purchases of it; products nobody came back for are left out."""
    return {
        sku: days
        for some in _pages(skus)
        for sku, days in ItemCycle.objects.filter(sku__in=some).values_list("sku", "cycle_days")
    }


def all_cycles() -> dict[str, float]:
    """Give sku → days between two purchases of it, of every product the last refresh trusted."""
    return dict(ItemCycle.objects.order_by("sku").values_list("sku", "cycle_days"))


def _replace(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own table
    bulk_insert(table, columns, rows)


def facts_of(skus: Iterable[str]) -> dict[str, ItemFactView]:
    """Give sku → facts; what nobody bought is left out."""
    return {
        row[0]: ItemFactView(*row)
        for some in _pages(skus)
        for row in ItemFact.objects.filter(sku__in=some).values_list(*FACT)
    }


def favourites(most: int) -> dict[str, ItemFactView]:
    """Give the facts of the products most people bought lately."""
    rows = ItemFact.objects.filter(recent_buyers__gt=0).order_by("-recent_buyers", "-buyers", "sku")
    return {row[0]: ItemFactView(*row) for row in rows.values_list(*FACT)[:most]}


def most_bought(most: int) -> dict[str, str]:
    """Give sku → name of the products with most buyers, most first."""
    rows = ItemFact.objects.order_by("-buyers", "sku").values_list("sku", "name")
    return {sku: name or sku for sku, name in rows[:most]}


def first_days() -> dict[str, date]:
    """Give sku → the day it was first sold."""
    return dict(ItemFact.objects.values_list("sku", "first_on"))


def neighbours_of(skus: Iterable[str]) -> dict[str, list[tuple[str, float]]]:
    """Give sku → its neighbours with their nearness, nearest first."""
    found: dict[str, list[tuple[str, float]]] = {}
    for some in _pages(skus):
        rows = ItemNeighbour.objects.filter(sku__in=some).order_by("-nearness", "neighbour")
        for sku, neighbour, nearness in rows.values_list("sku", "neighbour", "nearness"):
            found.setdefault(sku, []).append((neighbour, nearness))
    return found


def _pages(skus: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), _PAGE):
        yield wanted[start : start + _PAGE]

"""Stored orders whose source's status word means something else by now (`StatusRules`, §1.3 #13)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import load, save, specs_of
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.counting_types import (
    StatusRules,
    StatusState,
    StatusWords,
    StatusWordView,
    read_status_words,
)
from okaeri.intake.domain.orders import AMOUNTS, is_purchase, net_of, settle_status
from okaeri.intake.domain.statuses import decide_status
from okaeri.intake.models import Connection, Order
from okaeri.intake.writing.goods import margin, weigh_stored
from okaeri.intake.writing.rows import CHANGES, update

_PAGE = 2_000
_COLUMNS = ("id", "status", "is_purchase", "net_minor", "margin_minor", "change_no")
_STATE = {spec.key: spec for spec in specs_of(StatusState).values()}


def settle_statuses() -> int:
    """Give stored orders the statuses the shop's settings ask for; how many orders changed.

    Whatever is cut off is done again: orders that are right already are left alone.
    """
    wanted, applied = load(StatusRules).purchase_statuses, load(StatusState).applied
    if wanted == applied:
        return 0
    after, before = _words(wanted), _words(applied)
    moved = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    changed = sum(_restate(*key, meaning(*key, after)) for key in sorted(moved))
    save(_STATE, {"purchase_statuses.applied": wanted})
    return changed


def meaning(source: str, word: str, words: StatusWords) -> str:
    """Give what a source's status word means: to the shop, else as its connector reads it."""
    if (source, word) in words:
        return words[source, word]
    kind = Connection.objects.filter(source=source).values_list("kind", flat=True).first()
    connector = CONNECTORS.get(source) or CONNECTORS.get(kind or "")
    return connector.status(word, "") if connector else decide_status(word)


def preview_statuses(text: str) -> list[StatusWordView]:
    """Give every status word orders came with, and what `text` would make of them; writes nothing."""
    words = _words(text)
    rows = Order.objects.exclude(status_word="").values_list("source", "status_word", "status")
    counts = rows.annotate(n=Count("id"), back=Count("id", filter=Q(lines_minor__lt=0)))
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for source, word, status, many, back in counts.order_by("source", "status_word", "status"):
        found.setdefault((source, word), []).append((status, many, back))
    return [_view(key, parts, meaning(*key, words)) for key, parts in found.items()]


def _view(
    key: tuple[str, str], parts: Sequence[tuple[str, int, int]], becomes: str
) -> StatusWordView:
    changing = sum(
        (many - back) * (settle_status(becomes, 0) != status)
        + back * (settle_status(becomes, -1) != status)
        for status, many, back in parts
    )
    usual = max(parts, key=lambda part: (part[1] - part[2], part[0]))[0]
    return StatusWordView(*key, sum(part[1] for part in parts), usual, becomes, changing)


def _words(text: str) -> StatusWords:
    found = read_status_words(text)
    return found if isinstance(found, dict) else {}


def _restate(source: str, word: str, status: str) -> int:
    rows = Order.objects.filter(source=source, status_word=word)
    wrong = rows.exclude(lines_minor__gte=0, status=settle_status(status, 0))
    wrong = wrong.exclude(lines_minor__lt=0, status=settle_status(status, -1))
    changed, last = 0, 0
    while True:
        with transaction.atomic():
            next_numbers(CHANGES, 0)
            page = list(
                wrong.filter(id__gt=last)
                .order_by("id")
                .values("id", "lines_minor", *AMOUNTS)[:_PAGE]
            )
            if not page:
                return changed
            _write(page, status)
        changed, last = changed + len(page), page[-1]["id"]


def _write(page: Sequence[Mapping[str, Any]], status: str) -> None:
    goods = weigh_stored([row["id"] for row in page])
    numbers = next_numbers(CHANGES, len(page))
    rows = []
    for row, number in zip(page, numbers, strict=True):
        order_id, lines = row["id"], row["lines_minor"]
        settled = settle_status(status, lines)
        amounts = [row[name] for name in AMOUNTS]
        net = net_of(settled, lines, *amounts)
        held = goods.get(order_id)
        counts = is_purchase(settled, lines, *amounts) and not (held and held.only_samples)
        worth = margin(net, held.cost if held else None, counts)
        rows.append((order_id, settled, counts, net, worth, number))
    update(Order._meta.db_table, _COLUMNS, rows)

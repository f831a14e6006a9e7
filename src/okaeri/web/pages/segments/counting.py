"""The warehouse for a page that counts a rule: opened only where columns alone do not answer."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings

from okaeri.foundation.errors import BusyError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, is_taken_away, open_warehouse
from okaeri.insight import api as insight

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
# A page reads beside the worker: it takes little memory, and never starts a cluster for one rule.
_MEMORY_LIMIT = "512MB"
_TIMES = 2
_REWRITTEN = Text(
    "いま集計が分析用データを書き直しています。少し待ってから、もう一度開いてください。",
    "The analysis data is being written anew at this moment; wait a little and open this again.",
)


@contextmanager
def warehouse_for(rule: dict[str, Any] | None) -> Iterator[Warehouse | None]:
    """Give the shop's warehouse while a rule is counted; None where it is not needed."""
    if rule is None or not insight.needs_warehouse(rule):
        yield None
        return
    with open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT) as warehouse:
        yield warehouse


def count_by(rule: dict[str, Any] | None, ask: Callable[[Warehouse | None], Answer]) -> Answer:
    """Ask with the warehouse a rule takes, and anew where somebody wrote it meanwhile.

    Raises BusyError where that happens again.
    """
    for _ in range(_TIMES):
        try:
            with warehouse_for(rule) as warehouse:
                return ask(warehouse)
        except Exception as error:
            if not is_taken_away(error):
                raise
            log.warning("a table was taken away while a rule was counted: %s", error)
    raise BusyError(_REWRITTEN)

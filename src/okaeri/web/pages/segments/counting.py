"""The warehouse for a page that counts a rule: opened only where columns alone do not answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight

# A page reads beside the worker: it takes little memory, and never starts a cluster for one rule.
_MEMORY_LIMIT = "512MB"
# Under so many people a comparison says little, and single people can be told (H-14).
FEWEST = 30


@contextmanager
def warehouse_for(rule: dict[str, Any] | None) -> Iterator[Warehouse | None]:
    """Give the shop's warehouse while a rule is counted; None where it is not needed."""
    if rule is None or not insight.needs_warehouse(rule):
        yield None
        return
    with open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT) as warehouse:
        yield warehouse

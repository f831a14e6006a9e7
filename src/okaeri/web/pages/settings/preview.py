"""What changed class rules would do, for the page that asks before it saves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from okaeri.foundation.settings import load, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import ClassPreview, LifecycleRules

# A page reads beside the worker: it takes little memory, and never starts a cluster for one table.
_MEMORY_LIMIT = "512MB"


def preview_classes(values: Mapping[str, Any]) -> ClassPreview | None:
    """Count the classes under the rules of a form (setting key → value); None before a refresh."""
    names = {spec.key: name for name, spec in specs_of(LifecycleRules).items()}
    changed = {names[key]: value for key, value in values.items() if key in names}
    rules = replace(load(LifecycleRules), **changed)
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT)
    try:
        return insight.preview_class_counts(rules, warehouse=warehouse)
    finally:
        warehouse.close()

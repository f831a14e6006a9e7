"""What changed class rules would do, for the page that asks before it saves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from okaeri.customers import api as customers
from okaeri.foundation.settings import load, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import ClassMover, ClassPreview, LifecycleRules
from okaeri.web import sight
from okaeri.web.access import may
from okaeri.web.pages.customers.views import display_name
from okaeri.web.reader import language_of

# A page reads beside the worker: it takes little memory, and never starts a cluster for one table.
_MEMORY_LIMIT = "512MB"


def propose_thresholds() -> dict[str, int]:
    """Give the lapse that the shop's own intervals ask for, and the limits below it (§1.3 #9).

    Setting key → days; the warning and the late second purchase keep their share of the lapse.
    Empty where no interval is known or the proposal is in force.
    """
    report, rules = insight.find_report("summary"), load(LifecycleRules)
    lapse: int | None = report.payload["suggested_lapse_days"] if report else None
    if lapse is None or lapse == rules.lapse_days:
        return {}
    moved = {name: spec.key for name, spec in specs_of(LifecycleRules).items()}
    share = lapse / rules.lapse_days
    return {
        moved["lapse_days"]: lapse,
        moved["warn_days"]: max(1, round(rules.warn_days * share)),
        moved["f2_late_days"]: max(1, round(rules.f2_late_days * share)),
    }


def find_own_f2() -> dict[str, Any] | None:
    """Give the shop's own days until a second purchase is late: days, is_own (they are in force).

    None before a refresh that counted enough people.
    """
    report = insight.find_report("summary")
    days = report.payload.get("f2_own_days") if report else None
    if days is None:
        return None
    return {"days": days, "is_own": load(LifecycleRules).f2_late_mode == "own_days"}


def name_movers(request: HttpRequest, movers: Sequence[ClassMover]) -> list[tuple[str, ClassMover]]:
    """Give the movers with their names, as far as the reader may see people at all."""
    if not may(request.user, "customers.see"):
        return []
    known = customers.list_profiles([one.customer_id for one in movers])
    shown, language = sight.show(request, known), language_of(request)
    return [
        (display_name(shown[one.customer_id], language), one)
        for one in movers
        if one.customer_id in shown
    ]


def preview_classes(values: Mapping[str, Any]) -> ClassPreview | None:
    """Give classes under the rules of a form (setting key → value), and who changes his.

    None before a refresh.
    """
    names = {spec.key: name for name, spec in specs_of(LifecycleRules).items()}
    changed = {names[key]: value for key, value in values.items() if key in names}
    rules = replace(load(LifecycleRules), **changed)
    with open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT) as warehouse:
        return insight.preview_class_counts(rules, warehouse=warehouse)

"""How fresh each source's data is (データ鮮度), kind by kind, and whether it is later than usual."""

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake.domain.rhythm import limit_days
from okaeri.intake.models import Connection, SourceMark
from okaeri.intake.types import KindFreshness, LiveRules, SourceFreshness

_ORDER = list(SourceMark.Subject.values)
_LIVELY = (SourceMark.Subject.ORDER, SourceMark.Subject.EVENT)


def source_freshness() -> list[SourceFreshness]:
    """Give every source that ever sent anything or is connected, the most silent first."""
    rules, zone = load(LiveRules), load(ShopProfile).zone
    today = clock.local_day(clock.now(), zone)
    kinds: dict[str, list[KindFreshness]] = {}
    for source in Connection.objects.filter(is_active=True).values_list("source", flat=True):
        kinds[source] = []
    for mark in SourceMark.objects.order_by("source", "subject"):
        limit = limit_days(
            mark.rhythm_days, rules.stale_after_days, is_lively=mark.subject in _LIVELY
        )
        age = max(0, (today - clock.local_day(mark.newest_at, zone)).days)
        kinds.setdefault(mark.source, []).append(
            KindFreshness(
                mark.subject, mark.newest_at, mark.arrived_at, mark.rhythm_days, limit, age
            )
        )
    found = [
        SourceFreshness(source, tuple(sorted(many, key=lambda one: _ORDER.index(one.kind))))
        for source, many in kinds.items()
    ]
    return sorted(found, key=_most_silent_first)


def _most_silent_first(one: SourceFreshness) -> tuple[bool, int, str]:
    return one.age_days is not None, -(one.age_days or 0), one.source

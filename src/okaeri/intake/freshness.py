"""How fresh each source's data is (データ鮮度): the newest order, event, inquiry and contract."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, Model

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake.models import Connection, Inquiry, SourceMark, Subscription
from okaeri.intake.types import LiveRules, SourceFreshness


def source_freshness() -> list[SourceFreshness]:
    """Give every source that ever sent anything or is connected, the most silent first."""
    now, rules = clock.now(), load(LiveRules)
    zone = ZoneInfo(load(ShopProfile).time_zone)
    orders = _marks(SourceMark.Subject.ORDER)
    events = _marks(SourceMark.Subject.EVENT)
    inquiries = _newest(Inquiry, "opened_at")
    contracts = _newest(Subscription, "changed_at")
    connected = set(Connection.objects.filter(is_active=True).values_list("source", flat=True))
    today = clock.local_day(now, zone)
    found = []
    for source in {*orders, *events, *inquiries, *contracts, *connected}:
        stamps = [kind[source] for kind in (orders, events, inquiries, contracts) if source in kind]
        days = [(today - clock.local_day(stamp, zone)).days for stamp in stamps]
        age = max(0, min(days)) if days else None
        found.append(
            SourceFreshness(
                source,
                orders.get(source),
                events.get(source),
                inquiries.get(source),
                contracts.get(source),
                is_stale=age is None or age > rules.stale_after_days,
                age_days=age,
            )
        )
    return sorted(found, key=_most_silent_first)


def _most_silent_first(one: SourceFreshness) -> tuple[bool, int, str]:
    return one.age_days is not None, -(one.age_days or 0), one.source


def _marks(subject: str) -> dict[str, datetime]:
    return dict(SourceMark.objects.filter(subject=subject).values_list("source", "newest_at"))


def _newest(model: type[Model], column: str) -> dict[str, datetime]:
    rows = model._default_manager.order_by().values_list("source").annotate(newest=Max(column))
    return dict(rows)

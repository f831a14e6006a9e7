"""Who was sent something and did not buy after it: the people behind a campaign's response (§2.1)."""

from collections.abc import Iterable
from datetime import date, timedelta

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.insight.actions.follow_orders import counted_purchases
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.domain.lifecycle import decide_standing
from okaeri.insight.reaction_types import CONTACT_DAYS, SilentContact
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules

_DAY = timedelta(days=1)


def list_silent(contacts: Iterable[tuple[int, date, str]]) -> list[SilentContact]:
    """Give the contacts (person, shop day, channel) no purchase followed in time, newest first.

    By the rules of the report "responses" (`features.responses`), as of its day: who has had no time
    yet, and who had never bought, is not in it. Nobody before that report.
    """
    measured, portfolio = reports.find("responses"), reports.find("portfolio")
    if measured is None or portfolio is None:
        return []
    as_of = measured.as_of
    waits = _waits(contacts, as_of)
    histories = customers.purchase_history({who for who, _ in waits})
    rules = load(LifecycleRules)
    bar = portfolio.payload["threshold_minor"]
    found = []
    for who, day in sorted(waits, key=lambda one: (-one[1].toordinal(), one[0])):
        bought = counted_purchases(histories[who], as_of, rules)
        came = any(0 <= (one.day - day).days <= waits[who, day] for one in bought)
        # What came back later was still his.
        before = counted_purchases(histories[who], day - _DAY, rules)
        if before and not came:
            orders = [(one.day, one.net_minor) for one in before]
            then = decide_standing(orders, as_of=day, rules=rules, threshold_minor=bar)
            found.append(SilentContact(who, day, then.stage.value, then.is_lapsed))
    return found


def _waits(contacts: Iterable[tuple[int, date, str]], as_of: date) -> dict[tuple[int, date], int]:
    """Give (live person, day) → the days to answer, the most of several, where they have passed."""
    rules = load(ForecastRules)
    known, own = list(contacts), rules.response_days_by_channel()
    live = customers.roots_of({who for who, _, _ in known})
    waits: dict[tuple[int, date], int] = {}
    for who, day, channel in known:
        key = live.get(who, who), day
        waits[key] = max(waits.get(key, 0), own.get(channel, rules.response_days))
    first = as_of - timedelta(days=CONTACT_DAYS - 1)
    return {
        (who, day): wait
        for (who, day), wait in waits.items()
        if first <= day <= as_of - timedelta(days=wait)
    }

"""The links to people's own pages: made, read, ended."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.rewards.domain import my_page
from okaeri.rewards.store import my_page as store
from okaeri.rewards.types import MyPageRules


def links(
    customer_ids: Collection[int], base_url: str, secret: str, now: datetime
) -> dict[int, str]:
    """Give customer → the address of his own page, good for the days the shop set."""
    last = _today(now) + timedelta(days=load(MyPageRules).link_days)
    return {
        number: f"{base_url}/my/{my_page.my_page_token(number, last, edition, secret)}/"
        for number, edition in store.editions_of(customer_ids).items()
    }


def find(token: str, secret: str, now: datetime) -> int | None:
    """Give whose page a link opens (the live number); None for one we did not make or that ended."""
    claims = my_page.claims_of(token)
    if claims is None:
        return None
    number = claims[0]
    edition = store.editions_of([number])[number]
    if not my_page.is_good(claims, edition, _today(now), secret):
        return None
    return customers.roots_of([number]).get(number)


def _today(now: datetime) -> date:
    return clock.local_day(now, ZoneInfo(load(ShopProfile).time_zone))

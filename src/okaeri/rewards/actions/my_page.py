"""The links to people's own pages: made, read, ended."""

from collections.abc import Collection
from datetime import datetime, timedelta

from okaeri.customers import api as customers
from okaeri.foundation.settings import load, shop_day
from okaeri.rewards.domain import my_page
from okaeri.rewards.store import my_page as store
from okaeri.rewards.types import MyPageRules


def links(
    customer_ids: Collection[int], base_url: str, secret: str, now: datetime
) -> dict[int, str]:
    """Give customer → the address of his own page, good for the days the shop set."""
    last = shop_day(now) + timedelta(days=load(MyPageRules).link_days)
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
    if not my_page.is_good(claims, edition, shop_day(now), secret):
        return None
    return customers.roots_of([number]).get(number)

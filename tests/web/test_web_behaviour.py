"""From the tag on the shop's pages to a person's story and to segments of what people looked at."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.event_types import TagRules
from okaeri.intake.types import PartyIn
from okaeri.project.wiring import refresh_everything, station_duties
from okaeri.web.public import events
from tests.web.shop import name_the_shop

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def visits() -> Iterator[clock.SimulatedClock]:
    """Two people and a stranger look around over ten days; one logs in after he looked."""
    events._calls._calls.clear()
    events.rules_of.cache_clear()
    name_the_shop("肌日和")
    save({s.key: s for s in specs_of(TagRules).values()}, {"tag.origins": SHOP})
    standing = clock.SimulatedClock(NOW - timedelta(days=10))
    with clock.use(standing):
        for name in ("hana", "kei"):
            intake.record_customers([PartyIn(email=f"{name}@example.com")], source="shop")
        page(standing, "kei-phone", "identify", email="kei@example.com")
        page(standing, "kei-phone", "product_view", sku="SERUM", category="美容液", url="/p/serum")
        standing.advance(timedelta(days=8))
        page(standing, "hana-laptop", "page_view", url=f"{SHOP}/guide/dry-skin", title="乾燥の話")
        page(standing, "hana-laptop", "search", query="保湿")
        page(standing, "hana-laptop", "product_view", sku="LOTION", category="化粧水")
        page(standing, "hana-laptop", "cart_add", sku="LOTION", quantity=1)
        page(standing, "stranger", "product_view", sku="LOTION", category="化粧水")
        standing.advance(timedelta(hours=1))
        page(standing, "hana-laptop", "identify", email="hana@example.com")
        standing.advance(timedelta(days=2))
        WorkLoop(station_duties()).run_until_idle()
        refresh_everything(depth=Depth.CLASSES)
        yield standing
    events.rules_of.cache_clear()


def page(standing: clock.SimulatedClock, device: str, kind: str, **details: Any) -> None:
    at = int(standing.now().timestamp() * 1000)
    key = f"{device}-{kind}-{at % 10**8}"
    body = {
        "device": device,
        "sent_at": at,
        "events": [{"key": key, "kind": kind, "at": at} | details],
    }
    response = Client(headers={"origin": SHOP}).post(
        "/e/", json.dumps(body), content_type="text/plain"
    )
    assert response.status_code == 204, response.content


def people_of_segment(staff: Client, name: str, rule: dict[str, Any]) -> set[str]:
    """Keep a segment on its page; gives the addresses of those who are in it."""
    address = "/analysis/segments/new/?" + urlencode({"rule": json.dumps(rule)})
    assert staff.get(address).status_code == 200
    made = staff.post(address, {"name": name}, follow=True)
    assert name in made.content.decode()
    (segment,) = [one for one in insight.list_segments() if one.name == name]
    profiles = customers.list_profiles(insight.segment_members(segment.id))
    return {one.email for one in profiles.values()}


def looked(days: int, **columns: str) -> dict[str, Any]:
    where = [{"field": name, "op": "=", "value": value} for name, value in columns.items()]
    return {"did": "event", "where": where, "last_days": days}


@pytest.mark.covers("B-05", "G-04")
def test_what_people_look_at_tells_their_story_and_makes_segments(
    browser_of_staff: Client, visits: clock.SimulatedClock
) -> None:
    (hana,) = customers.search_customers("hana@example.com")
    story = browser_of_staff.get(f"/customers/{hana.id}/visits/").content.decode()
    # What she did before she said who she is belongs to her as well.
    for words in ("乾燥の話", "保湿", "LOTION", "サイトを訪問(4回の操作)"):
        assert words in story
    staff = browser_of_staff
    viewed = looked(7, kind="product_view")
    assert people_of_segment(staff, "商品を見た", viewed) == {"hana@example.com"}
    assert people_of_segment(staff, "30日", looked(30, kind="product_view")) == {
        "hana@example.com",
        "kei@example.com",
    }
    assert people_of_segment(staff, "美容液", looked(30, category="美容液")) == {"kei@example.com"}
    assert people_of_segment(staff, "美容液7日", looked(7, category="美容液")) == set()
    guide = {"field": "url", "op": "contains", "value": "/guide/"}
    by_page = {"did": "event", "where": [guide], "last_days": 7}
    assert people_of_segment(staff, "ガイド", by_page) == {"hana@example.com"}
    assert people_of_segment(staff, "保湿を検索", looked(7, kind="search", query="保湿")) == {
        "hana@example.com"
    }
    assert people_of_segment(staff, "かご", looked(7, kind="cart_add")) == {"hana@example.com"}

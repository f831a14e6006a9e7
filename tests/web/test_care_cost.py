"""What keeping a customer costs, measured from messages, coupons and points."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import clock, settings
from okaeri.insight import api as insight
from okaeri.insight.care_types import MessageCostRules
from okaeri.insight.domain.reports.care_cost import first_day
from okaeri.intake import api as intake
from okaeri.intake.types import CallIn, PartyIn
from okaeri.project.wiring import refresh_everything
from okaeri.rewards import api as rewards
from okaeri.rewards.models import Coupon, CouponOffer, Redemption
from tests.insight.mixed_shop import order, record
from tests.web.shop import resolve

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
PAGE = "/analysis/sources/"
STATUS = Message.Status


def who(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def wrote(
    member: str,
    days_ago: int,
    channel: str = "email",
    status: str = STATUS.ACCEPTED,
    *,
    tracked: bool = True,
) -> None:
    at = NOW - timedelta(days=days_ago)
    Message.objects.create(
        key=f"{member}-{days_ago}-{channel}-{status}",
        source_kind="journey",
        source_id=1,
        customer_id=who(member),
        channel=channel,
        content_kind="useful",
        template_key="t",
        template_version=1,
        status=status,
        has_link=tracked,
        has_picture=tracked,
        due_at=at,
        expires_at=at,
        planned_at=at,
        claimed_at=at,
    )


def used(member: str, days_ago: int, off: int | None, *, is_reversed: bool = False) -> None:
    at = NOW - timedelta(days=days_ago)
    offer, _ = CouponOffer.objects.get_or_create(
        key=f"o{days_ago}",
        defaults={
            "name": {"ja": "割引", "en": "Off"},
            "kind": "amount",
            "value": 500,
            "valid_days": 30,
            "conditions": {},
            "created_at": at,
        },
    )
    coupon = Coupon.objects.create(
        offer=offer,
        customer_id=who(member),
        key=f"{member}{days_ago}",
        code_sha256=f"{member}{days_ago}".ljust(64, "0"),
        last4="0000",
        salt="s",
        state="redeemed",
        issued_at=at,
        valid_until=at.date(),
        expires_at=at,
    )
    Redemption.objects.create(
        coupon=coupon,
        key=coupon.key,
        place="api",
        discount_minor=off,
        redeemed_at=at,
        recorded_at=at,
        reversed_at=at if is_reversed else None,
    )


@pytest.fixture
def cared_for(db: None) -> Iterator[None]:
    with clock.use(clock.SimulatedClock(NOW)):
        record(
            order("kept", TODAY - timedelta(days=300)),
            order("kept", TODAY - timedelta(days=60)),
            order("kept", TODAY - timedelta(days=30)),
            order("new", TODAY - timedelta(days=10)),
            # Before the twelve months: two orders, none of them counts.
            order("old", TODAY - timedelta(days=500)),
            order("old", TODAY - timedelta(days=400)),
        )
        resolve()
        yield


def payload() -> dict[str, Any]:
    refresh_everything()
    return insight.find_report("care_cost").payload  # type: ignore[union-attr]


def write_to_everybody() -> None:
    wrote("kept", 200)
    wrote("kept", 100, status=STATUS.UNKNOWN)
    wrote("old", 50)
    wrote("old", 49, "line")
    # None of these was spent on somebody who had bought before.
    wrote("kept", 300)
    wrote("kept", 310)
    wrote("new", 10)
    wrote("kept", 99, status=STATUS.HELD_OUT)
    wrote("kept", 98, status=STATUS.REJECTED)
    wrote("old", 390)


def give_to_everybody() -> None:
    used("kept", 60, 500)
    used("kept", 30, None)
    used("kept", 31, 700, is_reversed=True)
    used("new", 10, 900)
    with transaction.atomic():
        for member, points, days in (("kept", 80, 30), ("kept", 300, 20), ("new", 55, 10)):
            at = NOW - timedelta(days=days)
            rewards.grant_points(who(member), points, key=f"{member}{days}", reason="t", at=at)
        rewards.reverse_grant("kept20", reason="t", at=NOW)


def set_costs(**costs: float) -> None:
    specs = {spec.key: spec for spec in settings.specs_of(MessageCostRules).values()}
    settings.save(specs, {f"cost.{channel}": cost for channel, cost in costs.items()})


def test_without_a_cost_per_message_counts_stand_alone(
    cared_for: None, browser_of_staff: Client, in_english: Client
) -> None:
    found = payload()
    assert (found["orders"], found["parts"], found["cost_minor"]) == (2, [], None)
    assert "記録がないため" in browser_of_staff.get(PAGE).content.decode()
    write_to_everybody()
    found = payload()
    counts = {part["kind"]: (part["units"], part["people"]) for part in found["parts"]}
    assert counts == {"email": (3, 2), "line": (1, 1)}
    assert (found["cost_minor"], found["each_minor"]) == (None, None)
    assert found["missing"] == ["email", "line"]
    assert "件数だけを示します" in browser_of_staff.get(PAGE).content.decode()
    assert "only counts are shown" in in_english.get(PAGE).content.decode()


@pytest.mark.covers("Q-11")
def test_messages_coupons_and_points_over_orders_stand_beside_the_cost_of_a_new_order(
    cared_for: None, browser_of_staff: Client
) -> None:
    write_to_everybody()
    give_to_everybody()
    set_costs(email=0.5, post=84)
    costs = {"month": "2026-05", "media": "search", "cost": "6903"}
    browser_of_staff.post("/analysis/sources/costs/", costs)
    found = payload()
    # 3 × 0.5 (rounded), a coupon of 500, 80 points of 1: over two orders.
    parts = {part["kind"]: (part["units"], part["cost_minor"]) for part in found["parts"]}
    assert parts == {"email": (3, 2), "line": (1, None), "coupon": (2, 500), "points": (80, 80)}
    assert (found["orders"], found["cost_minor"], found["each_minor"]) == (2, 582, 291.0)
    assert (found["missing"], found["parts"][2]["unknown"]) == (["line"], 1)
    html = browser_of_staff.get(PAGE).content.decode()
    # One new order in May cost 6,903 of media: 23.7 times as much.
    for words in (
        "291円",
        "6,903円",
        "23.7倍",
        "実測: 送信・クーポン・ポイント",
        "0円とみなしています: LINE",
        "値引き額のわからない1枚",
        "人手、同梱物",
    ):
        assert words in html, words
    file = browser_of_staff.get(f"{PAGE}?of=existing&csv=utf-8")
    lines = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "coupon,1,2,,500,1" in lines


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 5, 20), date(2025, 6, 1)),
        (date(2026, 12, 1), date(2026, 1, 1)),
        (date(2026, 1, 31), date(2025, 2, 1)),
    ],
)
def test_twelve_calendar_months_end_with_that_of_the_day(day: date, since: date) -> None:
    assert first_day(day) == since


def happened(member: str, days_ago: int, *kinds: str) -> None:
    message = Message.objects.get(key=f"{member}-{days_ago}-email-{STATUS.ACCEPTED}")
    for kind in kinds:
        deliver.record_event(message.id, kind, NOW - timedelta(days=days_ago))


def called(member: str, day: date, direction: str) -> None:
    at = datetime.combine(day, NOW.timetz())
    call = CallIn(
        source="shop",
        call_no=f"{member}-{day}-{direction}",
        direction=direction,
        result="answered",
        started_at=at,
        changed_at=at,
        party=PartyIn(member_no=member),
    )
    intake.record_calls([call])


def test_mails_of_a_month_automation_and_gaps_in_care_are_counted(
    cared_for: None, browser_of_staff: Client
) -> None:
    # The 21st to the 25th of April, and three of other months, channels and fates.
    for days_ago in (25, 26, 27, 28):
        wrote("kept", days_ago)
    # A plain one without any link: nobody could have opened or pressed anything.
    wrote("kept", 29, tracked=False)
    wrote("kept", 60)
    wrote("kept", 25, "line")
    wrote("kept", 24, status=STATUS.SUPPRESSED)
    happened("kept", 25, "opened", "clicked", "unsubscribed")
    happened("kept", 26, "opened", "machine_clicked")
    happened("kept", 27, "machine_opened")
    happened("kept", 28, "bounced")
    happened("kept", 60, "opened")
    called("kept", date(2026, 4, 20), "out")
    called("new", date(2026, 5, 19), "in")
    resolve()
    refresh_everything()
    rows = {row["key"]: row for row in insight.find_report("touches").payload["kpis"]}  # type: ignore[union-attr]
    told = {key: (row["now"].get("hits"), row["now"]["of"]) for key, row in rows.items()}
    assert told == {
        "open_rate": (2, 3),
        "click_rate": (1, 3),
        "ctor": (None, 2),
        "unsubscribe_rate": (1, 4),
        "bounce_rate": (1, 5),
        "automation_share": (6, 7),
        "care_gap": (None, 2),
    }
    assert rows["ctor"]["now"]["value"] == 0.5
    assert rows["open_rate"]["month_before"]["value"] == 1.0
    # "new" bought ten days ago, and nobody has written or called since.
    assert rows["care_gap"]["now"]["value"] == 1
    before = rows["care_gap"]["month_before"]
    assert (before["value"], before["of"]) == (0, 1), "the only active one was called that day"
    page = browser_of_staff.get("/analysis/kpis/").content.decode()
    shown = page.split("配信停止率(メール)")[1].split("</tr>")[0]
    assert "25.0%" in shown
    assert "その日までの365日間に買った人(稼働顧客" in page
    assert "まだ指標にしていません" not in page

"""The 360 page: one sentence on what to do, one story in pages, numbered as the header counts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api as customers
from okaeri.customers.preference_types import PreferenceView, Wishes
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.prediction_types import CustomerPredictionView
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage
from okaeri.intake import api as intake
from okaeri.intake.types import (
    CallIn,
    InquiryIn,
    PartyIn,
    SubscriptionEventIn,
    SubscriptionIn,
)
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn
from okaeri.plan.types import EnrolmentView
from okaeri.web.access import Role, give_role
from okaeri.web.pages.customers.foretold import first_day
from okaeri.web.pages.customers.happening import Happening, whose
from okaeri.web.pages.customers.next_action import Situation, decide_next
from okaeri.web.pages.customers.timeline import PAGE, TABS, Place, read_page, read_place

from .long_story import live_long
from .shop import refresh

NOON = datetime(2026, 4, 8, 3, 0, tzinfo=UTC)
TODAY = date(2026, 4, 8)
STANDING = CustomerInsightView(
    1, TODAY, Stage.STEADY, False, False, False, False, 5, 5, date(2025, 1, 1), date(2025, 3, 1),
    date(2026, 4, 1), 400, 7, 50_000, 30_000, 5, 3, 3, 30.0, 90.0, FreshnessBand.FRESH,
)  # fmt: skip
TOLD = CustomerPredictionView(
    1, TODAY, 120, 0.9, 0.624, 3.0, 1, 5, 9000, 3000, 15_000, date(2026, 4, 20), date(2026, 5, 1),
    date(2026, 6, 2), 30.0, 0.2, 0.3, [], 50.0, {}, 10.0, None, 0, returns_low=0.5, returns_high=0.74,
)  # fmt: skip
OVERDUE = replace(STANDING, last_on=date(2026, 3, 1))
CALM = Situation(TODAY, STANDING, False, False, True, None, (), TOLD)
WALK = EnrolmentView(
    1, "know_us", Text("もっと知る", "Know us"), 1, "treated", "a", "active", TODAY, NOON, NOON, None,
    Text("", ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        ({}, "次の購入は2026年5月1日ごろ(2026年4月20日〜2026年6月2日)です"),
        ({}, "120日以内に戻る見込みは62%(50〜74%)です"),
        ({"walks": (WALK,)}, "「もっと知る」が進行中"),
        ({"walks": (replace(WALK, arm="holdout"),)}, "あえて何も送っていません"),
        ({"walks": (replace(WALK, state="finished"),)}, "次の購入は"),
        ({"wishes": PreferenceView(1, Wishes(paused_until=TODAY), NOON)}, "お休み中"),
        ({"wishes": PreferenceView(1, Wishes(paused_until=date(2026, 4, 7)), NOON)}, "次の購入は"),
        ({"may_be_written": False, "walks": (WALK,)}, "送れる宛先がありません"),
        ({"has_low_score": True, "may_be_written": False}, "低い評価への返事が先"),
        ({"has_complaint": True, "has_low_score": True}, "苦情への返事が先"),
        ({"standing": None}, "次の集計で"),
        ({"standing": replace(STANDING, is_at_risk=True, recency_days=190)}, "190日"),
        ({"standing": replace(STANDING, is_f2_late=True, recency_days=95)}, "2回目がまだ"),
        ({"standing": OVERDUE}, "8日過ぎています。ひとこと、近況を"),
        ({"standing": OVERDUE, "is_refill_due": True}, "使い切りの頃のお知らせが合います"),
        ({"standing": replace(OVERDUE, freshness_band=FreshnessBand.LOST)}, "離れかけています"),
        ({"told": None}, "見守る"),
    ],
)
def test_the_next_action_is_what_would_hurt_most_if_overlooked(
    differs: dict[str, Any], words: str
) -> None:
    assert words in decide_next(replace(CALM, **differs), 1).text.ja


def test_the_next_action_leads_to_the_list_where_a_journey_was_not_brought_in() -> None:
    late = replace(CALM, standing=OVERDUE, is_refill_due=True)
    here = replace(late, journeys=frozenset({"runs_out"}))
    assert decide_next(here, 1).address == "/actions/journeys/runs_out/"
    assert decide_next(replace(late, journeys=frozenset()), 1).address == "/actions/journeys/"


@pytest.mark.parametrize(
    ("differs", "address"),
    [
        ({"standing": replace(STANDING, is_f2_late=True)}, "/customers/?flag=f2_late"),
        ({"standing": replace(STANDING, is_at_risk=True)}, "/actions/journeys/welcome_back/"),
        ({"standing": OVERDUE}, ""),
        (
            {"standing": replace(OVERDUE, freshness_band=FreshnessBand.LOST)},
            "/actions/journeys/win_back/",
        ),
    ],
)
def test_the_next_action_opens_only_what_is_meant_for_such_a_person(
    differs: dict[str, Any], address: str
) -> None:
    assert decide_next(replace(CALM, **differs), 1).address == address


def test_an_hour_that_has_begun_is_told_for_the_next_day() -> None:
    assert first_day(TODAY, 19, 20) == first_day(TODAY, 23, None) == TODAY
    assert first_day(TODAY, 20, 20) == first_day(TODAY, 23, 20) == date(2026, 4, 9)


def test_a_place_in_the_story_survives_the_address_and_strange_ones_are_the_beginning() -> None:
    place = Place(NOON.replace(microsecond=123456), 3, 77)
    assert read_place(place.as_text()) == place
    for strange in ("", "x", "20260408T030000.0_1", "99999999T000000.0_1_1", "a_b_c", "_1_1"):
        assert read_place(strange) is None


@pytest.fixture
def regular(small_shop: None) -> int:
    return insight.list_customers(limit=1, order_by="-purchase_count").rows[0].customer_id


def _walk(customer_id: int, tab: str) -> list[Happening]:
    person = whose(customer_id, load(ShopProfile).currency)
    found: list[Happening] = []
    place = None
    for _ in range(500):
        page = read_page(person, tab, place)
        found += page.happenings
        if not page.next:
            return found
        place = read_place(page.next)
    raise AssertionError("the story has no end")


@pytest.mark.django_db
def test_the_pages_of_a_story_hold_every_entry_once_in_the_order_of_time(regular: int) -> None:
    live_long(regular, share=0.1)
    whole = _walk(regular, "all")
    assert [one.at for one in whole] == sorted((one.at for one in whole), reverse=True)
    keys = [(one.kind, one.number) for one in whole]
    assert len(keys) == len(set(keys))
    assert sum(one.kind == "inquiry" for one in whole) == 10
    assert sum(one.kind == "message" for one in whole) == 250
    steps = [one for one in whole if one.kind == "visit"]
    counted = [int(n) for one in steps for n in re.findall(r"\((\d+)回の操作\)", one.title.ja)]
    alone = len(steps) - len(counted)
    assert sum(counted) + alone == 410
    assert sum(one.kind == "review" for one in whole) == 5
    assert sum(one.kind == "survey" for one in whole) == 15


@pytest.mark.django_db
def test_purchases_are_numbered_as_the_header_counts_them(regular: int, tmp_path: Any) -> None:
    live_long(regular, share=0.1)
    intake.touch_orders_of_parties(whose(regular, "JPY").parties)
    refresh(tmp_path / "warehouse")
    standing = insight.find_insight(regular)
    assert standing is not None
    numbers = [
        int(found.group(1))
        for one in _walk(regular, "orders")
        if (found := re.match(r"(\d+)回目の購入", one.title.ja))
    ]
    assert numbers[0] == standing.purchase_count
    assert numbers == sorted(numbers, reverse=True)
    assert set(numbers) == set(range(1, standing.purchase_count + 1))
    assert len(numbers) > standing.purchase_count
    titles = [one.title.ja for one in _walk(regular, "orders")]
    assert any("同じ日の追加" in title for title in titles)


def test_a_page_asks_for_its_window_only_however_long_the_story(
    browser_of_staff: Client, regular: int
) -> None:
    path = f"/customers/{regular}/all/"
    live_long(regular, share=0.05)
    with CaptureQueriesContext(connection) as short:
        first = browser_of_staff.get(path, headers={"hx-request": "true"})
    live_long_again = (
        insight.list_customers(limit=2, order_by="-purchase_count").rows[1].customer_id
    )
    live_long(live_long_again, share=0.4)
    with CaptureQueriesContext(connection) as long:
        browser_of_staff.get(f"/customers/{live_long_again}/all/", headers={"hx-request": "true"})
    assert len(long) <= len(short) + 2
    html = first.content.decode()
    assert "<html" not in html
    again = re.search(r'href="([^"]+\?before=[^"]+)"', html)
    assert again is not None
    more = browser_of_staff.get(again.group(1), headers={"hx-request": "true"}).content.decode()
    assert more.lstrip().startswith("<ol")
    whole = browser_of_staff.get(again.group(1)).content.decode()
    assert "<html" in whole


@pytest.mark.covers("G-06")
def test_marketers_see_an_open_complaint_first(browser_of_staff: Client, regular: int) -> None:
    [party] = intake.list_parties(whose(regular, "JPY").parties)[:1]
    complaint = InquiryIn(
        source="desk",
        inquiry_no="Q-1",
        medium="mail",
        kind="complaint",
        status="open",
        opened_at=clock.now(),
        changed_at=clock.now(),
        party=PartyIn(member_no=party.member_no, email=party.email),
        subject="箱がつぶれていました",
    )
    intake.record_inquiries([complaint])
    _resolve()
    html = browser_of_staff.get(f"/customers/{regular}/").content.decode()
    assert "苦情への返事が先です" in html
    assert "苦情「箱がつぶれていました」(メール・未対応)" in html


def test_reviews_and_answers_of_other_tools_stand_in_the_story(
    browser_of_staff: Client, regular: int
) -> None:
    [party] = intake.list_parties(whose(regular, "JPY").parties)[:1]
    mine, at = PartyIn(member_no=party.member_no, email=party.email), clock.now()
    intake.record_reviews(
        [
            ReviewIn("r", "1", 2, at, at, mine, product_name="化粧水", title="しみる", site="楽天"),
            ReviewIn("r", "2", 5, at, at, mine, sku="LOTION", is_published=False),
        ]
    )
    intake.record_survey_answers(
        [SurveyAnswerIn("s", "1", "秋の満足度", "何が決め手でしたか", "香り", at, at, mine)]
    )
    _resolve()
    for tab in ("all", "voices"):
        html = browser_of_staff.get(f"/customers/{regular}/{tab}/").content.decode()
        assert "レビュー ★★☆☆☆「化粧水」(楽天)" in html
        assert "しみる" in html
        assert "レビュー ★★★★★「LOTION」(非公開)" in html
        assert "アンケート「秋の満足度」の回答" in html
        assert "何が決め手でしたか: 香り" in html
    keys = [(one.kind, one.number) for one in _walk(regular, "voices")]
    assert len(keys) == len(set(keys))


@pytest.mark.covers("G-02")
def test_one_page_holds_everything_known_of_a_person(
    browser_of_staff: Client, regular: int
) -> None:
    live_long(regular, share=0.02)
    [party] = intake.list_parties(whose(regular, "JPY").parties)[:1]
    mine, at = PartyIn(member_no=party.member_no, email=party.email), clock.now()
    intake.record_calls([CallIn("desk", "C-1", "out", "answered", at, at, mine)])
    begun = (SubscriptionEventIn("started", at.date()),)
    intake.record_subscriptions([SubscriptionIn("shop", "T-1", "active", at, mine, events=begun)])
    _resolve()
    profile, standing = customers.get_customer(regular), insight.find_insight(regular)
    assert standing is not None
    html = browser_of_staff.get(f"/customers/{regular}/").content.decode()
    for part in (
        profile.email, f"class-{standing.stage.value}", "鮮度", "累計購入額", f"{standing.net_minor:,}",
    ):  # fmt: skip
        assert part in html, part
    for tab, kinds in {
        "orders": {"order"}, "contracts": {"contract"}, "messages": {"message"},
        "visits": {"visit"}, "voices": {"review", "survey", "inquiry", "call"},
        "consents": {"consent"},
    }.items():  # fmt: skip
        assert f'href="/customers/{regular}/{tab}/"' in html, tab
        told = {one.kind for one in _walk(regular, tab)}
        assert kinds <= told, tab
        assert kinds <= {one.kind for one in _walk(regular, "all")}, tab
        path = f"/customers/{regular}/{tab}/"
        alone = browser_of_staff.get(path, headers={"hx-request": "true"}).content.decode()
        assert all(f"is-{kind}" in alone for kind in kinds), tab


def test_a_review_hides_whom_it_names_from_those_who_may_not_see_people(
    browser_of_staff: Client, regular: int
) -> None:
    profile = customers.get_customer(regular)
    [party] = intake.list_parties(whose(regular, "JPY").parties)[:1]
    mine, at = PartyIn(member_no=party.member_no, email=party.email), clock.now()
    told = ReviewIn("r", "1", 5, at, at, mine, body=f"連絡は{profile.email}へ")
    intake.record_reviews([told])
    asked = SurveyAnswerIn("s", "1", "秋", "連絡先は", profile.email, at, at, mine)
    intake.record_survey_answers([asked])
    _resolve()
    page = f"/customers/{regular}/voices/"
    assert profile.email in browser_of_staff.get(page).content.decode()
    viewer = User.objects.create_user("viewer-person", password="x" * 20, is_staff=True)
    give_role(viewer, Role("viewer"))
    client = Client(headers={"accept-language": "ja"})
    client.force_login(viewer)
    hidden = client.get(page).content.decode()
    assert "レビュー ★★★★★" in hidden
    assert profile.email not in hidden


def _resolve() -> None:
    while customers.resolve_new_parties(clock.now()):
        pass


def test_no_word_of_the_machine_names_a_source(browser_of_staff: Client, regular: int) -> None:
    live_long(regular, share=0.01)
    html = browser_of_staff.get(f"/customers/{regular}/orders/").content.decode()
    assert "取り込みファイル" in html
    assert "mapped" not in html


@pytest.mark.parametrize("tab", list(TABS))
def test_every_tab_opens_with_and_without_a_script(
    browser_of_staff: Client, in_english: Client, regular: int, tab: str
) -> None:
    live_long(regular, share=0.02)
    for client in (browser_of_staff, in_english):
        for headers in ({}, {"hx-request": "true"}):
            response = client.get(f"/customers/{regular}/{tab}/", headers=headers)
            assert response.status_code == 200
            assert response.content.decode().count('<li class="is-') <= PAGE


def test_other_columns_of_customer_files_are_shown_to_who_sees_personal_data(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("顧客ID,姓,メール許可,会社名\r\n71,山田,1,山田商店\r\n", encoding="utf-8")
    intake.import_file(path)
    while customers.resolve_new_parties(clock.now()):
        pass
    (one,) = customers.search_customers("山田")
    html = browser_of_staff.get(f"/customers/{one.id}/").content.decode()
    assert "<dt>会社名</dt><dd>山田商店" in html.split("顧客ファイルの他の列")[1]
    viewer = User.objects.create_user("viewer")
    give_role(viewer, Role.VIEWER)
    browser_of_staff.force_login(viewer)
    masked = browser_of_staff.get(f"/customers/{one.id}/")
    assert masked.status_code == 200
    assert "山田商店" not in masked.content.decode()

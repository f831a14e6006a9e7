"""The content calendar's pages: classes with gaps, months, entries, and the line on the home page."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.insight.types import TEN_CLASSES
from okaeri.plan import api as plan
from okaeri.plan.calendar_types import ClassOutlook
from okaeri.plan.models import CalendarEntry
from okaeri.web.access import Role, give_role
from okaeri.web.pages.calendar.months import MOST_A_DAY, asked_month
from okaeri.web.pages.calendar.views import names_of
from tests.web import call_shop

pytestmark = pytest.mark.django_db
PAGE, NEW = "/actions/calendar/", "/actions/calendar/new/"
HOME_PART = "/home/gaps/"
FORM = {
    "title": "秋の読本", "day": "2026-11-10", "class": ["prime", "steady:lapsed"], "kind": "useful",
    "channel": "email", "template": "", "note": "",
}  # fmt: skip


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def an_entry(client: Client, **changes: object) -> int:
    answer = client.post(NEW, FORM | changes)
    assert answer.status_code == 302, answer.content.decode()
    return int(answer["Location"].strip("/").split("/")[-1])


@pytest.mark.covers("C-18")
def test_gaps_stand_on_the_page_and_on_the_home_page_until_something_useful_is_planned(
    browser_of_staff: Client, living_shop: None
) -> None:
    gaps = plan.find_gaps(clock.now())
    assert len(gaps) > 1
    page = text(browser_of_staff, PAGE)
    assert f"{len(gaps)}クラスに、30日以内のお役立ちの予定がありません" in page
    assert page.count(">予定なし</span>") == len(gaps)
    for gap in gaps:
        assert f'href="{NEW}?class={gap.of.key.replace(":", "%3A")}"' in page
        assert any(f"/actions/journeys/{key}/" in page for key, _ in gap.drafts)
    assert f'hx-get="{HOME_PART}"' in text(browser_of_staff, "/")
    home = text(browser_of_staff, HOME_PART)
    (line,) = re.findall(r"30日以内にお役立ちの予定がありません: ([^<]+)。", home)
    assert line == names_of(gaps).ja
    an_entry(browser_of_staff, **{"class": [gap.of.key for gap in gaps]})
    assert plan.find_gaps(clock.now()) == []
    # A walk or two in a class are something to come, and not for the class.
    view = plan.view_calendar(clock.now())
    thin = [one for one in view.outlooks if one.is_thin]
    assert thin
    assert all(0 < one.in_reach < one.people / 5 for one in thin)
    page = text(browser_of_staff, PAGE)
    assert f"{len(thin)}クラスでは、30日以内のお役立ちが20%の方にも届きません" in page
    one = thin[0]
    assert f">{one.people}人のうち{one.in_reach}人だけ</span>" in page
    an_entry(browser_of_staff, **{"class": [one.of.key for one in thin]})
    page = text(browser_of_staff, PAGE)
    assert "クラスすべてに、30日以内のお役立ちの予定があります" in page
    assert "手で入れた予定(送信はまだありません)" in page
    assert "お役立ちの予定がありません" not in text(browser_of_staff, HOME_PART)


def test_an_empty_shop_is_taught_and_not_nagged(browser_of_staff: Client) -> None:
    page = text(browser_of_staff, PAGE)
    assert "まだクラスがありません" in page
    assert "この月の予定はありません" in page
    assert "予定なし" not in page
    assert HOME_PART not in text(browser_of_staff, "/")
    assert "お役立ちの予定がありません" not in text(browser_of_staff, HOME_PART)


def test_a_month_and_a_list_show_the_same_items_and_narrow_them(
    browser_of_staff: Client, living_shop: None
) -> None:
    view = plan.view_calendar(clock.now())
    month = asked_month("2026-11", view.today)
    inside = [one for one in view.items if month.holds(one.day)]
    grid = text(browser_of_staff, f"{PAGE}?month=2026-11")
    listed = text(browser_of_staff, f"{PAGE}?month=2026-11&view=list")
    assert f"{len(inside)}件" in grid
    for item in inside:
        assert item.name.ja in listed
    rows = _csv(browser_of_staff, f"{PAGE}?month=2026-11&csv=utf-8")
    assert len(rows) == sum(len(one.people) for one in inside) > 0
    for narrowed, column, name in (
        ("class=toddler", "クラス", "よちよち現役客"),
        ("kind=useful", "種類", "お役立ち"),
    ):
        some = _csv(browser_of_staff, f"{PAGE}?month=2026-11&{narrowed}&csv=utf-8")
        assert some == [row for row in rows if row[column] == name] != []
    for nonsense in ("month=2026-13", "month=9999-12", "month=x&class=y&kind=z&page=9&view=q"):
        assert browser_of_staff.get(f"{PAGE}?{nonsense}").status_code == 200


def _csv(client: Client, address: str) -> list[dict[str, str]]:
    body = b"".join(client.get(address)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_a_full_day_shows_a_few_and_the_list_all_of_them(browser_of_staff: Client) -> None:
    for number in range(60):
        an_entry(browser_of_staff, title=f"予定{number:02}")
    grid = text(browser_of_staff, f"{PAGE}?month=2026-11")
    assert grid.count('class="is-useful"') == MOST_A_DAY
    assert f"ほか{60 - MOST_A_DAY}件" in grid
    listed = text(browser_of_staff, f"{PAGE}?month=2026-11&view=list")
    assert "1〜50件目 / 60件" in listed
    assert "予定59" in text(browser_of_staff, f"{PAGE}?month=2026-11&view=list&page=2")


def test_an_entry_is_written_changed_removed_and_brought_back(browser_of_staff: Client) -> None:
    form = text(browser_of_staff, f"{NEW}?class=prime&class=nobody&day=2026-12-01")
    assert 'value="2026-12-01"' in form
    assert re.findall(r'value="([^"]+)" checked', form) == ["prime"]
    number = an_entry(browser_of_staff)
    address = f"{PAGE}{number}/"
    assert "秋の読本" in text(browser_of_staff, f"{PAGE}?month=2026-11")
    wrong = browser_of_staff.post(address, FORM | {"title": "", "day": "never"})
    assert wrong.status_code == 400
    assert 'role="alert"' in wrong.content.decode()
    browser_of_staff.post(address, FORM | {"title": "冬の<b>読本", "kind": "sales"})
    assert "冬の&lt;b&gt;読本" in text(browser_of_staff, address)
    assert 'class="is-sales"' in text(browser_of_staff, f"{PAGE}?month=2026-11")
    browser_of_staff.post(f"{address}delete/")
    assert "読本" not in text(browser_of_staff, f"{PAGE}?month=2026-11")
    assert "削除を取り消す" in text(browser_of_staff, address)
    browser_of_staff.post(f"{address}restore/")
    assert "読本" in text(browser_of_staff, f"{PAGE}?month=2026-11")
    assert browser_of_staff.get(f"{PAGE}{number + 1}/").status_code == 404


def test_an_entry_says_that_it_sends_nothing_and_leads_to_a_draft_that_does(
    browser_of_staff: Client,
) -> None:
    call_shop.fill()
    plan.install_playbooks(clock.now())
    number = an_entry(browser_of_staff)
    address = f"{PAGE}{number}/"
    assert "それだけでは何も送りません" in text(browser_of_staff, address)
    assert f"{address}draft/" not in text(browser_of_staff, address)
    assert browser_of_staff.post(f"{address}draft/").status_code == 400
    browser_of_staff.post(address, FORM | {"template": "vip_thanks"})
    assert f"{address}draft/" in text(browser_of_staff, address)
    answer = browser_of_staff.post(f"{address}draft/")
    assert answer["Location"] == f"/actions/journeys/calendar_{number}/"
    draft = text(browser_of_staff, answer["Location"])
    assert "秋の読本" in draft
    assert "優良現役客・コツコツ離脱客" in draft or "コツコツ離脱客・優良現役客" in draft
    assert plan.get_journey(f"calendar_{number}").status == "draft"
    assert ">下書き</span>" in text(browser_of_staff, address)


def test_who_may_only_look_sees_the_plan_and_no_buttons() -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    give_role(viewer, Role.VIEWER)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(viewer)
    call_shop.fill()
    number = CalendarEntry.objects.create(
        title="秋の読本", day="2026-11-10", classes=["prime"], kind="useful", channel="email",
        created_at=clock.now(),
    ).pk  # fmt: skip
    page = text(client, PAGE)
    assert "予定なし" in page
    assert NEW not in page
    entry = text(client, f"{PAGE}{number}/")
    assert "<fieldset disabled>" in entry
    assert "draft/" not in entry
    assert client.post(f"{PAGE}{number}/", FORM).status_code == 403
    assert client.get(NEW).status_code == 403


def test_the_largest_gaps_are_named_and_the_rest_counted() -> None:
    gaps = [
        ClassOutlook(one, 10 + place, None, None, True) for place, one in enumerate(TEN_CLASSES)
    ]
    assert names_of(gaps[:2]) == Text(
        "初回離脱客、初回現役客", "First-time, lapsed; First-time, active"
    )
    assert names_of(gaps).ja == "優良離脱客、優良現役客、流行離脱客ほか7クラス"
    assert names_of(gaps).en.endswith("and 7 more")

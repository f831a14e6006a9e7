"""Every page, empty and filled, in both languages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer
from okaeri.foundation import clock
from okaeri.insight import api as insight
from okaeri.insight.types import BAND_NAMES
from okaeri.measure import api as measure
from okaeri.web.pages.analysis.frame import addresses
from okaeri.web.pages.segments.addresses import address_of
from tests.web import shop

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/customers/",
    "/analysis/",
    *addresses().values(),
    "/actions/journeys/",
    "/actions/calendar/",
    "/actions/messages/",
    "/actions/mailbox/",
    "/voices/",
    "/results/",
    "/settings/",
    "/settings/rules/classes/",
    "/settings/rules/contact/",
    "/settings/definitions/",
    "/settings/imports/",
    "/settings/jobs/",
    "/palette/",
)
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_an_empty_shop_is_shown_in_both_languages(
    page: str, browser_of_staff: Client, in_english: Client
) -> None:
    for client, language in ((browser_of_staff, "ja"), (in_english, "en")):
        response = client.get(page)
        assert response.status_code == 200
        assert response.headers["Content-Language"] == language


def _foreign(html: str) -> list[str]:
    """Japanese letters of an English page, but for the button that leads to Japanese.

    Import layouts quote the carts' own Japanese menus, and fields hold what the shop itself wrote.
    """
    html = re.sub(r'<dl[^>]* data-cites="carts">.*?</dl>', "", html, flags=re.DOTALL)
    html = re.sub(r'(<input[^>]*) value="[^"]*"', r"\1", html)
    html = re.sub(r"(<textarea[^>]*>).*?</textarea>", r"\1", html, flags=re.DOTALL)
    html = re.sub(r'<button[^>]*lang="ja".*?</button>', "", html, flags=re.DOTALL)
    return [line.strip()[:120] for line in html.splitlines() if JAPANESE.search(line)]


def test_english_pages_hold_no_japanese_but_the_way_back(
    in_english: Client, small_shop: None
) -> None:
    experiment = measure.list_experiments()
    person = Customer.objects.order_by("id").first()
    assert person is not None
    segment = insight.create_segment("Loyal", {"field": "stage", "op": "=", "value": "prime"})
    pages = [
        *PAGES,
        f"/customers/{person.pk}/",
        f"/analysis/segments/{segment.id}/",
        "/analysis/segments/new/?stage=first&lapsed=1",
        "/actions/journeys/first_follow/",
        *(f"/results/{view.id}/" for view in experiment),
    ]
    found = {page: _foreign(in_english.get(page).content.decode()) for page in pages}
    assert {page: lines for page, lines in found.items() if lines} == {}


def test_the_menu_is_the_loop_in_seven_words(browser_of_staff: Client) -> None:
    html = browser_of_staff.get("/").content.decode()
    menu = html.split('class="menu-wide"')[1].split("</nav>")[0]
    assert re.findall(r">([^<>]+)</a>", menu) == [
        "ホーム",
        "顧客",
        "分析",
        "施策",
        "声",
        "検証",
        "設定",
    ]


def test_no_page_has_more_than_one_primary_button(
    browser_of_staff: Client, small_shop: None
) -> None:
    for page in PAGES:
        html = browser_of_staff.get(page).content.decode()
        assert len(re.findall(r'class="button primary"', html)) <= 1, page


@pytest.mark.covers("A-01")
def test_freshness_is_shown_sorted_narrowed_kept_as_a_segment_explained_and_counted_daily(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    standing = insight.list_customers(order_by="-freshness", limit=1).rows[0]
    page = f"/customers/{standing.customer_id}/"
    html = browser_of_staff.get(page).content.decode()
    assert f'title="最終購入から{standing.recency_days}日' in html
    assert BAND_NAMES[standing.freshness_band].ja in html
    regular = insight.list_customers(order_by="-purchase_count", limit=1).rows[0]
    explained = browser_of_staff.get(f"/customers/{regular.customer_id}/").content.decode()
    assert f"最終購入から{regular.recency_days}日 / 想定サイクル" in explained
    listed = browser_of_staff.get("/customers/?sort=-freshness").content.decode()
    fresh = _meters(listed)
    assert fresh == sorted(fresh, reverse=True)
    assert len(set(fresh)) > 3
    assert all(0 <= value <= 100 for value in fresh)
    rule = {"field": "freshness_band", "op": "=", "value": "care"}
    count = insight.count_customers_where(rule)
    assert count > 0
    narrowed = browser_of_staff.get("/customers/?band=care").content.decode()
    assert f"条件に合うのは {count}人です" in narrowed
    browser_of_staff.post("/analysis/segments/new/?band=care", {"name": "要ケア"})
    assert insight.list_segments()[0].size == count
    before = _meters(browser_of_staff.get(page).content.decode())
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=10)))
    shop.refresh(tmp_path / "warehouse")
    assert _meters(browser_of_staff.get(page).content.decode()) < before


def _meters(html: str) -> list[int]:
    return [int(value) for value in re.findall(r'class="meter-value">(\d+)<', html)]


def test_the_class_stands_on_the_customer_page_and_narrows_the_list(
    browser_of_staff: Client, small_shop: None
) -> None:
    rule = {
        "all": [
            {"field": "stage", "op": "=", "value": "first"},
            {"field": "is_lapsed", "op": "=", "value": False},
        ]
    }
    ids = list(insight.iter_customers_where(rule))
    html = browser_of_staff.get(f"/customers/{ids[0]}/").content.decode()
    assert "初回現役客" in html
    listed = browser_of_staff.get("/customers/?stage=first&lapsed=0").content.decode()
    assert f"条件に合うのは {len(ids)}人です" in listed


def test_one_story_tells_orders_messages_decisions_and_points(
    browser_of_staff: Client, living_shop: None
) -> None:
    person = insight.list_customers(order_by="-net_minor", limit=1).rows[0].customer_id
    html = browser_of_staff.get(f"/customers/{person}/").content.decode()
    assert "回目の購入" in html
    assert "ポイント +120" in html
    assert "満足度 5 / 5" in html


def test_a_click_on_a_cell_becomes_a_segment_of_the_same_people(
    browser_of_staff: Client, small_shop: None
) -> None:
    portfolio = browser_of_staff.get("/analysis/portfolio/").content.decode()
    address = "/analysis/segments/new/?stage=first&amp;lapsed=1"
    assert address in portfolio
    offered = browser_of_staff.get(address.replace("&amp;", "&")).content.decode()
    assert "この顧客でセグメント作成" in offered
    active = browser_of_staff.get("/analysis/segments/new/?stage=first&lapsed=0").content.decode()
    assert "「初回フォロー」のシナリオ開始へ" in active
    assert 'href="/actions/journeys/first_follow/"' in active
    response = browser_of_staff.post(address.replace("&amp;", "&"), {"name": "一度きり"})
    segment = insight.list_segments()[0]
    assert response.headers["Location"] == f"/analysis/segments/{segment.id}/"
    cell = next(
        cell
        for cell in insight.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
        if cell["stage"] == "first" and cell["is_lapsed"]
    )
    assert (segment.name, segment.size) == ("一度きり", cell["customers"])


def test_an_unknown_customer_is_a_page_in_the_persons_language(
    browser_of_staff: Client, in_english: Client
) -> None:
    ja, en = browser_of_staff.get("/customers/999/"), in_english.get("/customers/999/")
    assert (ja.status_code, en.status_code) == (404, 404)
    assert "顧客 999 は見つかりません" in ja.content.decode()
    assert "There is no customer 999" in en.content.decode()


def test_a_name_with_markup_is_shown_as_text(browser_of_staff: Client, small_shop: None) -> None:
    person = insight.list_customers(limit=1).rows[0].customer_id
    Customer.objects.filter(id=person).update(family_name="<script>alert(1)</script>")
    for page in ("/customers/", f"/customers/{person}/", "/palette/?q=script"):
        assert "<script>alert" not in browser_of_staff.get(page).content.decode()


def test_every_chart_can_be_saved_in_three_forms(
    browser_of_staff: Client, small_shop: None
) -> None:
    for name in ("portfolio", "history", "dropoff", "f2", "freshness"):
        svg = browser_of_staff.get(f"/charts/{name}.svg")
        assert b"<svg" in svg.content
        assert b"var(--" not in svg.content
        png = browser_of_staff.get(f"/charts/{name}.png")
        assert png.content.startswith(b"\x89PNG")
        csv = b"".join(browser_of_staff.get(f"/charts/{name}.csv"))
        assert csv.count(b"\r\n") > 2


def test_a_content_is_previewed_as_the_chosen_customer_with_the_own_products(
    browser_of_staff: Client, small_shop: None
) -> None:
    first, other = Customer.objects.order_by("id")[:2]
    Customer.objects.filter(id=first.pk).update(family_name="Ichikawa")
    Customer.objects.filter(id=other.pk).update(family_name="Nishida")
    emails = [customers.get_customer(person.pk).email for person in (first, other)]
    names = ("Ichikawa", "Nishida")
    for email, name, stranger in zip(emails, names, reversed(names), strict=True):
        html = browser_of_staff.get(
            "/actions/templates/know_us_reorder/", {"q": email}
        ).content.decode()
        assert name in html.split("<pre>")[1]
        assert "・Lotion" in html
        assert stranger not in html


def test_an_address_may_carry_any_rule_to_the_segment_page(
    small_shop: None, browser_of_staff: Client
) -> None:
    rule = {"field": "purchase_count", "op": ">=", "value": 2}
    address = address_of(rule, "二回以上")
    page = browser_of_staff.get(address).content.decode()
    assert "二回以上" in page
    browser_of_staff.post(address, {"name": "二回以上"})
    assert insight.list_segments()[0].rule == {"all": [rule]}
    assert browser_of_staff.get("/analysis/segments/new/?rule=nonsense").status_code == 400


def test_the_palette_finds_every_analysis_by_its_name(
    browser_of_staff: Client, in_english: Client
) -> None:
    found = browser_of_staff.get("/palette/", {"q": "デシル"}).content.decode()
    assert 'href="/analysis/deciles/"' in found
    assert 'href="/analysis/rfm/"' in in_english.get("/palette/", {"q": "rfm"}).content.decode()
    twice = browser_of_staff.get("/palette/", {"q": "ポートフォリオ"}).content.decode()
    assert twice.count('href="/analysis/portfolio/"') == 1

"""Pages of how people buy: when, and at which price."""

from datetime import date

import pytest
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.insight import api as insight
from okaeri.insight.models import Report
from okaeri.web import formats

pytestmark = pytest.mark.django_db


@pytest.mark.covers("K-10")
def test_the_page_of_when_shows_weekdays_hours_months_seasons_and_payday(
    browser_of_staff: Client, small_shop: None
) -> None:
    html = browser_of_staff.get("/analysis/timing/").content.decode()
    found = insight.find_report("timing")
    assert found is not None
    assert html.count('<td class="h-') == 7 * 24
    assert f"{found.payload['peak']['hour']}時台" in html
    for words in ("給料日(25日)からの5日間", "12月", "春(3〜5月)", "この数字の定義"):
        assert words in html
    csv = b"".join(browser_of_staff.get("/analysis/timing/?csv=utf-8")).decode("utf-8-sig")
    assert len(csv.strip().splitlines()) == 1 + 7 * 24


def test_limits_of_discounts_are_set_on_the_settings_page(
    browser_of_staff: Client, small_shop: None
) -> None:
    shown = browser_of_staff.get("/settings/rules/analysis/").content.decode()
    assert "初回客への値引き率の上限" in shown
    html = browser_of_staff.get("/analysis/prices/").content.decode()
    assert "値引きつきの注文はまだありません" in html
    assert "%22discount_share%22" in html


def test_the_page_of_cycles_shows_each_product_its_spread_and_who_is_late(
    browser_of_staff: Client, small_shop: None
) -> None:
    found = insight.find_report("cycles")
    assert found is not None
    (lotion,) = found.payload["products"]
    report = Report.objects.get(name="cycles")
    for people, is_told in ((29, False), (30, True)):
        report.payload["products"][0]["customers"] = people
        report.save()
        html = browser_of_staff.get("/analysis/cycles/").content.decode()
        assert ("まだ29人なので" in html, "日でまた買われています" in html) == (
            not is_told,
            is_told,
        )
    assert f"前の購入から {round(lotion['cycle_days'])}日でまた買われています" in html
    assert f"お知らせは {lotion['send_day']}日後がおすすめです" in html
    assert "%22runs_out_on%22" in html
    late = found.payload["overdue"][0]
    Customer.objects.filter(id=late["customer_id"]).update(family_name="", given_name="", email="")
    late_ones = browser_of_staff.get("/analysis/cycles/").content.decode().split("遅れている方")[1]
    assert f'/customers/{late["customer_id"]}/">名前なし</a>' in late_ones
    assert formats.day(date.fromisoformat(late["last_on"]), "ja") in late_ones
    csv = b"".join(browser_of_staff.get("/analysis/cycles/?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("LOTION,Lotion,")

"""The purchase count in a real browser: chosen by keyboard, shown by itself once computed, in every width."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, Counted, CountFacet
from okaeri.web.count_facet import PAGES
from tests.web import shop
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window
from tests.web.test_count_facet import compute, compute_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOOKS = (("ja", 320), ("ja", 375), ("ja", 768), ("ja", 1440), ("en", 375), ("en", 1440))
# The products' own choice stands open, with the longest sentence below it.
WAY = "times=2&counted=product&item=LOTION"


def test_a_count_is_chosen_by_keyboard_and_its_page_comes_by_itself(
    live_server: Any, chromium: Any
) -> None:
    shop.fill(settings.OKAERI.warehouse_dir, people=150)
    with window(chromium, live_server.url, session_of_staff(), width=375) as page:
        page.goto(f"{live_server.url}/analysis/deciles/", wait_until="load")
        choice = page.get_by_role("navigation", name="購入回数").get_by_role(
            "link", name="2回", exact=True
        )
        choice.focus()
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="計算する")
        button.wait_for()
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#count-progress")
        assert too_wide(page) <= 0
        keep_picture(page, "count/waiting-ja-375")
        assert compute() == 1
        page.wait_for_selector("text=だけの数字です")
        assert page.locator("#count-progress").count() == 0
        page.keyboard.press("Tab")
        # The way on to another page keeps the count.
        page.get_by_role("link", name="RFM").click()
        page.get_by_role("button", name="計算する").wait_for()
        assert "times=2" in page.url


def test_every_page_by_count_fits_every_window(live_server: Any, chromium: Any) -> None:
    shop.fill(settings.OKAERI.warehouse_dir, people=150)
    compute_all(WAY)
    facet = CountFacet(BANDS[1], Counted.PRODUCT, "LOTION")
    assert insight.find_count_report("rfm", facet.token) is not None
    session, complaints = session_of_staff(), []
    for language, width in LOOKS:
        with window(chromium, live_server.url, session, width=width, language=language) as page:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            for key in PAGES:
                page.goto(f"{live_server.url}{reverse(key)}?{WAY}", wait_until="load")
                assert page.locator("#count-progress").count() == 0, key
                if (over := too_wide(page)) > 0:
                    complaints.append(f"{language}-{width} {key}: {over} px too wide")
                keep_picture(page, f"count/{key}-{language}-{width}")
    assert complaints == []

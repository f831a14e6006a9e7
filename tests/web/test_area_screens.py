"""Areas, freshness of sources and the columns of a file of reviews fit a phone and a desk."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.intake.voice_types import ReviewIn
from tests.insight.test_areas import amazon
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
_POSTALS = ("150-0001", "530-0001", "060-0000", "810-0001", "980-0001", "")


def _shop(folder: Path) -> None:
    now = clock.now()
    orders = []
    for number in range(40):
        who = PartyIn(email=f"p{number % 25}@example.com", postal_code=_POSTALS[number % 6])
        line = LineIn("A", "A", 1, 1000 + 70 * number, 1000 + 70 * number)
        at = now - timedelta(days=number)
        orders.append(OrderIn("shop", str(number), at, "accepted", who, (line,)))
    intake.record_orders(orders)
    intake.import_file(amazon(folder, ("A-1", "150-0001", "", 3000), ("A-2", "5300001", "", 900)))
    intake.record_reviews([ReviewIn("site", "1", 5, now - timedelta(days=30), now)])
    with closing(open_warehouse(settings.OKAERI.warehouse_dir)) as warehouse:
        insight.refresh(warehouse=warehouse, as_of=clock.now().date())


@pytest.mark.parametrize(("language", "width"), [("ja", 375), ("en", 375), ("ja", 1440)])
def test_the_pages_fit_the_window(
    language: str, width: int, live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    _shop(tmp_path)
    path = tmp_path / "r.csv"
    path.write_text("点,日,お客様,感想\n5,2026-05-01,hana@example.com,良い\n", encoding="utf-8")
    session = session_of_staff()
    with window(chromium, live_server.url, session, width=width, language=language) as page:

        def look(name: str) -> None:
            keep_picture(page, f"areas/{name}-{language}-{width}")
            assert too_wide(page) <= 0, name

        page.goto(f"{live_server.url}/analysis/areas/")
        assert "150-" in page.content()
        look("areas")
        page.select_option("#source", "amazon")
        with page.expect_navigation():
            page.click(
                "form[method=get] button:has-text('表示'), form[method=get] button:text-is('Show')"
            )
        assert ("配信不可" if language == "ja" else "Cannot be written to") in page.content()
        look("amazon")
        page.goto(f"{live_server.url}/connections/")
        look("freshness")
        page.goto(f"{live_server.url}/settings/imports/")
        page.set_input_files("#file", str(path))
        page.click("form[enctype] button")
        page.select_option("#records", "reviews")
        with page.expect_navigation():
            page.click("button[value=switch]")
        assert page.locator("#column-stars").count() == 1
        look("columns")

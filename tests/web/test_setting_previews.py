"""The previews of settings fit a phone and a desk."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _shop() -> None:
    now, orders = clock.now(), []
    for number in range(60):
        who = PartyIn(email=f"p{number % 25}@example.com", family_name="佐藤", given_name="美咲")
        line = LineIn("A", "化粧水", 1, 1000 + 300 * number, 1000 + 300 * number)
        at = now - timedelta(days=5 * number)
        word = ("新規受付", "発送済み(お届け予定日をお知らせしました)")[number % 2]
        orders.append(
            OrderIn("eccube", str(number), at, "accepted", who, (line,), status_word=word)
        )
    intake.record_orders(orders)
    with closing(open_warehouse(settings.OKAERI.warehouse_dir)) as warehouse:
        insight.refresh(warehouse=warehouse, as_of=clock.now().date(), depth=Depth.CLASSES)


@pytest.mark.parametrize(("language", "width"), [("ja", 375), ("en", 375), ("ja", 1440)])
def test_previews_of_classes_and_statuses_fit_the_window(
    language: str,
    width: int,
    live_server: Any,
    chromium: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, data_dir=tmp_path))
    _shop()
    session = session_of_staff()
    with window(chromium, live_server.url, session, width=width, language=language) as page:
        for group, key, value, words in (
            ("classes", "cpm.lapse_days", "100", ("クラスが変わる方", "change class")),
            ("analysis", "purchase_statuses", "eccube:新規受付=unpaid", ("変わる注文", "Changing")),
        ):
            page.goto(f"{live_server.url}/settings/rules/{group}/")
            if group == "classes":
                page.fill('[name="cpm.warn_days"]', "60")
                page.fill('[name="cpm.f2_late_days"]', "50")
            page.fill(f'[name="{key}"]', value)
            with page.expect_navigation():
                page.click('[name="preview"]')
            assert words[language == "en"] in page.content()
            keep_picture(page, f"setting_previews/{group}-{language}-{width}")
            assert too_wide(page) <= 0, group

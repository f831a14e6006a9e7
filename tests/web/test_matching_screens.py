"""The review queue in a real browser: phone and desk, two languages, answered by keyboard alone."""

from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake.types import PartyIn
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window
from tests.web.test_matching import NAME, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOOKS = [(language, width) for language in ("ja", "en") for width in (375, 1440)]
ICHIRO: dict[str, Any] = {**NAME}
AOI: dict[str, Any] = {**NAME, "given_name": "葵", "given_kana": "アオイ"}
HOME: dict[str, Any] = {
    "postal_code": "150-0001",
    "prefecture": "東京都",
    "address": "渋谷区神宮前1-2-3 パークサイド表参道レジデンス101号室",
    "phone": "090-1111-2222",
}


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_pairs_are_answered_by_keyboard(
    language: str, width: int, live_server: Any, chromium: Any
) -> None:
    said: list[str] = []
    people(
        PartyIn(email="ichiro@x.jp", **ICHIRO, **HOME),
        PartyIn(email="taka@y.jp", **ICHIRO),
        PartyIn(email="aoi@x.jp", **AOI),
        PartyIn(email="aoi-takahashi@y.jp", **AOI),
    )
    customers.find_candidates(clock.now())
    assert customers.list_candidates()[1] == 2

    def look(name: str) -> None:
        keep_picture(page, f"matching/{name}-{language}-{width}")
        assert too_wide(page) <= 0, name

    session = session_of_staff()
    with window(chromium, live_server.url, session, width=width, language=language) as page:
        page.on("console", lambda line: said.extend([line.text] * (line.type == "error")))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}/customers/matching/")
        look("two")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        with page.expect_navigation():
            page.keyboard.press("m")
        assert (customers.count_customers(), customers.list_candidates()[1]) == (3, 1)
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("n")
        assert (customers.count_customers(), customers.list_candidates()[1]) == (3, 0)
        look("answered")
        page.goto(f"{live_server.url}/customers/{customers.list_merges()[0].kept_id}/")
        look("person")
    assert said == []

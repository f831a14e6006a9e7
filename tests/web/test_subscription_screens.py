"""The subscription page by thumb: one press, no script, 375 pixels; and the list of staff in a browser."""

from typing import Any

import pytest

from okaeri.intake import api as intake
from tests.web import subscribers as shop
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
_SIZES = """[...document.querySelectorAll('.pair button')].map(e => {
    const box = e.getBoundingClientRect(), look = getComputedStyle(e);
    return [Math.round(box.width), look.backgroundColor, look.color, look.fontSize, look.fontWeight].join(' ');
})"""
_LOW = """[...document.querySelectorAll('button, a.button, summary')].filter(e => e.checkVisibility())
    .map(e => e.getBoundingClientRect().height).filter(height => height < 44)"""
LOOKS = (("ja", 375), ("ja", 320), ("en", 375), ("en", 320), ("ja", 1440))


def test_one_press_asks_and_one_takes_back_on_a_phone(live_server: Any, chromium: Any) -> None:
    shop.open_the_shop()
    path, number = shop.page_of(), shop.contract().id
    with window(chromium, live_server.url, width=375) as page:
        page.goto(live_server.url + path)
        # Every way out is as large, and looks as, every other.
        assert len(set(page.evaluate(_SIZES))) == 1
        page.click(f"#s{number} button[value=cancel]")
        page.wait_for_selector(f"#s{number} .notice")
        assert "解約を受け付けました" in page.inner_text(f"#s{number}")
        assert page.url.endswith(f"{path}#s{number}")
        keep_picture(page, "subscriptions-cancelled-ja-375")
        page.reload()
        assert [one.kind for one in shop.wishes()] == ["cancel"]
        page.click(f"#s{number} button[value=undo]")
        page.wait_for_selector(f"#s{number} button[value=skip]")
    assert [one.status for one in shop.wishes()] == ["withdrawn"]


def test_both_lists_fit_every_window(live_server: Any, chromium: Any) -> None:
    shop.open_the_shop()
    session = session_of_staff()
    intake.ask_of_subscription(
        [shop.contract("T-2").party_id], shop.contract("T-2").id, "pause", months=2,
        came_from="preferences", language="ja", now=shop.AT,
    )  # fmt: skip
    shop.tell("T-7", product_name="とても長い名前の化粧水" * 8)
    long = shop.contract("T-7")
    intake.ask_of_subscription(
        [long.party_id], long.id, "cancel", came_from="my_page", language="ja", now=shop.AT
    )
    wish = shop.wishes("T-7")[0]
    intake.reason_of_request(
        [long.party_id], wish.id, reason="余っている", note="W" * 400, now=shop.AT
    )
    pages = {"subscriptions": shop.page_of(), "requests": "/voices/subscriptions/",
             "requests-none": "/voices/subscriptions/?status=done"}  # fmt: skip
    wrong: list[tuple[object, ...]] = []
    for language, width in LOOKS:
        for name, path in pages.items():
            with window(chromium, live_server.url, session, width=width, language=language) as page:
                page.goto(live_server.url + path)
                if too_wide(page):
                    wrong.append((name, language, width, too_wide(page)))
                if width == 375 and page.evaluate(_LOW):
                    wrong.append((name, language, width, "low"))
                keep_picture(page, f"{name}-{language}-{width}")
    assert wrong == []

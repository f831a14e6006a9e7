"""By keyboard and by thumb: everything is reached, the focus is seen, targets are large enough."""

from pathlib import Path
from typing import Any

import pytest

from tests.web import shop
from tests.web.chromium import session_of_staff, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

_WANTED = """[...document.querySelectorAll('main a[href],main button,main summary,main input,main select')]
    .filter(e => e.checkVisibility() && !e.disabled && e.type !== 'hidden' && !e.closest('svg')).length"""
_FOCUSED = """(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    window.__seen = window.__seen || new Map();
    if (!window.__seen.has(e)) window.__seen.set(e, window.__seen.size);
    const style = getComputedStyle(e);
    return [window.__seen.get(e), style.outlineStyle, e.outerHTML.slice(0, 120), !!e.closest('main')];
})()"""
_SMALL = """[...document.querySelectorAll('button,.button,.quiet,select,summary,input:not([type=hidden])')]
    .filter(e => e.checkVisibility() && !['checkbox', 'radio'].includes(e.type))
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
    .filter(x => x[1] < 44)"""
MAIN_PAGES = (
    "/",
    "/customers/",
    "/analysis/portfolio/",
    "/actions/journeys/",
    "/actions/calendar/",
    "/actions/messages/",
)


def _walk(page: Any, most: int = 400) -> tuple[set[int], list[str]]:
    """Press Tab until the page is through; give what was reached in it and what showed no focus."""
    reached: set[int] = set()
    unseen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUSED)
        if focus is None:
            if reached:
                break
            continue
        number, outline, html, is_in_main = focus
        if is_in_main and number in reached:
            break
        if outline == "none":
            unseen.append(html)
        if is_in_main:
            reached.add(number)
    return reached, unseen


def test_everything_on_the_main_pages_is_reached_by_tab_and_shows_it(
    live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    shop.fill(tmp_path / "warehouse", people=40, is_live=False)
    with window(chromium, live_server.url, session_of_staff()) as page:
        for path in MAIN_PAGES:
            page.goto(live_server.url + path)
            wanted = page.evaluate(_WANTED)
            reached, unseen = _walk(page)
            assert unseen == [], path
            assert len(reached) >= wanted > 0, path


def test_the_first_tab_leads_past_the_menu_to_the_content(live_server: Any, chromium: Any) -> None:
    with window(chromium, live_server.url, session_of_staff()) as page:
        page.goto(live_server.url + "/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.id === 'main'")


def test_the_palette_opens_by_keyboard_finds_a_page_and_closes(
    live_server: Any, chromium: Any
) -> None:
    with window(chromium, live_server.url, session_of_staff()) as page:
        page.goto(live_server.url + "/")
        page.keyboard.press("Control+k")
        page.wait_for_selector("#palette[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#palette", state="hidden")
        page.keyboard.press("Control+k")
        page.keyboard.type("コホート")
        page.wait_for_selector("#palette li:first-child a:has-text('コホート')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/analysis/cohorts/")


@pytest.mark.parametrize("path", ["/", "/customers/", "/settings/imports/", "/settings/"])
def test_targets_on_a_phone_are_large_enough_for_a_thumb(
    path: str, live_server: Any, chromium: Any
) -> None:
    with window(chromium, live_server.url, session_of_staff(), width=375) as page:
        page.goto(live_server.url + path)
        assert page.evaluate(_SMALL) == []

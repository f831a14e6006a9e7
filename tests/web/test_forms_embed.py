"""The form in a shop's own page, in Chromium, with the product on another origin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from okaeri.intake import api as intake
from okaeri.intake.models import FormEntry
from tests.browser.tag_shop import Page, shop_pages
from tests.intake.forms_for_tests import name_the_shop, open_form
from tests.web.chromium import session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
_KEPT = "Object.keys(localStorage).filter(key => key.startsWith('okaeri'))"
_PAGE = (
    "<!doctype html><html lang='ja'><body style='margin:0'><h1>ショップ</h1><button id='before'>買う</button>"
    "<div style='height:3000px'></div>{script}</body></html>"
)


@pytest.fixture
def shop(live_server: Any) -> Iterator[tuple[str, str]]:
    name_the_shop()
    Page.pages.clear()
    with shop_pages() as origin:
        open_form(origins=(origin,))
        yield origin, live_server.url


@contextmanager
def _visit(chromium: Any, width: int = 1440) -> Iterator[Any]:
    """A visitor whose browser asks for Japanese: in a foreign frame there is no cookie to say so."""
    context = chromium.new_context(
        locale="ja-JP", viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def _write(shop: tuple[str, str], attributes: str) -> str:
    origin, okaeri = shop
    script = f"<script src='{okaeri}/static/okaeri/form-embed.js' data-form='letter' {attributes}></script>"
    Page.pages["/item"] = _PAGE.format(script=script)
    return f"{origin}/item?utm_source=instagram&secret=1"


def test_a_person_signs_up_inside_the_shops_own_page_without_cookies(
    shop: tuple[str, str], chromium: Any
) -> None:
    address = _write(shop, "")
    with _visit(chromium, 375) as page:
        page.goto(address)
        frame = page.frame_locator("iframe")
        frame.get_by_label("メールアドレス").fill("hana@example.com")
        frame.get_by_label("姓").fill("山田")
        frame.get_by_label("乾燥").check()
        page.wait_for_timeout(2200)
        frame.get_by_role("button", name="登録する").click()
        # Without the box ticked the form says so, and keeps what was typed.
        frame.get_by_text("同意のチェックが必要です").wait_for()
        assert frame.get_by_label("メールアドレス").input_value() == "hana@example.com"
        frame.get_by_role("checkbox", name=re.compile("広告メール")).check()
        page.wait_for_timeout(2200)
        frame.get_by_role("button", name="登録する").click()
        frame.get_by_text("確認のメールをお送りします").wait_for()
        assert too_wide(page) <= 0
        assert [c for c in page.context.cookies(shop[1]) if c["name"] == "sessionid"] == []
        assert page.evaluate(_KEPT) == []
    entry = FormEntry.objects.get()
    assert entry.media_code == "instagram"
    assert entry.proof["page"] == f"{shop[0]}/item"


def test_a_page_that_is_not_on_the_list_gets_no_form(shop: tuple[str, str], chromium: Any) -> None:
    intake.save_form("letter", "signup", replace(intake.get_form("letter").definition, origins=()))
    address = _write(shop, "")
    with _visit(chromium) as page:
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            page.goto(address)
        assert page.frame_locator("iframe").get_by_label("メールアドレス").count() == 0


def test_a_pop_up_holds_the_focus_closes_by_escape_and_stays_away(
    shop: tuple[str, str], chromium: Any
) -> None:
    address = _write(shop, "data-mode='popup' data-scroll='50'")
    with _visit(chromium) as page:
        page.goto(address)
        page.focus("#before")
        page.wait_for_timeout(300)
        assert page.locator("dialog").count() == 0
        assert page.evaluate(_KEPT) == []
        page.evaluate("window.scrollTo(0, 2500)")
        dialog = page.locator("dialog[aria-modal=true][open]")
        dialog.wait_for()
        frame = page.frame_locator("dialog iframe")
        frame.get_by_label("メールアドレス").wait_for()
        outside = 0
        for _ in range(25):
            page.keyboard.press("Tab")
            outside += page.evaluate("document.activeElement.id === 'before'")
        assert outside == 0
        assert page.evaluate(_KEPT) == []
        frame.get_by_label("メールアドレス").focus()
        page.keyboard.press("Escape")
        # The page's own answer to the closing comes a task after the box has shut.
        page.locator("dialog").wait_for(state="detached")
        assert page.evaluate("document.activeElement.id") == "before"
        assert page.evaluate(_KEPT) == ["okaeri_form_letter"]
        page.reload()
        page.evaluate("window.scrollTo(0, 2500)")
        page.wait_for_timeout(500)
        assert page.locator("dialog").count() == 0


def test_where_consent_is_needed_nothing_is_noted_without_it(
    shop: tuple[str, str], chromium: Any
) -> None:
    address = _write(shop, "data-mode='popup' data-delay='0.1' data-consent='required'")
    with _visit(chromium) as page:
        page.goto(address)
        page.locator("dialog[open]").wait_for()
        page.get_by_role("button", name="閉じる").click()
        page.locator("dialog").wait_for(state="detached")
        assert page.evaluate(_KEPT) == []
        page.evaluate("localStorage.setItem('okaeri_consent', '1')")
        page.reload()
        page.locator("dialog[open]").wait_for()
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="detached")
        assert "okaeri_form_letter" in page.evaluate(_KEPT)


def test_the_pop_up_asks_whoever_is_about_to_leave(shop: tuple[str, str], chromium: Any) -> None:
    address = _write(shop, "data-mode='popup' data-exit")
    with _visit(chromium) as page:
        page.goto(address)
        page.wait_for_timeout(300)
        assert page.locator("dialog").count() == 0
        page.evaluate(
            "document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1, relatedTarget: null}))"
        )
        page.locator("dialog[open]").wait_for()


@pytest.mark.parametrize("width", [320, 375, 1440])
def test_staff_pages_and_the_preview_fit_their_screen(
    live_server: Any, chromium: Any, width: int
) -> None:
    name_the_shop()
    open_form()
    with window(chromium, live_server.url, session_of_staff(), width=width) as page:
        for path in ("/actions/forms/", "/actions/forms/letter/"):
            page.goto(live_server.url + path)
            assert too_wide(page) <= 0, path
        page.goto(live_server.url + "/actions/forms/letter/edit/")
        shown = page.frame_locator("#preview iframe")
        shown.get_by_role("heading", name="お便りの登録").wait_for()
        assert too_wide(page) <= 0
        page.locator("#title_ja").fill("春のお便り")
        shown.get_by_role("heading", name="春のお便り").wait_for()
        # The page's own styles reach into the frame.
        wide = shown.get_by_label("メールアドレス").bounding_box()
        assert wide is not None
        assert wide["height"] >= 44

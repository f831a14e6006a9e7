"""A real browser for tests: one per session, found where Debian, macOS or a person put it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.web.middleware import LANGUAGE_COOKIE

SCREENS = Path(__file__).resolve().parents[2] / "artefacts" / "screens"
HEIGHTS = {320: 640, 375: 812, 768: 1024, 1440: 900}
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OF_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """Give the path of a Chromium, or None where there is none."""
    found = [path for name in _NAMES if (path := shutil.which(name))]
    found += [path for path in _OF_MACOS if Path(path).exists()]
    return found[0] if found else None


@contextmanager
def chromium_of_this_machine() -> Iterator[Any]:
    """Start the browser, or skip by name."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium found (looked for {', '.join(_NAMES)})")
    # Playwright's loop lives on this thread, and Django would take it for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def session_of_staff() -> str:
    """Give the session key of a member of staff."""
    client = Client()
    client.force_login(User.objects.create_superuser("mika", password="-"))
    return str(client.cookies["sessionid"].value)


@contextmanager
def window(
    browser: Any,
    url: str,
    session: str = "",
    *,
    width: int = 1440,
    language: str = "ja",
    scheme: str = "light",
) -> Iterator[Any]:
    """Open a window of its own cookies with one empty page."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    cookies = [{"name": LANGUAGE_COOKIE, "value": language, "url": url}]
    if session:
        cookies.append({"name": "sessionid", "value": session, "url": url})
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def keep_picture(page: Any, name: str) -> None:
    """Keep the whole page as artefacts/screens/NAME.png, where somebody asked to look (`make shots`)."""
    if os.environ.get("TESTS_PICTURES"):
        path = SCREENS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(path), full_page=True)


def too_wide(page: Any) -> int:
    """Give by how many pixels a page is wider than its window, once it is whole.

    A click returns before the page it leads to is there; in between there is no document at all.
    """
    page.wait_for_selector("body", state="attached")
    page.wait_for_load_state()
    found: int = page.evaluate(_TOO_WIDE)
    return found

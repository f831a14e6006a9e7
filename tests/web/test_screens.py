"""Every page in a real browser: three widths, two languages, two colour schemes.

Nothing is wider than the window, nothing complains on the console, everything is reached by keyboard.
The pictures are kept in artefacts/screens/ for a person to look at.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.insight import api as insight
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.web.middleware import LANGUAGE_COOKIE
from tests.web import shop

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = Path(__file__).resolve().parents[2] / "artefacts" / "screens"
WIDTHS = {375: 812, 768: 1024, 1440: 900}
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium not found at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def _session_of_staff() -> str:
    client = Client()
    client.force_login(User.objects.create_user("mika", password="-", is_staff=True))
    return str(client.cookies["sessionid"].value)


def _open(browser: Any, url: str, session: str, *, width: int, language: str, scheme: str) -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.add_cookies(
        [
            {"name": "sessionid", "value": session, "url": url},
            {"name": LANGUAGE_COOKIE, "value": language, "url": url},
        ]
    )
    return context


def _pages_of_a_full_shop() -> dict[str, str]:
    best = insight.list_customers(order_by="-net_minor", limit=1).rows[0].customer_id
    treated = deliver.list_messages(status="accepted", limit=1)[0][0]
    left = deliver.list_messages(status="held_out", limit=1)[0]
    segment = insight.create_segment(
        "優良客", {"all": [{"field": "stage", "op": "=", "value": "prime"}]}
    )
    experiment = measure.list_experiments()[0]
    return {
        "home": "/",
        "customers": "/customers/",
        "customer": f"/customers/{treated.customer_id}/",
        "customer-best": f"/customers/{best}/",
        "portfolio": "/analysis/portfolio/",
        "dropoff": "/analysis/dropoff/",
        "cohorts": "/analysis/cohorts/",
        "freshness": "/analysis/freshness/",
        "segments": "/analysis/segments/",
        "segment": f"/analysis/segments/{segment.id}/",
        "segment-new": "/analysis/segments/new/?stage=first&lapsed=1",
        "journeys": "/actions/journeys/",
        "journey": "/actions/journeys/first_follow/",
        "journey-draft": "/actions/journeys/welcome_back/",
        "journey-edit": "/actions/journeys/first_follow/edit/",
        "template": "/actions/templates/first_follow_thanks/",
        "messages": "/actions/messages/",
        "message": f"/actions/messages/{treated.id}/",
        **({"message-left-out": f"/actions/messages/{left[0].id}/"} if left else {}),
        "mailbox": "/actions/mailbox/",
        "mail": f"/actions/mailbox/{treated.id}/",
        "voices": "/voices/",
        "results": "/results/",
        "result": f"/results/{experiment.id}/",
        "settings": "/settings/",
        "settings-classes": "/settings/rules/classes/",
        "definitions": "/settings/definitions/",
        "imports": "/settings/imports/",
        "jobs": "/settings/jobs/",
        "question": listen.question_link(best, "satisfaction", "", _secret()),
        "not-found": "/nowhere/",
    }


def _secret() -> str:
    from django.conf import settings

    return str(settings.SECRET_KEY)


def _look(
    browser: Any, base: str, session: str, pages: dict[str, str], *, folder: str
) -> list[str]:
    complaints: list[str] = []
    for language in ("ja", "en"):
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                context = _open(
                    browser, base, session, width=width, language=language, scheme=scheme
                )
                page = context.new_page()
                where = f"{language} {scheme} {width}"

                def hear(message: Any, where: str = where) -> None:
                    # A page that is meant to be 404 is reported by the browser as such.
                    if message.type == "error" and "404" not in message.text:
                        complaints.append(f"{where} {message.location['url']}: {message.text}")

                page.on("console", hear)
                page.on(
                    "pageerror", lambda error, where=where: complaints.append(f"{where}: {error}")
                )
                for name, path in pages.items():
                    page.goto(base + path, wait_until="load")
                    over = page.evaluate(_TOO_WIDE)
                    if over > 0:
                        complaints.append(f"{where} {name}: {over} px too wide")
                    is_kept = (language, scheme) == ("ja", "light") or width == 1440
                    if is_kept:
                        target = SCREENS / folder / f"{name}-{language}-{scheme}-{width}.png"
                        target.parent.mkdir(parents=True, exist_ok=True)
                        page.screenshot(path=str(target), full_page=True)
                context.close()
    return complaints


def test_every_page_fits_every_window_and_makes_no_complaint(
    live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    shop.fill(tmp_path / "warehouse")
    session = _session_of_staff()
    pages = _pages_of_a_full_shop()
    assert _look(chromium, live_server.url, session, pages, folder="full") == []


def test_an_empty_shop_fits_and_teaches(live_server: Any, chromium: Any) -> None:
    session = _session_of_staff()
    assert Customer.objects.count() == 0
    pages = {
        "home": "/",
        "customers": "/customers/",
        "portfolio": "/analysis/portfolio/",
        "journeys": "/actions/journeys/",
        "messages": "/actions/messages/",
        "voices": "/voices/",
        "results": "/results/",
        "segments": "/analysis/segments/",
        "jobs": "/settings/jobs/",
        "login": "/login/",
    }
    assert _look(chromium, live_server.url, session, pages, folder="empty") == []


def test_everything_on_a_page_is_reached_by_tab_and_shows_it(
    live_server: Any, chromium: Any
) -> None:
    context = _open(
        chromium, live_server.url, _session_of_staff(), width=1440, language="ja", scheme="light"
    )
    page = context.new_page()
    page.goto(live_server.url + "/")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href],button:not([hidden]),summary')]"
        ".filter(e => e.checkVisibility()).length"
    )
    reached = set()
    for _ in range(wanted + 3):
        page.keyboard.press("Tab")
        what = page.evaluate(
            "(() => { const e = document.activeElement; const o = getComputedStyle(e).outlineStyle;"
            " return [e.outerHTML.slice(0, 120), o] })()"
        )
        if what[0].startswith("<body"):
            continue
        assert what[1] != "none", what
        reached.add(what[0])
    assert len(reached) >= wanted
    context.close()


def test_the_palette_opens_by_keyboard_and_finds_a_page(live_server: Any, chromium: Any) -> None:
    context = _open(
        chromium, live_server.url, _session_of_staff(), width=1440, language="ja", scheme="light"
    )
    page = context.new_page()
    page.goto(live_server.url + "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("コホート")
    page.wait_for_selector("#palette li a:has-text('コホート')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/analysis/cohorts/")
    context.close()


def test_targets_on_a_phone_are_large_enough_for_a_thumb(live_server: Any, chromium: Any) -> None:
    context = _open(
        chromium, live_server.url, _session_of_staff(), width=375, language="ja", scheme="light"
    )
    page = context.new_page()
    page.goto(live_server.url + "/")
    small = page.evaluate(
        "[...document.querySelectorAll('button,.button,.quiet,select,input:not([type=hidden])')]"
        ".filter(e => e.checkVisibility())"
        ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])"
        ".filter(x => x[1] < 44)"
    )
    assert small == []
    context.close()

"""Every page in a real browser: four widths, two languages, two colour schemes.

Nothing is wider than the window and nothing complains on the console. `make shots` keeps pictures in
artefacts/screens/ for a person to look at.
"""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.insight import api as insight
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.web.pages.analysis.frame import addresses
from tests.web import shop
from tests.web.chromium import HEIGHTS, keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Width depends on the language, not on the colours: dark is looked at where it is used most.
LOOKS = (
    ("ja", "light", 320),
    ("ja", "light", 375),
    ("ja", "light", 768),
    ("ja", "light", 1440),
    ("en", "light", 320),
    ("en", "light", 375),
    ("en", "light", 1440),
    ("ja", "dark", 375),
    ("ja", "dark", 1440),
)
_PICTURES = {
    ("ja", "light", 375),
    ("ja", "light", 768),
    ("ja", "light", 1440),
    ("en", "light", 375),
    ("en", "light", 1440),
    ("ja", "dark", 375),
    ("ja", "dark", 1440),
}


# What is opened in the narrowest window too.
_MAIN = {
    *("home", "customers", "customer", "portfolio", "dropoff", "cohorts", "freshness", "segments"),
    *(
        "journeys",
        "journey",
        "messages",
        "mail",
        "voices",
        "results",
        "result",
        "settings",
        "question",
    ),
    *("login", "setup"),
}


def _pages_of_a_full_shop() -> dict[str, str]:
    best = insight.list_customers(order_by="-net_minor", limit=1).rows[0].customer_id
    treated = deliver.list_messages(status="accepted", limit=1)[0][0]
    left = deliver.list_messages(status="held_out", limit=1)[0][0]
    segment = insight.create_segment(
        "優良客", {"all": [{"field": "stage", "op": "=", "value": "prime"}]}
    )
    experiment = measure.list_experiments()[0]
    return {
        "home": "/",
        "customers": "/customers/",
        "leads": "/customers/leads/",
        "customers-none": "/customers/?q=nobody-has-this-name",
        "customer": f"/customers/{treated.customer_id}/",
        "customer-best": f"/customers/{best}/",
        "analysis": "/analysis/",
        **addresses(),
        "segment": f"/analysis/segments/{segment.id}/",
        "segment-new": "/analysis/segments/new/?stage=first&lapsed=0",
        "journeys": "/actions/journeys/",
        "journey": "/actions/journeys/first_follow/",
        "journey-draft": "/actions/journeys/welcome_back/",
        "journey-edit": "/actions/journeys/first_follow/edit/",
        "template": "/actions/templates/first_follow_thanks/",
        "calendar": "/actions/calendar/?month=2026-11",
        "calendar-list": "/actions/calendar/?month=2026-11&view=list",
        "calendar-new": "/actions/calendar/new/",
        "messages": "/actions/messages/",
        "messages-unknown": "/actions/messages/?status=unknown",
        "message": f"/actions/messages/{treated.id}/",
        "message-left-out": f"/actions/messages/{left.id}/",
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
        "question": listen.question_link(best, "satisfaction", "", settings.SECRET_KEY),
        "not-found": "/nowhere/",
    }


PAGES_OF_AN_EMPTY_SHOP = {
    "home": "/",
    "customers": "/customers/",
    "leads": "/customers/leads/",
    "analysis": "/analysis/",
    **addresses(),
    "journeys": "/actions/journeys/",
    "calendar": "/actions/calendar/",
    "messages": "/actions/messages/",
    "mailbox": "/actions/mailbox/",
    "voices": "/voices/",
    "results": "/results/",
    "imports": "/settings/imports/",
    "jobs": "/settings/jobs/",
}


def _look(
    browser: Any,
    base: str,
    session: str,
    pages: dict[str, str],
    folder: str,
    looks: tuple[tuple[str, str, int], ...] = LOOKS,
) -> list[str]:
    """Open every page in each language, put it into every look; give what is too wide or complains.

    A look is a matter of style sheets: no script of these pages asks for the width or the colours.
    """
    complaints: list[str] = []
    for language in dict.fromkeys(look[0] for look in looks):
        its = [look for look in looks if look[0] == language]
        with window(browser, base, session, width=its[0][2], language=language) as page:
            page.on("console", lambda said, name=language: _hear(complaints, name, said))
            page.on("pageerror", lambda error, name=language: complaints.append(f"{name}: {error}"))
            for key, path in pages.items():
                page.goto(base + path, wait_until="load")
                for look in its:
                    if look[2] > 320 or key in _MAIN:
                        complaints.extend(_wear(page, key, look, folder))
    return complaints


def _wear(page: Any, key: str, look: tuple[str, str, int], folder: str) -> list[str]:
    """Put the open page into a look, keep its picture; say when it is too wide."""
    language, scheme, width = look
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.wait_for_function("width => innerWidth === width", arg=width)
    over = too_wide(page)
    if look in _PICTURES:
        keep_picture(page, f"{folder}/{key}-{language}-{scheme}-{width}")
    return [f"{'-'.join(map(str, look))} {key}: {over} px too wide"] if over > 0 else []


def _hear(complaints: list[str], name: str, said: Any) -> None:
    # A page that is meant to be 404 is reported by the browser as such.
    if said.type == "error" and "404" not in said.text:
        complaints.append(f"{name} {said.location['url']}: {said.text}")


def test_every_page_fits_every_window_and_makes_no_complaint(
    live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    shop.fill(tmp_path / "warehouse", people=150)
    unsure = deliver.list_messages(status="accepted", limit=2)[0][1]
    Message.objects.filter(id=unsure.id).update(
        status="unknown", reason={"code": "connection_lost"}
    )
    deliver.pause_sending(now=clock.now())
    pages = _pages_of_a_full_shop()
    assert _look(chromium, live_server.url, session_of_staff(), pages, "full") == []


def test_an_empty_shop_fits_and_teaches(live_server: Any, chromium: Any) -> None:
    assert Customer.objects.count() == 0
    looks = tuple(look for look in LOOKS if look[1] == "light" and look[2] != 768)
    session = session_of_staff()
    pages = PAGES_OF_AN_EMPTY_SHOP
    assert _look(chromium, live_server.url, session, pages, "empty", looks) == []


@pytest.mark.parametrize("path", ["/login/", "/setup/"])
def test_the_doors_of_the_house_fit(path: str, live_server: Any, chromium: Any) -> None:
    if path == "/login/":
        session_of_staff()
    pages = {path.strip("/"): path}
    assert _look(chromium, live_server.url, "", pages, "doors") == []

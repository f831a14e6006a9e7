"""Live sources and API keys in a real browser: two widths, two languages, by keyboard."""

from typing import Any

import pytest

from okaeri.intake import api as intake
from tests.intake.deliveries import NOW, SECRET, as_raw, shopify_headers, shopify_order
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOOKS = [(language, width) for language in ("ja", "en") for width in (375, 1440)]


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_source_is_connected_and_a_key_made_by_keyboard(
    language: str, width: int, live_server: Any, chromium: Any
) -> None:
    said: list[str] = []

    def look(name: str) -> None:
        assert too_wide(page) <= 0, name
        keep_picture(page, f"connections/{name}-{language}-{width}")

    session = session_of_staff()
    with window(chromium, live_server.url, session, width=width, language=language) as page:
        page.on("console", lambda line: said.extend([line.text] * (line.type == "error")))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}/connections/")
        look("empty")
        page.focus("#name")
        page.keyboard.type("基幹システム")
        page.select_option("#kind", "generic")
        page.focus("form .primary")
        page.keyboard.press("Enter")
        page.wait_for_selector("#secret-value")
        assert page.input_value("#secret-value").startswith("whsec_")
        look("made")
        shop = intake.create_connection("Shopify 本店", "shopify", secret=SECRET)[0]
        for number, order in enumerate((shopify_order(), shopify_order(2, currency="USD"))):
            raw = as_raw(order)
            headers = shopify_headers(raw, "orders/create", f"d-{number}")
            intake.receive(shop.key, headers, raw, NOW)
        page.goto(f"{live_server.url}/connections/{shop.id}/")
        look("deliveries")
        cube = intake.create_connection("EC-CUBE 本店", "eccube")[0]
        page.goto(f"{live_server.url}/connections/{cube.id}/")
        page.fill("#shop_url", "https://shop.example")
        page.fill("#admin_url", "https://shop.example/admin")
        page.fill("#client_id", "0123456789abcdef0123456789abcdef")
        page.fill("#client_secret", "a-secret-of-the-shop")
        page.keyboard.press("Enter")
        page.wait_for_selector("a[href^='https://shop.example/admin/authorize']")
        look("eccube")
        page.goto(f"{live_server.url}/connections/")
        look("list")
        page.goto(f"{live_server.url}/settings/api-keys/")
        page.fill("#name", "基幹システム")
        page.focus("input[value='orders:write']")
        page.keyboard.press("Space")
        page.focus("form .primary")
        page.keyboard.press("Enter")
        page.wait_for_selector("#token")
        look("key")
        page.goto(f"{live_server.url}/settings/api/")
        look("reference")
    assert said == []

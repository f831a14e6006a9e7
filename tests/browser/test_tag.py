"""The tag in Chromium, on a page of another address than Okaeri's, with the product running."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tag_shop import Page, okaeri_beside, shop_pages, stored, wait_until
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCRIPT = Path(__file__).resolve().parents[2] / "src/okaeri/web/static/okaeri/okaeri.js"
STUB = "<script>window.okaeri=window.okaeri||function(){(okaeri.q=okaeri.q||[]).push(arguments)}</script>"


class Shop:
    """Both servers and a browser; the tests write pages and look at rows."""

    def __init__(self, origin: str, okaeri: str, folder: Path, browser: Any) -> None:
        self.origin, self.okaeri, self.folder, self._browser = origin, okaeri, folder, browser
        self.calls: list[str] = []
        self.complaints: list[str] = []

    def write(self, path: str, body: str, attributes: str = "") -> None:
        Page.pages[path] = (
            f"<!doctype html><html><head><title>化粧水 {path}</title>{STUB}"
            f'<script async src="{self.okaeri}/static/okaeri/okaeri.js" {attributes}></script>'
            f"</head><body>{body}</body></html>"
        )

    def visitor(self, **options: Any) -> Any:
        context = self._browser.new_context(**options)
        page = context.new_page()
        page.on("request", lambda r: self.calls.append(r.method) if r.url.endswith("/e/") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def kinds(self) -> list[str]:
        return [row["kind"] for row in stored(self.folder)]

    def wait_for(self, *kinds: str) -> None:
        wait_until(lambda: sorted(self.kinds()) == sorted(kinds))


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, chromium: Any
) -> Iterator[tuple[str, str, Path, Any]]:
    folder = tmp_path_factory.mktemp("okaeri")
    with shop_pages() as origin, okaeri_beside(folder, origin, free_port()) as okaeri:
        yield origin, okaeri, folder, chromium


@pytest.fixture
def shop(servers: tuple[str, str, Path, Any]) -> Iterator[Shop]:
    import sqlite3
    from contextlib import closing

    Page.pages.clear()
    with closing(sqlite3.connect(servers[2] / "okaeri.db", timeout=10)) as database, database:
        database.execute("DELETE FROM intake_event")
        database.execute("DELETE FROM intake_identification")
    made = Shop(*servers)
    yield made
    assert made.complaints == []


def test_the_script_is_small_and_asks_nobody_else() -> None:
    script = SCRIPT.read_text()
    assert len(script.encode()) < 5 * 1024
    assert "http" not in script.replace("https:", "")


def test_a_visit_is_told_by_words_by_attributes_and_by_leaving(shop: Shop) -> None:
    shop.write(
        "/item",
        '<p data-okaeri="product_view" data-sku="9007199254740993" data-category="化粧水"></p>'
        '<button data-okaeri="cart_add" data-sku="A-1" data-quantity="2" data-value-minor="6600">'
        "かごへ</button><a href='/next'>次へ</a>",
    )
    shop.write("/next", "<script>okaeri('search', {query: '保湿'})</script>")
    page = shop.visitor()
    page.goto(shop.origin + "/item?id=5#reviews")
    shop.wait_for("page_view", "product_view")
    page.click("button")
    # Gone at once: the beacon carries what the button told, and the next page tells it again.
    page.click("a")
    shop.wait_for("page_view", "product_view", "cart_add", "page_view", "search")
    rows = {row["kind"]: row for row in stored(shop.folder)}
    assert rows["product_view"]["sku"] == "9007199254740993"
    assert rows["product_view"]["url"] == f"{shop.origin}/item?id=5"
    assert rows["product_view"]["title"] == "化粧水 /item"
    assert (rows["cart_add"]["quantity"], rows["cart_add"]["value_minor"]) == (2, 6600)
    assert rows["search"]["query"] == "保湿"
    assert rows["search"]["referrer"].startswith(shop.origin)
    assert len({row["device_id"] for row in stored(shop.folder)}) == 1
    wait_until(lambda: page.evaluate("Object.keys(localStorage)") == ["okaeri_device"])
    assert page.context.cookies() == []
    page.context.close()


def test_going_to_the_checkout_and_taking_something_out_are_told(shop: Shop) -> None:
    shop.write(
        "/cart",
        '<a href="#" data-okaeri="cart_remove" data-sku="A-1" data-quantity="1">削除</a>'
        '<p data-okaeri="checkout" data-value-minor="6600"></p>',
    )
    page = shop.visitor()
    page.goto(shop.origin + "/cart")
    page.click("a")
    shop.wait_for("page_view", "checkout", "cart_remove")
    rows = {row["kind"]: row for row in stored(shop.folder)}
    assert (rows["cart_remove"]["sku"], rows["cart_remove"]["quantity"]) == ("A-1", 1)
    assert rows["checkout"]["value_minor"] == 6600
    page.context.close()


def test_more_than_a_browser_lets_go_at_once_is_told_in_parts(shop: Shop) -> None:
    """64 KiB is the most a beacon, or a fetch that outlives its page, may carry."""
    long = "あ" * 500
    shop.write("/", f"<script>document.title = '{long}'</script>")
    page = shop.visitor()
    page.goto(shop.origin + "/")
    page.wait_for_function("okaeri.live")
    page.evaluate(
        "long => { for (let n = 0; n < 40; n++)"
        " okaeri('cart_add', {sku: 'A' + n, category: long, query: long}) }",
        long,
    )
    shop.wait_for("page_view", *["cart_add"] * 40)
    assert len({row["sku"] for row in stored(shop.folder) if row["sku"]}) == 40
    page.context.close()


def test_before_consent_nothing_is_stored_and_nothing_is_sent(shop: Shop) -> None:
    shop.write("/", "<p data-okaeri='product_view' data-sku='A'></p>", 'data-consent="required"')
    page = shop.visitor()
    page.goto(shop.origin + "/")
    page.wait_for_function("okaeri.live")
    page.evaluate("okaeri('cart_add', {sku: 'A'})")
    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_timeout(300)
    assert shop.calls == []
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []
    page.evaluate("okaeri('consent', true)")
    shop.wait_for("page_view", "product_view")
    # The consent holds on the next page, and taking it back takes everything back.
    page.reload()
    shop.wait_for("page_view", "product_view", "page_view", "product_view")
    page.evaluate("okaeri('consent', false); okaeri('cart_add', {sku: 'A'})")
    assert page.evaluate("localStorage.length") == 0
    told = len(shop.calls)
    page.wait_for_timeout(1300)
    page.reload()
    page.wait_for_timeout(300)
    assert len(shop.calls) == told
    page.context.close()


def test_whoever_objects_by_his_browser_is_left_alone_even_after_yes(shop: Shop) -> None:
    shop.write("/", "")
    page = shop.visitor()
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    page.goto(shop.origin + "/")
    page.wait_for_function("okaeri.live")
    page.evaluate("okaeri('consent', true); okaeri('cart_add', {sku: 'A'})")
    page.wait_for_timeout(1500)
    assert shop.calls == []
    assert page.evaluate("localStorage.length") == 0
    page.context.close()


def test_what_could_not_be_sent_is_sent_later_and_counts_once(shop: Shop) -> None:
    shop.write("/", "")
    page = shop.visitor()
    page.route("**/e/", lambda route: route.abort())
    page.goto(shop.origin + "/")
    page.wait_for_function("okaeri.live")
    with page.expect_request("**/e/"):
        page.evaluate("okaeri('cart_add', {sku: 'A'})")
    assert shop.kinds() == []
    page.unroute("**/e/")
    page.reload()
    shop.wait_for("page_view", "cart_add", "page_view")
    wait_until(lambda: page.evaluate("localStorage.length") == 1)
    page.context.close()


def test_a_page_without_storage_and_with_wrong_words_goes_on(shop: Shop) -> None:
    shop.write("/", "<script>window.after = 1</script>")
    page = shop.visitor()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    )
    page.goto(shop.origin + "/")
    page.wait_for_function("okaeri.live")
    page.evaluate(
        "okaeri(); okaeri('purchase', {}); okaeri('cart_add', {quantity: 'many'}); okaeri('identify')"
    )
    assert page.evaluate("window.after") == 1
    shop.wait_for("page_view", "cart_add")
    # Without storage the device is known by a cookie of the shop's own.
    assert [c["name"] for c in page.context.cookies()] == ["okaeri_device"]
    page.context.close()


def test_saying_who_one_is_leads_the_device_to_a_contact(shop: Shop) -> None:
    shop.write("/", "<p data-okaeri='identify' data-member-no='M-7'></p>")
    page = shop.visitor()
    page.goto(shop.origin + "/?a=1&okaeri_id=1-2-3&b=%C6%FC")
    wait_until(lambda: len(stored(shop.folder, "intake_identification")) == 1)
    # The word from the mail is taken out of the address; other letters in it are not touched.
    assert page.url == shop.origin + "/?a=1&b=%C6%FC"
    shop.wait_for("page_view")
    assert stored(shop.folder)[0]["url"] == page.url
    page.context.close()

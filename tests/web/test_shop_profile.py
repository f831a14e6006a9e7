"""Where and in what the shop counts: a wrong time zone or currency is refused, and breaks nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from okaeri.foundation import clock, money
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.types import Depth
from okaeri.project.commands.analyse import analyse
from okaeri.web.pages.analysis.frame import addresses
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = pytest.mark.django_db
PAGE = "/settings/rules/shop/"
TODAY = date(2026, 5, 20)


def sent(browser: Client, **changed: str) -> dict[str, str]:
    stored = {field.spec.key: field.value for field in browser.get(PAGE).context["fields"]}
    return stored | {f"shop.{name}": value for name, value in changed.items()}


@pytest.mark.parametrize(
    "changed",
    [
        {"time_zone": "Mars/Base"},
        {"time_zone": ""},
        {"time_zone": "../etc/passwd"},
        {"currency": "yen"},
        {"currency": "us"},
        {"currency": "XYZ"},
        {"name": ""},
        {"name": " 　 "},
        {"sender_email": ""},
        {"sender_email": "nobody"},
        {"sender_email": "shop@localhost"},
        {"sender_email": "a shop@example.jp"},
        {"sender_email": "shop@example..jp"},
        {"sender_email": "shop@example.jp, boss@example.jp"},
    ],
)
def test_what_cannot_be_the_shops_is_said_beside_the_field(
    changed: dict[str, str], browser_of_staff: Client
) -> None:
    page = browser_of_staff.post(PAGE, sent(browser_of_staff, **changed))
    assert page.status_code == 400
    told = [field.spec.key for field in page.context["fields"] if field.problem]
    assert told == [f"shop.{name}" for name in changed]
    assert not Setting.objects.exists()


def test_an_empty_shop_may_choose_its_currency_and_zone(browser_of_staff: Client) -> None:
    changed = sent(browser_of_staff, currency="KWD", time_zone="Asia/Kuwait")
    assert browser_of_staff.post(PAGE, changed).status_code == 302
    assert (load(ShopProfile).currency, load(ShopProfile).time_zone) == ("KWD", "Asia/Kuwait")
    assert money.format_minor(1500, "KWD", "en") == "1.500 KWD"


def test_a_currency_in_small_letters_is_the_same_currency(browser_of_staff: Client) -> None:
    # As an older version, or somebody at the database, may have stored it.
    Setting.objects.create(key="shop.currency", value="usd", updated_at=clock.now())
    assert load(ShopProfile).currency == "USD"
    assert browser_of_staff.post(PAGE, sent(browser_of_staff, currency=" eur ")).status_code == 302
    assert Setting.objects.get(key="shop.currency").value == "EUR"


def test_the_currency_stays_once_there_are_orders(
    browser_of_staff: Client, in_english: Client
) -> None:
    record(order("a", TODAY), order("b", TODAY, status="returned"))
    page = browser_of_staff.post(PAGE, sent(browser_of_staff, currency="USD"))
    assert page.status_code == 400
    assert "JPYの注文が2件あり" in page.content.decode()
    english = in_english.post(PAGE, sent(browser_of_staff, currency="USD")).content.decode()
    assert "there are 2 orders in JPY" in english
    assert load(ShopProfile).currency == "JPY"
    renamed = browser_of_staff.post(PAGE, sent(browser_of_staff, name="花や"))
    assert renamed.status_code == 302
    assert load(ShopProfile).name == "花や"


@pytest.mark.engine
def test_a_stored_zone_that_does_not_exist_stops_nothing_and_can_be_taken_back(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    Setting.objects.create(key="shop.time_zone", value="Mars/Base", updated_at=clock.now())
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(order("a", TODAY))
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        for address in ("/", "/customers/", "/customers/leads/", PAGE, *addresses().values()):
            page = browser_of_staff.get(address)
            assert page.status_code == 200, address
            html = page.content.decode()
            assert "保存されている値が読めないか" in html, address
            assert 'href="/settings/rules/shop/">時間帯</a>' in html, address
        page = browser_of_staff.get(PAGE)
        assert "Mars/Base" in page.content.decode()
        changed = sent(browser_of_staff, time_zone="Europe/Paris")
        assert browser_of_staff.post(PAGE, changed).status_code == 302
        assert "保存されている値が読めないか" not in browser_of_staff.get("/").content.decode()
    assert load(ShopProfile).time_zone == "Europe/Paris"


@pytest.mark.parametrize("option", [("--currency", "yen"), ("--time-zone", "Mars/Base")])
def test_the_command_refuses_them_in_a_sentence(option: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("注文番号\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=option[1]):
        CliRunner().invoke(analyse, [str(file), *option], catch_exceptions=False)

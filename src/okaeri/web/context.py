"""What every template may use: language, shop, menu, the clock's banner."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text

THEME_COOKIE = "okaeri_theme"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One word of the menu: its first page's url name and the path its pages begin with."""

    name: Text
    url_name: str
    prefix: str


# The menu is the loop. Seven words, never eight.
MENU = (
    MenuEntry(Text("ホーム", "Home"), "home", "/"),
    MenuEntry(Text("顧客", "Customers"), "customers", "/customers/"),
    MenuEntry(Text("分析", "Analysis"), "portfolio", "/analysis/"),
    MenuEntry(Text("施策", "Actions"), "journeys", "/actions/"),
    MenuEntry(Text("声", "Voices"), "voices", "/voices/"),
    MenuEntry(Text("検証", "Proof"), "results", "/results/"),
    MenuEntry(Text("設定", "Settings"), "settings", "/settings/"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame around every page."""
    shop = load(ShopProfile)
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    user = getattr(request, "user", None)
    return {
        "language": getattr(request, "language", "ja"),
        "shop": shop,
        "theme": theme if theme in THEMES else "auto",
        "menu": MENU if user is not None and user.is_authenticated and user.is_staff else (),
        "here": _entry_of(request.path_info),
        "simulated_day": (
            clock.local_day(clock.now(), ZoneInfo(shop.time_zone))
            if clock.current().is_simulated
            else None
        ),
        "has_local_mailbox": settings.OKAERI.smtp_url.startswith("mailbox:"),
    }


def _entry_of(path: str) -> str:
    for entry in MENU[1:]:
        if path.startswith(entry.prefix):
            return entry.url_name
    return "home" if path == "/" else ""

"""What every template may use: language, shop, menu, the clock's banner."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, hold, load
from okaeri.foundation.text import Text
from okaeri.insight.types import LifecycleRules
from okaeri.web.access import PERMISSIONS, may
from okaeri.web.glossary import terms_of
from okaeri.web.reader import language_of
from okaeri.web.setting_groups import unused_settings

THEME_COOKIE = "okaeri_theme"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One word of the menu: its first page's url name, the path its pages begin with, who may."""

    name: Text
    url_name: str
    prefix: str
    permission: str


# The menu is the loop. Seven words, never eight.
MENU = (
    MenuEntry(Text("ホーム", "Home"), "home", "/", "figures.see"),
    MenuEntry(Text("顧客", "Customers"), "customers", "/customers/", "customers.see"),
    MenuEntry(Text("分析", "Analysis"), "analysis", "/analysis/", "figures.see"),
    MenuEntry(Text("施策", "Actions"), "journeys", "/actions/", "journeys.see"),
    MenuEntry(Text("声", "Voices"), "voices", "/voices/", "voices.see"),
    MenuEntry(Text("検証", "Proof"), "results", "/results/", "figures.see"),
    MenuEntry(Text("設定", "Settings"), "settings", "/settings/", "settings.see"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame around every page."""
    user = getattr(request, "user", None)
    with hold():
        shop, rules = load(ShopProfile), load(LifecycleRules)
        sees_settings = user is not None and may(user, "settings.see")
        unused = unused_settings() if sees_settings else []
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "language": language_of(request),
        "shop": shop,
        "unused_settings": unused,
        "theme": theme if theme in THEMES else "auto",
        "menu": () if user is None else [e for e in MENU if may(user, e.permission)],
        "can": {
            name.replace(".", "_"): user is not None and may(user, name) for name in PERMISSIONS
        },
        "help_terms": terms_of(request.path_info, rules),
        "here": _entry_of(request.path_info),
        "simulated_day": (
            clock.local_day(clock.now(), shop.zone) if clock.current().is_simulated else None
        ),
        "has_local_mailbox": settings.OKAERI.smtp_url.startswith("mailbox:"),
    }


def _entry_of(path: str) -> str:
    if path.startswith("/connections/"):
        return "settings"
    for entry in MENU[1:]:
        if path.startswith(entry.prefix):
            return entry.url_name
    return "home" if path == "/" else ""

"""How often one of the staff may take data out, or see letters made for people: a limit per person.

A stolen session, or somebody about to leave, must not empty the shop in a minute (OWASP ASVS 2.4.1).
Counted in the process that serves, as `web.rate` says.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from okaeri.foundation.settings import Contradiction, load, must_be_below, setting
from okaeri.foundation.text import Text
from okaeri.web.rate import PerDay, PerMinute

log = logging.getLogger(__name__)
# Addresses that give a file whatever is asked of them; elsewhere `?csv=` asks for one.
DOWNLOADS = frozenset(
    {"export", "person_export", "access_people", "import_rejected", "enrichment_rejected"}
)
# Pages that make a letter as one customer would get it.
PREVIEWS = frozenset(
    {"template", "template_body", "journey_variants_edit", "journey_variants", "template_edit"}
)
_AGAIN_IN_A_MINUTE = Text(
    "続けて{n}回を超えたため止めました({what}は1分に{n}回まで)。1分ほど待ってから、もう一度お試しください。",
    "That was more than {n} in a minute ({what}). Wait a minute and try again.",
)
_TOMORROW = Text(
    "{what}が1日の上限({n}回)に達しました。もっと必要なときは、管理者に設定の「個人情報」にある上限を上げてもらってください。",
    "The day's limit is reached ({n}, {what}). If you need more, an administrator can raise it in the "
    "settings of people's data.",
)


@dataclass(frozen=True, kw_only=True)
class TakingRules:
    """How often each member of staff may take data out and look at letters made for somebody."""

    downloads_per_minute: int = setting(
        "taking.downloads_per_minute",
        60,
        Text("1分に書き出せる回数(1人)", "Downloads a minute, each member of staff"),
        minimum=1,
        maximum=1000,
    )
    downloads_per_day: int = setting(
        "taking.downloads_per_day",
        300,
        Text("1日に書き出せる回数(1人)", "Downloads a day, each member of staff"),
        minimum=1,
        maximum=100_000,
    )
    previews_per_minute: int = setting(
        "taking.previews_per_minute",
        60,
        Text("1分に見られる文面の見本(1人)", "Previews a minute, each member of staff"),
        minimum=1,
        maximum=1000,
    )
    previews_per_day: int = setting(
        "taking.previews_per_day",
        2000,
        Text("1日に見られる文面の見本(1人)", "Previews a day, each member of staff"),
        minimum=1,
        maximum=100_000,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give limits of a minute above those of a day."""
        for kind in ("downloads", "previews"):
            minute, day = f"{kind}_per_minute", f"{kind}_per_day"
            yield from must_be_below(self, minute, day, _NEVER_REACHED, or_equal=True)


_NEVER_REACHED = Text(
    "いまのままでは、1分の上限に届く前に1日の上限で止まります。",
    "As it is, the day's limit would stop people before the minute's.",
)
_NAMES = {
    "downloads": Text("書き出し", "downloads"),
    "previews": Text("文面の見本", "previews of letters"),
}


class _Counts:
    def __init__(self) -> None:
        self.minute, self.day = PerMinute(), PerDay()


_counts = {kind: _Counts() for kind in _NAMES}


def forget() -> None:
    """Count anew."""
    _counts.update({kind: _Counts() for kind in _NAMES})


def refusal(request: HttpRequest) -> Text | None:
    """Count what a member of staff takes with this request; the sentence where it is one too many."""
    kind = _kind_of(request)
    if kind is None:
        return None
    rules, who = load(TakingRules), request.user.get_username()
    counts, what = _counts[kind], _NAMES[kind]
    minute, day = getattr(rules, f"{kind}_per_minute"), getattr(rules, f"{kind}_per_day")
    if not counts.minute.allow(who, minute):
        log.warning("%s: more than %s %s in a minute", who, minute, what.en)
        return _AGAIN_IN_A_MINUTE.format(what=what, n=minute)
    if not counts.day.allow(who, day):
        log.warning("%s: more than %s %s in a day", who, day, what.en)
        return _TOMORROW.format(what=what, n=day)
    return None


def _kind_of(request: HttpRequest) -> str | None:
    match = request.resolver_match
    name = match.url_name if match else ""
    if name in DOWNLOADS or request.GET.get("csv"):
        return "downloads"
    return "previews" if name in PREVIEWS else None

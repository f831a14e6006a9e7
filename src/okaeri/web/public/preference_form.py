"""The preference page as a form: what may be chosen, what is chosen, and what came back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from okaeri.customers import api as customers
from okaeri.customers.preference_types import NO_WISHES, TopicRules, Wishes
from okaeri.customers.types import ContactPointView
from okaeri.deliver.types import Choice, ContactRules
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import WEEKDAYS, Text
from okaeri.web.channel_names import channel_name

_COUNTS = (1, 2, 3)
_A_WEEK = Text("週に{n}通まで", "At most {n} a week")
_AS_USUAL = Text("お店にまかせる(週に{n}通まで)", "As the shop sees fit (at most {n} a week)")
_NO_DAY = Text("曜日を1つ以上選んでください。", "Choose one weekday at least.")
_BAD = Text(
    "選べない値が含まれています。ページを開き直して選んでください。",
    "Something here cannot be chosen; open the page again.",
)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to tick."""

    value: str
    label: Text
    is_on: bool
    note: str = ""
    is_stopped: bool = False


def options_of(
    points: Iterable[ContactPointView], wishes: Wishes, topics: TopicRules, rules: ContactRules
) -> dict[str, Any]:
    """Give everything that may be chosen, with what holds now."""
    days = wishes.weekdays or tuple(range(7))
    return {
        "channels": [
            Option(
                point.channel,
                channel_name(point.channel),
                point.may_be_written,
                customers.mask_address(point.address),
                bool(point.suppressed_because),
            )
            for point in points
        ],
        "topics": [
            Option(topic.key, topic.name, topic.key not in wishes.refused_topics)
            for topic in topics.topic_list()
        ],
        "counts": _counts(wishes.most_per_week, rules.marketing_per_week),
        "weekdays": [Option(str(n), name, n in days) for n, name in enumerate(WEEKDAYS)],
        "from_hours": _hours(opening_hours(rules)[:-1], wishes.from_hour),
        "until_hours": _hours(opening_hours(rules)[1:], wishes.until_hour),
    }


def _counts(wished: int | None, cap: int) -> list[Option]:
    fewer = [Option(str(n), _A_WEEK.format(n=n), n == wished) for n in _COUNTS if n < cap]
    none = not any(option.is_on for option in fewer)
    return [*fewer, Option("", _AS_USUAL.format(n=cap), none)]


def opening_hours(rules: ContactRules) -> list[int]:
    """Give the hours between which may be chosen, both ends included."""
    first, last = rules.send_from_hour, rules.send_until_hour
    return list(range(first, last + 1)) if first < last else list(range(25))


def _hours(hours: list[int], chosen: int | None) -> list[Option]:
    return [Option(str(hour), Text(f"{hour}時", f"{hour}:00"), hour == chosen) for hour in hours]


def read_choice(
    posted: QueryDict, now: Wishes, topics: TopicRules, rules: ContactRules, wording: str
) -> Choice:
    """Read the form; raises InputError. A pause goes on: it has its own buttons."""
    wanted = set(posted.getlist("topic"))
    days = tuple(_number(day) for day in posted.getlist("weekday"))
    if not days:
        raise InputError(_NO_DAY)
    first, last = posted.get("from_hour", ""), posted.get("until_hour", "")
    edges = opening_hours(rules)
    count = posted.get("count", "")
    wishes = replace(
        NO_WISHES,
        refused_topics=frozenset(t.key for t in topics.topic_list() if t.key not in wanted),
        most_per_week=_number(count) if count else None,
        weekdays=days,
        from_hour=(_number(first) if first else edges[0]) if first or last else None,
        until_hour=(_number(last) if last else edges[-1]) if first or last else None,
        paused_until=now.paused_until,
    )
    return Choice(frozenset(posted.getlist("channel")), wording, wishes)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InputError(_BAD)
    return int(text)

"""What crosses the border about wishes: topics a shop writes about, and what one person asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from okaeri.foundation.settings import Contradiction, setting, specs_of
from okaeri.foundation.text import Text

_KEY = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject a person can refuse; templates name it by its key."""

    key: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class TopicRules:
    """What the shop writes about: `key=日本語/English`, parted by semicolons."""

    topics: str = setting(
        "preference.topics",
        "tips=使い方やお手入れのこと/How to use and care; "
        "story=作り手や商品の話/Stories of makers and products; "
        "offer=お買い物のご案内/Offers to buy",
        Text(
            "お知らせの内容(キー=日本語/英語、複数は ; で区切る)",
            "Topics (key=Japanese/English, several with ; between)",
        ),
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give topics that go by the same key, of which only the first would be shown."""
        keys = [entry.partition("=")[0].strip() for entry in self.topics.split(";")]
        double = sorted({key for key in keys if key and keys.count(key) > 1})
        if double:
            own = specs_of(type(self))["topics"].key
            yield Contradiction((own,), _DOUBLE.format(keys=" ".join(double)))

    def topic_list(self) -> tuple[Topic, ...]:
        """Give the topics in the shop's order; what cannot be read is left out, a double too."""
        found: dict[str, Topic] = {}
        for entry in self.topics.split(";"):
            key, _, names = entry.partition("=")
            ja, _, en = names.partition("/")
            key, ja = key.strip(), ja.strip()
            if _KEY.fullmatch(key) and ja:
                found.setdefault(key, Topic(key, Text(ja, en.strip() or ja)))
        return tuple(found.values())


_DOUBLE = Text(
    "キー「{keys}」のお知らせが2つあります。キーを1つずつ変えてください。",
    'Two topics have the key "{keys}"; give each a key of its own.',
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person asked for; the defaults ask for nothing.

    `weekdays`: 0 is Monday, empty means any day. Hours are shop-local, from_hour <= hour < until_hour,
    both None for any. `paused_until` is the last day of the pause.
    """

    refused_topics: frozenset[str] = frozenset()
    most_per_week: int | None = None
    weekdays: tuple[int, ...] = ()
    from_hour: int | None = None
    until_hour: int | None = None
    paused_until: date | None = None


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class PreferenceView:
    """One person's wishes and when he last changed them."""

    customer_id: int
    wishes: Wishes
    changed_at: datetime

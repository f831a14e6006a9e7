"""What crosses insight's border about rules: fields, things people do, and how each may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from okaeri.foundation.text import Text

_ORDERED = ("<", "<=", ">", ">=")
# A rule's list of values or parts holds no more.
MOST_PARTS = 200
# A rule looks no further back or ahead.
MOST_DAYS = 3650
# Older visits and clicks tell little of today's interest: rules and interests read so many days of them.
RECENT_DAYS = 400
# Groups in groups, the outermost being 0.
DEEPEST = 10
RELATIVE_OPS = ("last_days", "before_days", "next_days")
NUMBER_OPS = ("=", "!=", *_ORDERED)
# Kind of a field → the operators a rule may use.
OPERATORS: dict[str, tuple[str, ...]] = {
    "int": (*NUMBER_OPS, "in"),
    "float": (*NUMBER_OPS, "in"),
    "bool": ("=", "!=", "in"),
    "choice": ("=", "!=", "in"),
    "text": ("=", "!=", "in", "contains"),
    "date": (*NUMBER_OPS, "in", *RELATIVE_OPS),
    "birthday": ("next_days", "month", "=", "!="),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to compare: `kind` is int, float, bool, date, text, choice or birthday.

    `unit` is "", "days", "money", "times" or "percent" (a share of 1, written as percent) and says
    how the value is written. `low` and `high` are the least and the most it can ever be.
    """

    name: Text
    kind: str
    unit: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    group: str = "person"
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether the value can be one of this field."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of thing people do: its name, what one is counted in, its columns.

    `is_standing`: it holds now and has no time of its own; a rule asks for no days and no order.
    `kept_days`: what is older is not read, and no rule may ask for it; None: everything is.
    """

    name: Text
    counter: Text
    columns: Mapping[str, Field]
    is_standing: bool = False
    kept_days: int | None = None

    @property
    def most_days(self) -> int:
        """Give how many days back a rule may ask for."""
        return self.kept_days or MOST_DAYS


@dataclass(frozen=True, slots=True)
class Catalog:
    """All fields and facts of one shop, and the names of its segments."""

    fields: Mapping[str, Field]
    facts: Mapping[str, Fact]
    segments: Mapping[int, str] = field(default_factory=dict)
    currency: str = "JPY"


def class_rule(stage: str, *, is_lapsed: bool) -> dict[str, Any]:
    """Give the rule of one of the ten classes."""
    wanted = {"stage": stage, "is_lapsed": is_lapsed}
    return {"all": [{"field": name, "op": "=", "value": value} for name, value in wanted.items()]}


@dataclass(frozen=True, slots=True)
class PresetView:
    """One ready-made segment with its rule for this shop.

    `ideas` say what to do for its people; `playbook` is the key of a shipped journey, "" for none.
    `note`: what this shop's data cannot tell it, None where nothing is missing.
    """

    key: str
    name: Text
    why: Text
    ideas: tuple[Text, ...]
    rule: dict[str, object]
    playbook: str
    note: Text | None = None

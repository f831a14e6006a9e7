"""How one shop setting is declared and bounded, and which settings cannot hold together."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, runtime_checkable

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

Value = str | int | float | bool
Judge = Callable[[Any], Text | None]
Tidy = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """How one setting is named, explained and bounded.

    `tidy` gives a value the one form it is kept in (USD for usd); `judge` says what else is wrong.
    """

    key: str
    default: Value
    label: Text
    choices: tuple[Value, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    judge: Judge | None = None
    tidy: Tidy | None = None
    rules: type | None = None

    def check(self, value: object) -> Value:
        """Give `value` in the setting's type or raise ConfigurationError with one sentence."""
        wanted = type(self.default)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not wanted:
            raise ConfigurationError(self._named(_WRONG_TYPE, want=wanted.__name__))
        if self.tidy is not None:
            value = self.tidy(value)
        if self.choices and value not in self.choices:
            listed = ", ".join(str(choice) for choice in self.choices)
            raise ConfigurationError(self._named(_NOT_A_CHOICE, choices=listed))
        if isinstance(value, int | float) and not self._in_range(value):
            raise ConfigurationError(self._out_of_range())
        if self.judge is not None and (problem := self.judge(value)) is not None:
            raise ConfigurationError(problem)
        return value

    def _in_range(self, value: float) -> bool:
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)

    def _out_of_range(self) -> Text:
        low, high = _number(self.minimum), _number(self.maximum)
        if self.maximum is None:
            return self._named(_TOO_LOW, low=low)
        return self._named(_TOO_HIGH if self.minimum is None else _OUT_OF_RANGE, low=low, high=high)

    def _named(self, said: Text, **values: object) -> Text:
        """Fill a sentence with the setting's label, in each language its own."""
        return said.format(label=self.label, **values)


def _number(value: float | None) -> str:
    """Give 10,000,000 and 0.5; "" for none."""
    return "" if value is None else f"{value:,.10g}"


_WRONG_TYPE = Text(
    "「{label}」の値の形が違います。{want} で指定してください。",
    '"{label}" has a value of the wrong kind; give a {want}.',
)
_NOT_A_CHOICE = Text(
    "「{label}」は次のどれかを指定してください: {choices}",
    '"{label}" must be one of: {choices}.',
)
_OUT_OF_RANGE = Text(
    "「{label}」は {low} から {high} の間で指定してください。",
    '"{label}" must lie between {low} and {high}.',
)
_TOO_LOW = Text("「{label}」は {low} 以上で指定してください。", '"{label}" must be {low} or more.')
_TOO_HIGH = Text(
    "「{label}」は {high} 以下で指定してください。", '"{label}" must be {high} or less.'
)


def setting(
    key: str,
    default: Value,
    label: Text,
    *,
    choices: tuple[Value, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    judge: Judge | None = None,
    tidy: Tidy | None = None,
) -> Any:  # noqa: ANN401 - a dataclass field stands for any type
    """Declare one field of a rules dataclass as a shop setting."""
    spec = SettingSpec(key, default, label, choices, minimum, maximum, judge, tidy)
    return field(default=default, metadata={"setting": spec})


# Asked for at every load; a class never changes.
_specs: dict[type, dict[str, SettingSpec]] = {}


def specs_of(rules: type) -> dict[str, SettingSpec]:
    """Give field name → spec of a rules dataclass."""
    if rules not in _specs:
        _specs[rules] = {
            f.name: replace(f.metadata["setting"], rules=rules)
            for f in fields(rules)
            if "setting" in f.metadata
        }
    return _specs[rules]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Settings (by key) that cannot hold together, and the sentence that says why."""

    keys: tuple[str, ...]
    text: Text


@runtime_checkable
class HasContradictions(Protocol):
    """A rules dataclass whose settings depend on each other."""

    def contradictions(self) -> Iterable[Contradiction]:
        """Give every pair or group of settings that cannot hold together."""
        ...


def must_be_below(
    rules: object, lower: str, upper: str, why: Text, *, or_equal: bool = False
) -> Iterator[Contradiction]:
    """Yield the contradiction of field `lower` not lying below field `upper`; `why` names the harm."""
    low, high = getattr(rules, lower), getattr(rules, upper)
    if low < high or (or_equal and low == high):
        return
    specs = specs_of(type(rules))
    text = Text(_NOT_BELOW[or_equal].ja + why.ja, f"{_NOT_BELOW[or_equal].en} {why.en}")
    below, above = specs[lower], specs[upper]
    yield Contradiction(
        (below.key, above.key),
        text.format(low=below.label, x=low, high=above.label, y=high),
    )


_NOT_BELOW = {
    False: Text(
        "「{low}」({x})は「{high}」({y})より小さくしてください。",
        '"{low}" ({x}) must be less than "{high}" ({y}).',
    ),
    True: Text(
        "「{low}」({x})は「{high}」({y})以下にしてください。",
        '"{low}" ({x}) must not exceed "{high}" ({y}).',
    ),
}

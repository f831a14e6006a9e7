"""Shop settings: declared once beside the rule that uses them, checked, stored, shown on a page.

A station declares a frozen dataclass whose fields are made by `setting(...)`. The dataclass with no
arguments is the default rule set (pure tests need no database); `load` gives the shop's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from okaeri.foundation import clock
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.text import Text

Value = str | int | float | bool
Rules = TypeVar("Rules")


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """How one setting is named, explained and bounded."""

    key: str
    default: Value
    label: Text
    choices: tuple[Value, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def check(self, value: object) -> Value:
        """Give `value` in the setting's type or raise ConfigurationError with one sentence."""
        wanted = type(self.default)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not wanted:
            raise ConfigurationError(_WRONG_TYPE.format(key=self.key, want=wanted.__name__))
        if self.choices and value not in self.choices:
            listed = ", ".join(str(choice) for choice in self.choices)
            raise ConfigurationError(_NOT_A_CHOICE.format(key=self.key, choices=listed))
        if isinstance(value, int | float) and not self._in_range(value):
            low, high = self.minimum, self.maximum
            raise ConfigurationError(_OUT_OF_RANGE.format(key=self.key, low=low, high=high))
        return value

    def _in_range(self, value: float) -> bool:
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


_WRONG_TYPE = Text(
    "設定 {key} の値の形が違います。{want} で指定してください。",
    "Setting {key} has a value of the wrong kind; give a {want}.",
)
_NOT_A_CHOICE = Text(
    "設定 {key} は次のどれかを指定してください: {choices}",
    "Setting {key} must be one of: {choices}.",
)
_OUT_OF_RANGE = Text(
    "設定 {key} は {low} から {high} の間で指定してください。",
    "Setting {key} must lie between {low} and {high}.",
)
_UNKNOWN = Text(
    "設定 {key} は存在しません。設定画面の一覧を確認してください。",
    "There is no setting {key}; see the list on the settings page.",
)


def setting(
    key: str,
    default: Value,
    label: Text,
    *,
    choices: tuple[Value, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:  # noqa: ANN401 - a dataclass field stands for any type
    """Declare one field of a rules dataclass as a shop setting."""
    spec = SettingSpec(key, default, label, choices, minimum, maximum)
    return field(default=default, metadata={"setting": spec})


def specs_of(rules: type) -> dict[str, SettingSpec]:
    """Give field name → spec of a rules dataclass."""
    return {f.name: f.metadata["setting"] for f in fields(rules) if "setting" in f.metadata}


class _Held:
    """What one block has read: every stored value, and the rules made of them."""

    def __init__(self) -> None:
        self._stored: dict[str, Any] | None = None
        self._made: dict[type, Any] = {}

    def give(self, rules: type[Rules]) -> Rules:
        if self._stored is None:
            self._stored = dict(Setting.objects.values_list("key", "value"))
        if rules not in self._made:
            self._made[rules] = _make(rules, self._stored)
        made: Rules = self._made[rules]
        return made

    def forget(self) -> None:
        self._stored = None
        self._made.clear()


# Of this thread alone: what one worker holds, no other thread or page ever sees.
_held: ContextVar[_Held | None] = ContextVar("held_settings", default=None)


@contextmanager
def hold() -> Iterator[None]:
    """Read the settings once, at the first question inside the block, for a batch that asks often.

    Whoever saves in the same thread sees it at once; what is saved elsewhere counts from the next
    block on. So a block is one batch of work, never longer.
    """
    token = _held.set(_Held())
    try:
        yield
    finally:
        _held.reset(token)


def load(rules: type[Rules]) -> Rules:
    """Give the shop's own values of a rules dataclass (defaults where nothing is stored)."""
    held = _held.get()
    if held is not None:
        return held.give(rules)
    keys = [spec.key for spec in specs_of(rules).values()]
    return _make(rules, dict(Setting.objects.filter(key__in=keys).values_list("key", "value")))


def _make(rules: type[Rules], stored: Mapping[str, Any]) -> Rules:
    specs = specs_of(rules)
    chosen = {
        name: spec.check(stored[spec.key]) for name, spec in specs.items() if spec.key in stored
    }
    return rules(**chosen)


def save(known: Mapping[str, SettingSpec], values: Mapping[str, object]) -> None:
    """Store `values` (key → value); an unknown key or a bad value stores nothing at all."""
    for key in values:
        if key not in known:
            raise ConfigurationError(_UNKNOWN.format(key=key))
    checked = {key: known[key].check(value) for key, value in values.items()}
    Setting.objects.bulk_create(
        [Setting(key=key, value=value, updated_at=clock.now()) for key, value in checked.items()],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["value", "updated_at"],
    )
    held = _held.get()
    if held is not None:
        held.forget()


@dataclass(frozen=True, kw_only=True)
class ShopProfile:
    """Who the shop is: shown in every mail and on every page for customers."""

    name: str = setting("shop.name", "お店", Text("ショップ名", "Shop name"))
    sender_name: str = setting("shop.sender_name", "お店", Text("差出人名", "Sender name"))
    sender_email: str = setting(
        "shop.sender_email", "shop@example.invalid", Text("差出人アドレス", "Sender address")
    )
    postal_address: str = setting("shop.postal_address", "", Text("住所", "Postal address"))
    contact: str = setting("shop.contact", "", Text("問い合わせ先", "Contact"))
    currency: str = setting("shop.currency", "JPY", Text("通貨", "Currency"))
    time_zone: str = setting("shop.time_zone", "Asia/Tokyo", Text("時間帯", "Time zone"))

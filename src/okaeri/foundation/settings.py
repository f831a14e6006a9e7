"""Shop settings: declared once beside the rule that uses them, checked, stored, shown on a page.

A station declares a frozen dataclass whose fields are made by `setting(...)`. The dataclass with no
arguments is the default rule set (pure tests need no database); `load` gives the shop's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from okaeri.foundation import clock
from okaeri.foundation.addresses import is_sender_address
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.models import Setting
from okaeri.foundation.money import is_currency
from okaeri.foundation.setting_specs import (
    Contradiction,
    HasContradictions,
    SettingSpec,
    Value,
    must_be_below,
    setting,
    specs_of,
)
from okaeri.foundation.text import Text

__all__ = [
    "Contradiction",
    "SettingSpec",
    "ShopProfile",
    "Value",
    "build",
    "examine",
    "find_contradictions",
    "hold",
    "load",
    "load_strictly",
    "must_be_below",
    "save",
    "setting",
    "shop_day",
    "specs_of",
]

Rules = TypeVar("Rules")


class _Held:
    """What one block has read: every stored value, and the rules made of them."""

    def __init__(self) -> None:
        self._stored: dict[str, Any] | None = None
        self._made: dict[type, Any] = {}

    @property
    def stored(self) -> dict[str, Any]:
        if self._stored is None:
            self._stored = dict(Setting.objects.values_list("key", "value"))
        return self._stored

    def give(self, rules: type[Rules]) -> Rules:
        if rules not in self._made:
            self._made[rules] = _make(rules, self.stored)
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
    return held.give(rules) if held is not None else _make(rules, _stored_of(rules))


def load_strictly(rules: type[Rules]) -> Rules:
    """Give what `load` gives; a stored value that cannot be read raises ConfigurationError.

    For what cannot be taken back: nothing is sent by a limit nobody set.
    """
    chosen, unread = _readable(rules, _stored_of(rules))
    for why in unread.values():
        raise ConfigurationError(why)
    return rules(**chosen)


def _stored_of(rules: type) -> dict[str, Any]:
    """Give key → what is stored for these rules, among others where all is held already."""
    held = _held.get()
    if held is not None:
        return held.stored
    keys = [spec.key for spec in specs_of(rules).values()]
    return dict(Setting.objects.filter(key__in=keys).values_list("key", "value"))


def _make(rules: type[Rules], stored: Mapping[str, Any]) -> Rules:
    """Make rules of what is stored; what cannot be read counts as its default, and stops no page.

    Values that do not hold together count as they stand, as the shop is used to: see `examine`.
    """
    return rules(**_readable(rules, stored)[0])


def _all_stored() -> dict[str, Any]:
    return (_held.get() or _Held()).stored


def examine(all_rules: Iterable[type]) -> dict[str, Text]:
    """Give key → sentence of every stored setting that cannot be read or is at odds with another."""
    stored = _all_stored()
    problems: dict[str, Text] = {}
    for rules in all_rules:
        chosen, unread = _readable(rules, stored)
        for key, why in unread.items():
            problems[key] = Text(
                _NOT_USED.ja.format(value=stored.get(key), why=why.ja),
                _NOT_USED.en.format(value=stored.get(key), why=why.en),
            )
        for one in _contradictions(rules(**chosen)):
            problems |= dict.fromkeys(one.keys, one.text)
    return problems


def _readable(rules: type, stored: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, Text]]:
    """Give field → value of what is stored and can be read, and key → sentence of what cannot."""
    chosen: dict[str, Value] = {}
    problems: dict[str, Text] = {}
    for name, spec in specs_of(rules).items():
        if spec.key in stored:
            try:
                chosen[name] = spec.check(stored[spec.key])
            except ConfigurationError as error:
                problems[spec.key] = error.message
    return chosen, problems


def _contradictions(rules: object) -> list[Contradiction]:
    return list(rules.contradictions()) if isinstance(rules, HasContradictions) else []


def find_contradictions(
    known: Mapping[str, SettingSpec], values: Mapping[str, Value]
) -> dict[str, Text]:
    """Give key → sentence for what would not hold together if checked `values` were saved."""
    stored = _all_stored()
    problems: dict[str, Text] = {}
    for rules in dict.fromkeys(known[key].rules for key in values):
        if rules is None:
            continue
        chosen, _ = _readable(rules, {**stored, **values})
        for one in _contradictions(rules(**chosen)):
            if any(key in values for key in one.keys):
                problems |= dict.fromkeys(one.keys, one.text)
    return problems


def build(rules: type[Rules], **chosen: object) -> Rules:
    """Make rules of given fields (of a command line); a bad value or pair raises ConfigurationError."""
    specs = specs_of(rules)
    made = rules(**{name: specs[name].check(value) for name, value in chosen.items()})
    for one in _contradictions(made):
        raise ConfigurationError(one.text)
    return made


def save(known: Mapping[str, SettingSpec], values: Mapping[str, object]) -> None:
    """Store `values` (key → value); an unknown key, a bad value or a contradiction stores nothing."""
    for key in values:
        if key not in known:
            raise ConfigurationError(_UNKNOWN.format(key=key))
    checked = {key: known[key].check(value) for key, value in values.items()}
    for problem in find_contradictions(known, checked).values():
        raise ConfigurationError(problem)
    Setting.objects.bulk_create(
        [Setting(key=key, value=value, updated_at=clock.now()) for key, value in checked.items()],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["value", "updated_at"],
    )
    held = _held.get()
    if held is not None:
        held.forget()


_UNKNOWN = Text(
    "設定 {key} は存在しません。設定画面の一覧を確認してください。",
    "There is no setting {key}; see the list on the settings page.",
)
_NOT_USED = Text(
    "保存されている値「{value}」は使えないので、初期値で動いています。{why}",
    'The stored value "{value}" cannot be used, so the default counts. {why}',
)
_NO_ZONE = Text(
    "時間帯「{value}」はありません。Asia/Tokyo のように地域/都市で書いてください。",
    'There is no time zone "{value}"; write area/city, as in Asia/Tokyo.',
)
_NO_CURRENCY = Text(
    "通貨「{value}」はありません。JPY や USD のように3文字の大文字(ISO 4217)で書いてください。",
    'There is no currency "{value}"; write three capitals (ISO 4217), as in JPY or USD.',
)
_NO_NAME = Text(
    "ショップ名を入力してください。お客様へのメールとページに出ます。",
    "Give the shop a name; it stands in every mail and on every page for customers.",
)
_NO_SENDER = Text(
    "「{value}」はメールアドレスではありません。shop@example.jp のように書いてください。",
    '"{value}" is no mail address; write it as in shop@example.jp.',
)


@cache
def _zones() -> frozenset[str]:
    """Give the names of all time zones; looked up once, it reads a folder of files."""
    return frozenset(available_timezones())


def _zone_problem(value: str) -> Text | None:
    return None if value in _zones() else _NO_ZONE.format(value=value)


def _tidy_currency(value: str) -> str:
    code = value.strip().upper()
    return code if is_currency(code) else value


def _currency_problem(value: str) -> Text | None:
    return None if is_currency(value) else _NO_CURRENCY.format(value=value)


def _name_problem(value: str) -> Text | None:
    return None if value else _NO_NAME


def _sender_problem(value: str) -> Text | None:
    return None if is_sender_address(value) else _NO_SENDER.format(value=value)


@dataclass(frozen=True, kw_only=True)
class ShopProfile:
    """Who the shop is: shown in every mail and on every page for customers."""

    name: str = setting(
        "shop.name", "お店", Text("ショップ名", "Shop name"), judge=_name_problem, tidy=str.strip
    )
    sender_name: str = setting("shop.sender_name", "お店", Text("差出人名", "Sender name"))
    sender_email: str = setting(
        "shop.sender_email",
        "shop@example.invalid",
        Text("差出人アドレス", "Sender address"),
        judge=_sender_problem,
        tidy=str.strip,
    )
    postal_address: str = setting("shop.postal_address", "", Text("住所", "Postal address"))
    contact: str = setting("shop.contact", "", Text("問い合わせ先", "Contact"))
    currency: str = setting(
        "shop.currency",
        "JPY",
        Text("通貨", "Currency"),
        judge=_currency_problem,
        tidy=_tidy_currency,
    )
    time_zone: str = setting(
        "shop.time_zone", "Asia/Tokyo", Text("時間帯", "Time zone"), judge=_zone_problem
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone the shop's days are counted in."""
        return ZoneInfo(self.time_zone)


def shop_day(instant: datetime) -> date:
    """Give the calendar day of `instant` where the shop is."""
    return clock.local_day(instant, load(ShopProfile).zone)

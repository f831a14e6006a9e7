"""Rules of coupons: what an offer may be, when a coupon may be used, what it takes off."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from okaeri.foundation.errors import InputError
from okaeri.foundation.money import format_minor
from okaeri.foundation.text import Text
from okaeri.rewards.coupon_types import (
    CouponKind,
    CouponRefusedError,
    CouponState,
    CouponView,
    OfferIn,
)

_KEY = re.compile(r"[a-z][a-z0-9_]{1,38}")
MOST_MINOR = 1_000_000_000
MOST_DAYS = 730
_BAD_KEY = Text(
    "クーポンのキーは英小文字で始まる英数字と _ で、2〜39文字にしてください。",
    "The coupon's key needs 2 to 39 letters a-z, digits or _, the first a letter.",
)
_NO_NAME = Text(
    "クーポンの名前を日本語と英語で入れてください(80文字まで)。",
    "Give the coupon a name in Japanese and English (80 letters at most).",
)
_LONG_CONDITIONS = Text("条件は300文字までにしてください。", "Conditions have 300 letters at most.")
_BAD_PERCENT = Text("割引率は1〜100%にしてください。", "A share off is 1 to 100 %.")
_BAD_AMOUNT = Text(
    "値引き額は1以上の整数にしてください。", "The amount off is a whole number above 0."
)
_BAD_MINIMUM = Text(
    "ご利用の下限額は0以上の整数にしてください。", "The least amount is a whole number from 0."
)
_BAD_DAYS = Text("有効日数は1〜{most}日にしてください。", "A coupon is good for 1 to {most} days.")
_REFUSED = {
    CouponState.REDEEMED: Text("このクーポンは使用済みです。", "This coupon was used already."),
    CouponState.EXPIRED: Text("このクーポンは期限が切れています。", "This coupon's time is over."),
    CouponState.WITHDRAWN: Text("このクーポンは取り消されています。", "This coupon was withdrawn."),
}
_WORDS = {
    CouponState.REDEEMED: "used",
    CouponState.EXPIRED: "expired",
    CouponState.WITHDRAWN: "withdrawn",
}
_TOO_LITTLE = Text(
    "このクーポンは{minimum}以上のお買い上げで使えます。",
    "This coupon needs goods for {minimum} or more.",
)


def check_offer(offer: OfferIn) -> None:
    """Refuse an offer that could not be kept."""
    names = (offer.name.ja.strip(), offer.name.en.strip())
    if not _KEY.fullmatch(offer.key):
        raise InputError(_BAD_KEY)
    if not all(names) or max(map(len, names)) > 80:
        raise InputError(_NO_NAME)
    if max(len(offer.conditions.ja), len(offer.conditions.en)) > 300:
        raise InputError(_LONG_CONDITIONS)
    if offer.kind is CouponKind.PERCENT and not 1 <= offer.value <= 100:
        raise InputError(_BAD_PERCENT)
    if not 1 <= offer.value <= MOST_MINOR:
        raise InputError(_BAD_AMOUNT)
    if not 0 <= offer.minimum_minor <= MOST_MINOR:
        raise InputError(_BAD_MINIMUM)
    if not 1 <= offer.valid_days <= MOST_DAYS:
        raise InputError(_BAD_DAYS.format(most=MOST_DAYS))


def last_day(issued_on: date, valid_days: int) -> date:
    """Give the last day a coupon is good; the day it was issued counts as the first."""
    return issued_on + timedelta(days=valid_days - 1)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant a shop day ends: the first of the next."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)


def state_at(stored: str, expires_at: datetime, now: datetime) -> CouponState:
    """Give where a coupon stands now: unused ones end by the clock, whatever job ran or did not."""
    state = CouponState(stored)
    is_over = state is CouponState.ISSUED and now >= expires_at
    return CouponState.EXPIRED if is_over else state


def reward_of(kind: str, value: int, currency: str) -> Text:
    """Say what a coupon gives: 10%引き / 10% off."""
    if kind == CouponKind.PERCENT:
        return Text(f"{value}%引き", f"{value}% off")
    ja, en = (format_minor(value, currency, language) for language in ("ja", "en"))
    return Text(f"{ja}引き", f"{en} off")


def discount_of(kind: str, value: int, amount_minor: int) -> int:
    """Give what a coupon takes off goods including tax; never more than they cost.

    A share is rounded down to the smallest unit.
    """
    off = amount_minor * value // 100 if kind == CouponKind.PERCENT else value
    return max(0, min(off, amount_minor))


def check_usable(coupon: CouponView, amount_minor: int | None, currency: str) -> None:
    """Refuse a coupon that is used, over, withdrawn, or too good for the amount (None: not told)."""
    if coupon.state in _REFUSED:
        raise _refusal(coupon.state)
    if amount_minor is not None and amount_minor < coupon.minimum_minor:
        ja, en = (format_minor(coupon.minimum_minor, currency, one) for one in ("ja", "en"))
        told = Text(_TOO_LITTLE.ja.format(minimum=ja), _TOO_LITTLE.en.format(minimum=en))
        raise CouponRefusedError("coupon_minimum", told)


def withdrawn_error() -> CouponRefusedError:
    """Give the refusal of a coupon whose offer was withdrawn."""
    return _refusal(CouponState.WITHDRAWN)


def _refusal(state: CouponState) -> CouponRefusedError:
    return CouponRefusedError(f"coupon_{_WORDS[state]}", _REFUSED[state])

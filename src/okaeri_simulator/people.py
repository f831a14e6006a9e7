"""The shop's customers: who they are, how they can be reached, and what temper they have.

Tempers are heterogeneous on purpose: gamma-mixed pauses between purchases, a chance to stay away for
good after each purchase, so that about 60 to 65 % of all buy once.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random

from okaeri.intake.types import PartyIn
from okaeri_simulator import names
from okaeri_simulator.dice import dice_for, happens, pick
from okaeri_simulator.seasons import liveliness, shopping_instant

SECOND_ADDRESS_SHARE = 0.06
OPT_IN_SHARE = 0.85
LINE_SHARE = 0.3
MENS_SHARE = 0.08


class Temper(StrEnum):
    """How a person goes on after the first order."""

    TRIES_ONCE = "tries_once"
    SUBSCRIBES = "subscribes"
    ENTHUSIAST = "enthusiast"


@dataclass(frozen=True, slots=True)
class Person:
    """One customer. `pause_days` is the mean time between two orders, `stay` the chance (0..1) to come
    back after the first one; it rises with every further order.
    """

    no: int
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    email: str
    second_email: str
    second_email_from: date | None
    phone: str
    line_user_id: str
    postal_code: str
    prefecture: str
    address: str
    birth_on: date
    opts_in: bool
    media_code: str
    first_at: datetime
    temper: Temper
    pause_days: float
    stay: float
    mood: float

    @property
    def emails(self) -> tuple[str, ...]:
        return (self.email, self.second_email) if self.second_email else (self.email,)

    def party_on(self, day: date) -> PartyIn:
        """Give the contact this person writes on an order of `day`; no member number with the second
        address: he orders as a guest there, and only phone and kana betray him.
        """
        as_guest = self.second_email_from is not None and day >= self.second_email_from
        party = PartyIn(
            member_no=f"M{self.no:06d}",
            email=self.email,
            phone=self.phone,
            line_user_id=self.line_user_id,
            family_name=self.family_name,
            given_name=self.given_name,
            family_kana=self.family_kana,
            given_kana=self.given_kana,
            postal_code=self.postal_code,
            prefecture=self.prefecture,
            address=self.address,
            birth_on=self.birth_on,
            email_opt_in=self.opts_in,
        )
        return replace(party, member_no="", email=self.second_email) if as_guest else party


_MEDIA: tuple[tuple[str, float], ...] = (
    ("IG-AD", 26.0), ("SEARCH", 22.0), ("AFF-BLOG", 16.0), ("LINE-AD", 14.0), ("SHINBUN", 9.0),
    ("SHOKAI", 7.0), ("", 6.0),
)  # fmt: skip
_TEMPERS: tuple[tuple[Temper, float], ...] = (
    (Temper.TRIES_ONCE, 88.0), (Temper.SUBSCRIBES, 8.0), (Temper.ENTHUSIAST, 4.0),
)  # fmt: skip


def make_people(seed: int, count: int, first_day: date, last_day: date) -> tuple[Person, ...]:
    """Make `count` people who first order between the two days; each by dice of his own."""
    days = [first_day + timedelta(days=shift) for shift in range((last_day - first_day).days + 1)]
    # The shop grows: the last day draws twice as many new people as the first.
    weights = [(day, liveliness(day) * (1 + place / len(days))) for place, day in enumerate(days)]
    arrivals = dice_for(seed, "arrivals")
    chosen = arrivals.choices(
        [day for day, _ in weights], [weight for _, weight in weights], k=count
    )
    return tuple(
        _make_person(dice_for(seed, "person", no), no, day)
        for no, day in enumerate(sorted(chosen), start=1)
    )


def _make_person(dice: Random, no: int, first_day: date) -> Person:
    family, family_kana = pick(dice, names.FAMILY_NAMES)
    is_man = happens(dice, MENS_SHARE)
    given, given_kana = pick(dice, names.MENS_NAMES if is_man else names.WOMENS_NAMES)
    prefecture, postal_code, town = pick(dice, names.PLACES)
    temper = pick(dice, _TEMPERS)
    local_part = f"{names.romanise(given_kana)}.{names.romanise(family_kana)}{no}"
    has_second = happens(dice, SECOND_ADDRESS_SHARE)
    return Person(
        no=no,
        family_name=family,
        given_name=given,
        family_kana=family_kana,
        given_kana=given_kana,
        email=f"{local_part}@{pick(dice, names.MAIL_DOMAINS)}",
        second_email=f"{given_kana_letters(given_kana)}{no}@sub.example" if has_second else "",
        second_email_from=first_day + timedelta(days=dice.randrange(20, 200))
        if has_second
        else None,
        phone=_phone(dice, no),
        line_user_id=f"U{dice.getrandbits(128):032x}" if happens(dice, LINE_SHARE) else "",
        postal_code=postal_code,
        prefecture=prefecture,
        address=f"{town}{dice.randrange(1, 9)}-{dice.randrange(1, 30)}-{dice.randrange(1, 20)}",
        birth_on=_birthday(dice, first_day),
        opts_in=happens(dice, OPT_IN_SHARE),
        media_code=pick(dice, _MEDIA),
        first_at=shopping_instant(first_day, dice),
        temper=temper,
        pause_days=_pause_days(dice, temper),
        stay=_stay(dice, temper),
        mood=dice.betavariate(5, 2),
    )


def given_kana_letters(kana: str) -> str:
    """Give the given name in letters, as people like to sign up a second time."""
    return names.romanise(kana) or "guest"


def _phone(dice: Random, no: int) -> str:
    # No Japanese number has a 0 here, so it rings nowhere; the digits count people, so that two never
    # share one by chance.
    return f"0{pick(dice, ((9, 5.0), (8, 3.0), (7, 2.0)))}0-0{no // 10000:03d}-{no % 10000:04d}"


def _birthday(dice: Random, first_day: date) -> date:
    years = min(max(dice.gauss(46, 13), 19), 84)
    return first_day - timedelta(days=int(years * 365.25))


def _pause_days(dice: Random, temper: Temper) -> float:
    """Mean days between orders: gamma-mixed over people (rate, not pause, is gamma distributed)."""
    mean = {Temper.TRIES_ONCE: 92.0, Temper.SUBSCRIBES: 30.0, Temper.ENTHUSIAST: 26.0}[temper]
    if temper is Temper.SUBSCRIBES:
        return mean
    shape = 3.0
    rate = dice.gammavariate(shape, 1 / (shape * mean))
    return min(max(1 / rate, 12.0), 400.0) if rate > 0 else 400.0


def _stay(dice: Random, temper: Temper) -> float:
    if temper is Temper.ENTHUSIAST:
        return dice.betavariate(6, 1.6)
    return dice.betavariate(1.15, 2.2)

"""The day a source registered somebody (会員登録日): what of it can be believed."""

from datetime import datetime, tzinfo

from okaeri.foundation.text import Text
from okaeri.intake.domain.cells import CellError, shown
from okaeri.intake.domain.days import parse_instant, says_no_day

# No shop registered members on the web before; carts write 1970-01-01 for "not known".
FIRST_YEAR = 1990
_AHEAD = Text(
    "登録日「{value}」はまだ来ていない日です。今日までの日付を書いてください。",
    "'{value}' is a day of registration still to come; write a day until today.",
)
_TOO_OLD = Text(
    "登録日「{value}」は1990年より前です。分からないときは空にしてください。",
    "'{value}' is a day of registration before 1990; leave the cell empty where nobody knows.",
)


def registration_of(raw: str, zone: tzinfo, now: datetime, order: str = "ymd") -> datetime | None:
    """Give when somebody was registered, None where the cell says that nobody knows.

    A day before `FIRST_YEAR` says so too: nobody loses a member for it. A day alone counts from its
    midnight in the shop's `zone`. Raises CellError for what cannot be read or is still to come.
    """
    if says_no_day(raw):
        return None
    at = parse_instant(raw, zone, order)
    if _is_too_old(at, zone):
        return None
    reason = doubt_of(at, zone, now)
    if reason is not None:
        raise CellError("bad_registration", reason.format(value=shown(raw)))
    return at


def doubt_of(at: datetime, zone: tzinfo, now: datetime) -> Text | None:
    """Say why an instant cannot be somebody's registration ({value} stands for it); None if it can.

    Clocks differ: a later hour of today is believed.
    """
    day = at.astimezone(zone).date()
    if day > now.astimezone(zone).date():
        return _AHEAD
    return _TOO_OLD if _is_too_old(at, zone) else None


def _is_too_old(at: datetime, zone: tzinfo) -> bool:
    return at.astimezone(zone).year < FIRST_YEAR

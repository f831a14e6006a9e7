"""When people shop: seasons, days of the week, hours. All in the shop's local time."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from okaeri_simulator.dice import pick

ZONE = ZoneInfo("Asia/Tokyo")

# Month → how lively compared with an average month: dry winters, spring sale, gifts in December.
MONTH_WEIGHTS = {
    1: 0.95, 2: 0.92, 3: 1.10, 4: 1.00, 5: 0.95, 6: 1.12,
    7: 0.93, 8: 0.86, 9: 0.97, 10: 1.05, 11: 1.14, 12: 1.20,
}  # fmt: skip
# Monday first
WEEKDAY_WEIGHTS = (1.12, 1.02, 0.98, 0.95, 0.93, 0.94, 1.18)
_HOURS: tuple[tuple[int, float], ...] = (
    (0, 2.2), (1, 1.0), (2, 0.4), (3, 0.2), (4, 0.2), (5, 0.5), (6, 1.4), (7, 2.6), (8, 3.4),
    (9, 4.0), (10, 5.0), (11, 5.0), (12, 6.4), (13, 5.0), (14, 4.4), (15, 4.4), (16, 4.2), (17, 4.2),
    (18, 4.6), (19, 5.4), (20, 7.2), (21, 9.4), (22, 9.6), (23, 6.0),
)  # fmt: skip


def liveliness(day: date) -> float:
    """How many orders this day draws compared with an average one."""
    return MONTH_WEIGHTS[day.month] * WEEKDAY_WEIGHTS[day.weekday()]


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Give the UTC instant of a shop-local wall time."""
    return datetime.combine(day, time(hour, minute, second), ZONE).astimezone(UTC)


def shopping_instant(day: date, dice: Random) -> datetime:
    """Choose when on `day` a person sits down to order."""
    return local(day, pick(dice, _HOURS), dice.randrange(60), dice.randrange(60))


def shopping_day_near(day: date, dice: Random) -> date:
    """Move a due day by up to three days to one that people rather shop on."""
    days = [day + timedelta(days=shift) for shift in range(4)]
    return pick(dice, [(one, liveliness(one)) for one in days])

"""What the worker does for rewards: coupons used in orders."""

from okaeri.foundation.work.loop import Duty
from okaeri.rewards.actions.from_orders import DUTY, redeem_from_orders


def duties() -> tuple[Duty, ...]:
    """Give the duties of this station."""
    return (Duty(DUTY, redeem_from_orders),)

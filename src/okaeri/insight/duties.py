"""What the worker does for insight between two nights."""

from functools import partial

from okaeri.foundation.work.loop import Duty
from okaeri.insight import api
from okaeri.insight.bump_types import SignsOf
from okaeri.insight.store.followed import DUTY


def duties(signs_above: SignsOf | None = None) -> tuple[Duty, ...]:
    """Give the duties of this station in the order they should run.

    `signs_above` gives the signs of life that stations above know of people.
    """
    return (Duty(DUTY, partial(api.follow_orders, signs_above=signs_above)),)

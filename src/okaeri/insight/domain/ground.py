"""What a prediction stands on: one entry per customer as known on a day, and what came after it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from okaeri.insight.domain.lifetime.forecast import People
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.rhythm import Rhythms

_SIGNALS = ("visited", "visited_before", "complaints", "put_off")


@dataclass(frozen=True, slots=True)
class Ground:
    """Columns of `features.histories.compute_histories` as arrays; days count back from the cutoff.

    `came_in_days` runs from the cutoff to the next purchase, NaN where nobody came in the horizon.
    """

    cutoff: date
    customer_id: NDArray[np.int64]
    purchases: Floats
    age_days: Floats
    silent_days: Floats
    gaps: Floats
    log_gaps: Floats
    log_gaps_squared: Floats
    last_gap_days: Floats
    net_minor: Floats
    net_recent_minor: Floats
    discounted_share: Floats
    came: Floats
    came_net_minor: Floats
    came_in_days: Floats
    # Columns of `features.signals.compute_signals`; 0 where there was no sign.
    visited: Floats
    visited_before: Floats
    complaints: Floats
    put_off: Floats

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def people(self) -> People:
        """What the lifetime models read."""
        mean = self.net_minor / np.maximum(self.purchases, 1.0)
        return People(self.purchases, self.age_days - self.silent_days, self.age_days, mean)

    @property
    def rhythms(self) -> Rhythms:
        """What the shop's rhythm is found from."""
        return Rhythms(self.gaps, self.log_gaps, self.log_gaps_squared)

    def some(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Ground":
        """Give only these people."""
        names = (name for name in self.__slots__ if name != "cutoff")
        return Ground(self.cutoff, *(getattr(self, name)[rows] for name in names))


def ground_of(rows: pa.Table, cutoff: date, signals: pa.Table | None = None) -> Ground:
    """Turn collected histories, and signals where there are any, into arrays by customer number."""
    rows = rows.sort_by("customer_id")
    ids = _ids(rows)
    orders = np.maximum(_floats(rows, "orders"), 1.0)
    return Ground(
        cutoff=cutoff,
        customer_id=ids,
        purchases=_floats(rows, "purchases"),
        age_days=_days_before(rows, "first_on", cutoff),
        silent_days=_days_before(rows, "last_on", cutoff),
        gaps=_floats(rows, "gaps"),
        log_gaps=_floats(rows, "log_gaps"),
        log_gaps_squared=_floats(rows, "log_gaps_squared"),
        last_gap_days=_floats(rows, "last_gap_days"),
        net_minor=_floats(rows, "net_minor"),
        net_recent_minor=_floats(rows, "net_recent_minor"),
        discounted_share=_floats(rows, "discounted") / orders,
        came=_floats(rows, "came"),
        came_net_minor=_floats(rows, "came_net_minor"),
        came_in_days=-_days_before(rows, "came_on", cutoff),
        **{name: _signs(signals, name, ids) for name in _SIGNALS},
    )


def present_ground_of(
    rows: pa.Table, as_of: date, signals: pa.Table | None = None, *, merge_same_day: bool
) -> Ground:
    """Turn `features.histories.compute_present_histories` into arrays: nothing came yet.

    With `merge_same_day` all orders of a day are one purchase, as the shop's rules may say.
    """
    rows = rows.sort_by("customer_id")
    ids, lives = _ids(rows), rows["order_days"].combine_chunks()
    days = np.asarray(lives.flatten().cast(pa.int32()).to_numpy(), dtype=np.int64)
    orders = np.asarray(lives.value_lengths().to_numpy(), dtype=np.int64)
    ends = np.cumsum(orders)
    person = np.repeat(np.arange(len(ids)), orders)
    gap = np.diff(days, prepend=0)
    is_gap = np.ones(len(days), bool)
    is_gap[ends - orders] = False
    if merge_same_day:
        is_gap &= gap > 0
    whose, gap = person[is_gap], gap[is_gap].astype(np.float64)
    # Two purchases of one day, where the shop counts them apart, are a day apart for the logarithm.
    log_gap = np.log(np.maximum(gap, 1.0))
    gaps = np.bincount(whose, minlength=len(ids)).astype(np.float64)
    last_gap = np.full(len(ids), np.nan)
    # Of several values for one place the last stays.
    last_gap[whose] = gap
    now, nothing = (as_of - date(1970, 1, 1)).days, np.zeros(len(ids))
    return Ground(
        cutoff=as_of,
        customer_id=ids,
        purchases=gaps + 1.0,
        age_days=now - days[ends - orders].astype(np.float64),
        silent_days=now - days[ends - 1].astype(np.float64),
        gaps=gaps,
        log_gaps=np.bincount(whose, log_gap, len(ids)).astype(np.float64),
        log_gaps_squared=np.bincount(whose, log_gap * log_gap, len(ids)).astype(np.float64),
        last_gap_days=last_gap,
        net_minor=_floats(rows, "net_minor"),
        net_recent_minor=_floats(rows, "net_recent_minor"),
        discounted_share=_floats(rows, "discounted") / orders,
        came=nothing,
        came_net_minor=nothing,
        came_in_days=np.full(len(ids), np.nan),
        **{name: _signs(signals, name, ids) for name in _SIGNALS},
    )


def _ids(rows: pa.Table) -> NDArray[np.int64]:
    return np.asarray(rows["customer_id"].to_numpy(), dtype=np.int64)


def _signs(signals: pa.Table | None, name: str, ids: NDArray[np.int64]) -> Floats:
    """Give one count for each of these people; who gave a sign and never bought is left out."""
    found = np.zeros(len(ids))
    if signals is None or not len(signals) or not len(ids):
        return found
    who = signals["customer_id"].to_numpy()
    place = np.searchsorted(ids, who).clip(max=len(ids) - 1)
    is_here = ids[place] == who
    found[place[is_here]] = _floats(signals, name)[is_here]
    return found


def _floats(rows: pa.Table, name: str) -> Floats:
    column = rows[name].cast(pa.float64())
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy())


def _days_before(rows: pa.Table, name: str, cutoff: date) -> Floats:
    number = rows[name].cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
    days = pc.fill_null(number, float("nan")).to_numpy()
    return np.asarray((cutoff - date(1970, 1, 1)).days - days)

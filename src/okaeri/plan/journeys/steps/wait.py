"""Wait for a day (from the anchor, the arrival here, or when the product runs out), or for hours."""

from datetime import date, timedelta
from typing import ClassVar, Self

from pydantic import Field, model_validator

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import Facts
from okaeri.plan.journeys.step import NOTHING, Go, Moment, Outcome, Stay, Step, days_after

_ONE_OF = (
    "write exactly one of day, after_days, after_hours, run_out / "
    "day, after_days, after_hours, run_out のどれか一つ"
)
_HOURS_A_DAY = 24


class Wait(Step):
    """Exactly one of four clocks; all but `after_hours` in shop-local days.

    `day` counts from the anchor, anew each time, so that a missed step is not made up for later.
    `after_days` counts from the arrival at this step: the only wait a loop may stand on.
    `after_hours` counts full hours from that arrival, day or night: whether a message may leave at
    such an hour is asked when it leaves.
    `run_out` counts from the day the product should be used up; negative is before. That is the arrival +
    quantity × days of use, else the person's own purchase cycle after the anchor, else the product's;
    `otherwise_day` after the anchor where nothing is known.
    """

    kind: ClassVar[str] = "wait"
    day: int | None = Field(default=None, ge=0, le=3650)
    after_days: int | None = Field(default=None, ge=1, le=3650)
    after_hours: int | None = Field(default=None, ge=1, le=24 * 90)
    run_out: int | None = Field(default=None, ge=-365, le=365)
    otherwise_day: int = Field(default=25, ge=0, le=3650)
    not_before_day: int = Field(default=0, ge=0, le=3650)

    @model_validator(mode="after")
    def _has_one_clock(self) -> Self:
        clocks = (self.day, self.after_days, self.after_hours, self.run_out)
        if sum(clock is not None for clock in clocks) != 1:
            raise ValueError(_ONE_OF)
        return self

    def advance(self, moment: Moment) -> Outcome:
        if self.after_hours is not None:
            return self._for_hours(moment, self.after_hours)
        day = self._day(moment)
        until = moment.at_day(day)
        if until > moment.now:
            return Stay(until, {"code": "waiting", "until": day.isoformat()})
        # Never back in time, so that a loop through this step still moves forward.
        return Go(max(until, moment.planned_at))

    def _for_hours(self, moment: Moment, hours: int) -> Outcome:
        until = moment.planned_at + timedelta(hours=hours)
        if until <= moment.now:
            return Go(until)
        local = until.astimezone(moment.facts.zone)
        return Stay(until, {"code": "waiting_hours", "moment": f"{local:%Y-%m-%dT%H:%M}"})

    def _day(self, moment: Moment) -> date:
        anchor_on = moment.facts.anchor_on
        if self.after_days is not None:
            arrived_on = moment.planned_at.astimezone(moment.facts.zone).date()
            return days_after(arrived_on, self.after_days)
        if self.day is not None:
            return days_after(anchor_on, self.day)
        use = _use_days(moment.facts)
        offset = self.otherwise_day if use is None else use + (self.run_out or 0)
        return days_after(anchor_on, max(offset, self.not_before_day))

    def label(self) -> Text:
        if self.after_days is not None:
            return Text("{n}日待つ", "Wait {n} days").format(n=self.after_days)
        if self.after_hours is not None:
            return Text("{n}時間待つ", "Wait {n} hours").format(n=self.after_hours)
        if self.day is not None:
            return Text("{n}日後まで待つ", "Until day {n}").format(n=self.day)
        return Text("使い切りの頃まで待つ", "Until the product runs out")

    @property
    def takes_time(self) -> bool:
        return self.after_days is not None

    @property
    def counts_hours(self) -> bool:
        return self.after_hours is not None

    def earliest_day(self, day: int) -> int:
        if self.after_hours is not None:
            return day + self.after_hours // _HOURS_A_DAY
        if self.after_days is not None:
            return day + self.after_days
        return max(day, self.not_before_day if self.day is None else self.day)

    def expected_day(self, day: int) -> int:
        if self.run_out is None:
            return self.earliest_day(day)
        # Each person's own cycle is known to the engine alone.
        return max(day, self.otherwise_day, self.not_before_day)

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        return frozenset({"insight", "run_out"}) if self.run_out is not None else NOTHING


def _use_days(facts: Facts) -> int | None:
    """Give how long what was bought lasts: as the shop says, by the person's own cycle, by everybody's."""
    if facts.use_days is not None:
        return facts.use_days
    own = facts.insight.cycle_days if facts.insight else None
    cycle = facts.product_cycle_days if own is None else own
    return None if cycle is None else round(cycle)

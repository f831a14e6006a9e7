"""End the walk with a word for why."""

from typing import ClassVar, Literal

from okaeri.foundation.text import Text
from okaeri.plan.journeys.step import Leave, Moment, Outcome, Step


class Exit(Step):
    """`reason`: completed (walked to the end), f2_late (no second purchase yet), silent (no answer)."""

    kind: ClassVar[str] = "exit"
    reason: Literal["completed", "f2_late", "silent"] = "completed"

    def advance(self, moment: Moment) -> Outcome:
        return Leave(self.reason)

    def label(self) -> Text:
        return Text("終わる", "Exit")

    @property
    def falls_through(self) -> bool:
        return False

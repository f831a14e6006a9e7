"""Send one message, or drop it when its time has passed."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import Facts
from okaeri.plan.journeys.step import NOTHING, Go, Moment, Outcome, SendMessage, Step


class Send(Step):
    """`template` is the content's key; after `grace_days` beyond its moment it is dropped.

    Nothing is sold to somebody whose low score nobody has dealt with, held out or not.

    `override_reason` lets a sales message pass the rule "no selling to a first-time buyer".
    """

    kind: ClassVar[str] = "send"
    template: str = Field(min_length=1, max_length=80)
    grace_days: int = Field(default=3, ge=0, le=60)
    override_reason: str = Field(default="", max_length=200)

    def advance(self, moment: Moment) -> Outcome:
        planned_at = moment.planned_at
        expires_at = planned_at + timedelta(days=self.grace_days)
        if moment.now > expires_at:
            late = {"code": "too_late", "days": (moment.now - planned_at).days}
            return Go(planned_at, "skipped", {**late, "template": self.template})
        if self._sells(moment.facts) and moment.facts.has_open_complaint:
            why = {"code": "open_complaint", "template": self.template}
            return Go(planned_at, "skipped", why)
        held_out = moment.walk.is_held_out
        on = planned_at.astimezone(moment.facts.zone).date()
        code = "held_out" if held_out else "sent"
        why = {"code": code, "on": on.isoformat(), "template": self.template}
        command = SendMessage(moment.node, self.template, planned_at, on, expires_at, held_out)
        return Go(planned_at, "held_out" if held_out else "sent", why, command)

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        return frozenset({"complaint"}) if self._sells(facts) else NOTHING

    def _sells(self, facts: Facts) -> bool:
        return self.template in facts.sales_templates

    def label(self) -> Text:
        return Text("送る", "Send")

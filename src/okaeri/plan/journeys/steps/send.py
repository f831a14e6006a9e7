"""Send one message, or drop it when its time has passed."""

from datetime import timedelta
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import SEGMENT, Facts
from okaeri.plan.journeys.step import Go, Moment, Outcome, SendMessage, Step

# The variant of whoever is in none of the segments a step names.
DEFAULT = "default"
_TWICE = "name each segment once / 同じセグメントは一度だけ書いてください"


class Variant(BaseModel):
    """Another content for the people of one segment, by its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    segment: int = Field(ge=1)
    template: str = Field(min_length=1, max_length=80)

    @property
    def key(self) -> str:
        """Give the variant's name, as decisions and messages keep it."""
        return f"{SEGMENT}{self.segment}"


class Send(Step):
    """`template` is the content's key; after `grace_days` beyond its moment it is dropped.

    Nothing is sold to somebody whose low score nobody has dealt with, held out or not.

    `variants` are tried in their order, as the segments stand when the person is here: the first whose
    segment he is in decides the content, and who is in none gets `template`, so that nobody is left
    without a letter. People held out on purpose have their variant too, to be compared with.

    `override_reason` lets a sales message pass the rule "no selling to a first-time buyer".
    """

    kind: ClassVar[str] = "send"
    template: str = Field(min_length=1, max_length=80)
    variants: tuple[Variant, ...] = Field(default=(), max_length=20)
    grace_days: int = Field(default=3, ge=0, le=60)
    override_reason: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _names_each_segment_once(self) -> Self:
        if len({one.segment for one in self.variants}) != len(self.variants):
            raise ValueError(_TWICE)
        return self

    @property
    def templates(self) -> tuple[str, ...]:
        """Give every content somebody may get here, the default one last."""
        return tuple(dict.fromkeys([*(one.template for one in self.variants), self.template]))

    def choose(self, segments: frozenset[int]) -> tuple[str, str]:
        """Give (template, variant) for somebody in these segments; "" where the step has no variants."""
        for one in self.variants:
            if one.segment in segments:
                return one.template, one.key
        return self.template, DEFAULT if self.variants else ""

    def advance(self, moment: Moment) -> Outcome:
        planned_at = moment.planned_at
        template, variant = self.choose(moment.facts.segments)
        named = {"template": template, "variant": variant} if variant else {"template": template}
        expires_at = planned_at + timedelta(days=self.grace_days)
        if moment.now > expires_at:
            late = {"code": "too_late", "days": (moment.now - planned_at).days}
            return Go(planned_at, "skipped", {**late, **named})
        if template in moment.facts.sales_templates and moment.facts.has_open_complaint:
            return Go(planned_at, "skipped", {"code": "open_complaint", **named})
        held_out = moment.walk.is_held_out
        on = planned_at.astimezone(moment.facts.zone).date()
        action = "held_out" if held_out else "sent"
        why = {"code": _code(action, variant), "on": on.isoformat(), **named}
        command = SendMessage(moment.node, template, planned_at, on, expires_at, held_out, variant)
        return Go(planned_at, action, why, command)

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        sells = not facts.sales_templates.isdisjoint(self.templates)
        return frozenset(one.key for one in self.variants) | ({"complaint"} if sells else set())

    def label(self) -> Text:
        return Text("送る", "Send")


def _code(action: str, variant: str) -> str:
    if not variant:
        return action
    return f"{action}_default" if variant == DEFAULT else f"{action}_variant"

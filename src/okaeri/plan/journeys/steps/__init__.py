"""Every kind of step a journey may be made of; a new kind is one file and one line here."""

from okaeri.plan.journeys.step import Step
from okaeri.plan.journeys.steps.branch import Branch
from okaeri.plan.journeys.steps.coupon import Coupon
from okaeri.plan.journeys.steps.exit import Exit
from okaeri.plan.journeys.steps.grant import Grant
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.journeys.steps.wait import Wait

KINDS: dict[str, type[Step]] = {
    kind.kind: kind for kind in (Send, Wait, Branch, Grant, Coupon, Exit)
}

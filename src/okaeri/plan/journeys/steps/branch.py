"""Go one way when all conditions hold, another way when one does not."""

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from okaeri.foundation.text import Text
from okaeri.plan.domain.conditions import store_conditions
from okaeri.plan.domain.facts import ATTRIBUTE, Facts
from okaeri.plan.journeys.step import Go, Moment, Outcome, Step

InsightField = Literal[
    "stage",
    "is_lapsed",
    "is_at_risk",
    "is_f2_late",
    "is_revived",
    "net_minor",
    "net_12m_minor",
    "recency_days",
    "freshness",
    "freshness_band",
    "r_rank",
    "f_rank",
    "m_rank",
]
OwnField = Literal["satisfaction", "purchase_count", "order_net_minor", "is_vip", "is_subscribed"]
Value = bool | int | float | str
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in"]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, wanted: value in wanted,
}
_YES, _NO = Text("はい", "yes"), Text("いいえ", "no")
_INSIGHT_FIELDS = frozenset(get_args(InsightField))


_ONE_SUBJECT = "write exactly one of field, attribute / field か attribute のどちらか一つ"


class Condition(BaseModel):
    """One comparison; what is not known of the person does not hold.

    `field` is something we counted, `attribute` the key of a question the shop keeps answers to. Of
    an attribute with several answers (tags) one that fits is enough, and != means none does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    field: InsightField | OwnField | None = None
    attribute: str = Field(default="", max_length=60)
    op: Operator
    value: Value | tuple[Value, ...]

    @model_validator(mode="after")
    def _has_one_subject(self) -> Self:
        if (self.field is None) == (not self.attribute):
            raise ValueError(_ONE_SUBJECT)
        return self

    @property
    def subject(self) -> str:
        """Give what is compared, as reasons keep it."""
        return self.field or f"{ATTRIBUTE}{self.attribute}"

    def known(self, facts: Facts) -> Any:  # noqa: ANN401 - of whatever kind the field is
        """Give the person's own value, None where it is not known."""
        if self.field is None:
            return facts.answer(self.attribute)
        source = facts.insight if self.field in _INSIGHT_FIELDS else facts
        return getattr(source, self.field, None)

    def holds(self, facts: Facts) -> bool:
        """Compare the person's value with the wanted one."""
        known = self.known(facts)
        if known is None:
            return False
        if isinstance(known, tuple):
            return self._holds_of_any(known)
        try:
            return _COMPARE[self.op](known, self.value)
        except TypeError:
            return False

    def _holds_of_any(self, known: tuple[Any, ...]) -> bool:
        if self.op == "in" and isinstance(self.value, tuple):
            return not set(known).isdisjoint(self.value)
        if self.op in ("=", "!="):
            return (self.value in known) == (self.op == "=")
        return False


class Branch(Step):
    """`when`: conditions that must all hold for `then`; else `otherwise` ("" = the following node)."""

    kind: ClassVar[str] = "branch"
    when: tuple[Condition, ...] = Field(min_length=1, max_length=20)
    then: str
    otherwise: str = ""

    @field_validator("when", mode="before")
    @classmethod
    def _one_is_a_list(cls, given: object) -> object:
        return [given] if isinstance(given, dict) else given

    def advance(self, moment: Moment) -> Outcome:
        holds = all(condition.holds(moment.facts) for condition in self.when)
        code = "branch_then" if holds else "branch_otherwise"
        checked = [(one.subject, one.op, one.value, one.known(moment.facts)) for one in self.when]
        why = {"code": code, "when": store_conditions(checked)}
        to = self.then if holds else self.otherwise
        return Go(moment.planned_at, "branched", why, None, to)

    def label(self) -> Text:
        return Text("分ける", "Branch")

    def targets(self) -> tuple[tuple[str, Text], ...]:
        ways = [(self.then, _YES)]
        if self.otherwise:
            ways.append((self.otherwise, _NO))
        return tuple(ways)

    def onward_label(self) -> Text:
        return _NO

    @property
    def falls_through(self) -> bool:
        return not self.otherwise

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        wanted = {condition.subject for condition in self.when}
        asked = {subject for subject in wanted if subject.startswith(ATTRIBUTE)}
        named = {"insight"} if wanted & _INSIGHT_FIELDS else set()
        named |= {"purchases"} if wanted & {"purchase_count", "order_net_minor"} else set()
        named |= {"insight", "payments"} if "is_vip" in wanted else set()
        named |= {"subscription"} if "is_subscribed" in wanted else set()
        return frozenset(named | asked | ({"satisfaction"} & wanted))

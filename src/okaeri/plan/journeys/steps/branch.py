"""Go one way when all conditions hold, another way when one does not."""

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from okaeri.foundation.text import Text
from okaeri.plan.domain.conditions import store_conditions
from okaeri.plan.domain.facts import Facts
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
OwnField = Literal["satisfaction", "purchase_count", "order_net_minor"]
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


class Condition(BaseModel):
    """One comparison; what is not known of the person does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    field: InsightField | OwnField
    op: Operator
    value: Value | tuple[Value, ...]

    def known(self, facts: Facts) -> Any:  # noqa: ANN401 - of whatever kind the field is
        """Give the person's own value, None where it is not known."""
        source = facts.insight if self.field in _INSIGHT_FIELDS else facts
        return getattr(source, self.field, None)

    def holds(self, facts: Facts) -> bool:
        """Compare the person's value with the wanted one."""
        known = self.known(facts)
        if known is None:
            return False
        try:
            return _COMPARE[self.op](known, self.value)
        except TypeError:
            return False


class Branch(Step):
    """`when`: conditions that must all hold for `then`; else `otherwise` ("" = the following node)."""

    kind: ClassVar[str] = "branch"
    when: tuple[Condition, ...] = Field(min_length=1, max_length=20)
    then: str
    otherwise: str = ""

    def advance(self, moment: Moment) -> Outcome:
        holds = all(condition.holds(moment.facts) for condition in self.when)
        code = "branch_then" if holds else "branch_otherwise"
        checked = [(one.field, one.op, one.value, one.known(moment.facts)) for one in self.when]
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
        wanted = {condition.field for condition in self.when}
        named = {"insight"} if wanted & _INSIGHT_FIELDS else set()
        named |= {"purchases"} if wanted & {"purchase_count", "order_net_minor"} else set()
        return frozenset(named | ({"satisfaction"} & wanted))

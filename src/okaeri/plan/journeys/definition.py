"""A journey's definition: read from YAML, checked as a whole, frozen.

The shape is documented in `Header` and in each step kind; `find_problems` names every mistake with
its node, `parse` gives the definition or raises the first of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from okaeri.foundation.text import Text
from okaeri.insight.cycle_types import KEPT_AHEAD
from okaeri.insight.types import Stage
from okaeri.plan.journeys import problems
from okaeri.plan.journeys.graph import find_graph_problems
from okaeri.plan.journeys.reading import read_yaml
from okaeri.plan.journeys.step import Step
from okaeri.plan.journeys.steps import KINDS
from okaeri.plan.journeys.steps.coupon import Coupon
from okaeri.plan.types import DefinitionError, Goal

MOST_NODES = 200
_NODE_FIELDS = frozenset({"id", "next"})
_STRICT = ConfigDict(frozen=True, extra="forbid")


class Words(BaseModel):
    """One text in both languages."""

    model_config = _STRICT
    ja: str = Field(min_length=1, max_length=1000)
    en: str = Field(min_length=1, max_length=1000)

    def as_text(self) -> Text:
        """Give the same as a `Text`."""
        return Text(self.ja, self.en)


class PurchaseTrigger(BaseModel):
    """Starts with a person's n-th purchase (purchases of one day count as one, as in insight)."""

    model_config = _STRICT
    kind: Literal["purchase"]
    number: int = Field(ge=1, le=1000)


class RecencyTrigger(BaseModel):
    """Starts so many days after the last purchase; `stages` narrows it to classes."""

    model_config = _STRICT
    kind: Literal["recency"]
    days: int = Field(ge=1, le=3650)
    stages: tuple[Stage, ...] = ()


class FormTrigger(BaseModel):
    """Starts with a confirmed entry of a form: of one by its key, or of all of a kind, or of any."""

    model_config = _STRICT
    kind: Literal["form"]
    key: str = Field(default="", max_length=60)
    form_kind: Literal["", "signup", "document", "popup"] = ""


class CartTrigger(BaseModel):
    """Starts when a cart with something in it was left alone for so many hours."""

    model_config = _STRICT
    kind: Literal["cart"]
    idle_hours: int = Field(default=1, ge=1, le=240)


class RunOutTrigger(BaseModel):
    """Starts `lead_days` before something a person bought should be used up: of one product, or of any.

    Whoever has it delivered by a subscription is left alone.
    """

    model_config = _STRICT
    kind: Literal["run_out"]
    sku: str = Field(default="", max_length=80)
    lead_days: int = Field(default=5, ge=0, le=KEPT_AHEAD)


class SegmentTrigger(BaseModel):
    """Starts when a person comes into a segment: the shop's own by number, or a ready-made one by key.

    Those who are in it when the journey goes live start too where `present` says so; the nightly
    count of segments tells who came since.
    """

    model_config = _STRICT
    kind: Literal["segment"]
    segment: int | None = Field(default=None, ge=1)
    preset: str = Field(default="", max_length=40)
    present: bool = False

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.segment is None) == (self.preset == ""):
            raise ValueError(
                "write exactly one of segment, preset / segment か preset のどちらか一つ"
            )
        return self


AnyTrigger = (
    PurchaseTrigger | RecencyTrigger | FormTrigger | CartTrigger | RunOutTrigger | SegmentTrigger
)
Trigger = Annotated[AnyTrigger, Field(discriminator="kind")]
CART_EMPTIED: Literal["cart_emptied"] = "cart_emptied"
LOST: Literal["lost"] = "lost"


class Header(BaseModel):
    """Everything of a journey but its steps.

    `goal`: what the journey is for; counted for `window_days` after a person entered.
    `anchor`: the day that waits count from (entry = the day the person entered).
    `reentry_days`: days after an entry until the next one is allowed; absent = never again.
    `holdout`: share of people left out on purpose; `window_days`: for so long their purchases count.
    `exit_on`: events that end the walk ("lost": the freshness fell into its lowest band);
    `longest_days`: after so many days it ends in any case.
    `full_price_test`: it asks what people do at full price, so whoever buys at a discount only
    (セール時のみ購入) does not enter; the journey counts them.
    `costly_perks`: it gives what costs the shop dear, so a trend customer who depends on discounts
    (流行客・値引き依存) does not enter; the journey counts them.
    """

    model_config = _STRICT
    key: str = Field(pattern=r"^[a-z][a-z0-9_]{1,58}$")
    name: Words
    purpose: Words
    hypothesis: Words
    trigger: Trigger
    # What it is for: exactly one. Definitions from before goals had a name were for purchases.
    goal: Goal = Goal.PURCHASE
    anchor: Literal["order", "shipped", "delivered", "entry"]
    reentry_days: int | None = Field(default=None, ge=1, le=3650)
    holdout: float = Field(default=0.10, ge=0, le=0.9)
    window_days: int = Field(ge=1, le=730)
    exit_on: tuple[Literal["purchase", "cart_emptied", "lost"], ...] = ("purchase",)
    send_at: str = Field(default="10:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    longest_days: int = Field(default=730, ge=1, le=3650)
    full_price_test: bool = False
    costly_perks: bool = False

    @model_validator(mode="after")
    def _anchor_fits_trigger(self) -> Self:
        if not isinstance(self.trigger, PurchaseTrigger) and self.anchor != "entry":
            raise ValueError(f"a {self.trigger.kind} trigger has no order: write anchor: entry")
        if CART_EMPTIED in self.exit_on and not isinstance(self.trigger, CartTrigger):
            raise ValueError("only a cart trigger can end by cart_emptied")
        return self


@dataclass(frozen=True, slots=True)
class Node:
    """One step in its place; `next` is "" where the walk cannot fall through."""

    id: str
    step: Step
    next: str

    @property
    def arrows(self) -> tuple[tuple[str, Text], ...]:
        """Give every node a person may stand at next, with the label of the arrow."""
        onward = ((self.next, self.step.onward_label()),) if self.next else ()
        return (*self.step.targets(), *onward)


@dataclass(frozen=True)
class Definition:
    """One checked journey: `nodes` in the order they were written, `first` where a walk begins.

    `repeating` are the nodes a walk may pass more than once.
    """

    header: Header
    nodes: Mapping[str, Node]
    first: str
    repeating: frozenset[str]
    send_time: time

    @property
    def key(self) -> str:
        return self.header.key

    @property
    def exit_on(self) -> tuple[str, ...]:
        return self.header.exit_on

    @property
    def longest_days(self) -> int:
        return self.header.longest_days

    @property
    def trigger(self) -> AnyTrigger:
        return self.header.trigger

    @cached_property
    def coupon_offers(self) -> frozenset[str]:
        """The keys of the coupons its steps give."""
        steps = (node.step for node in self.nodes.values())
        return frozenset(step.offer for step in steps if isinstance(step, Coupon))


def parse(source: str) -> Definition:
    """Give the definition, or raise DefinitionError with the first thing that is wrong."""
    definition, found = read(source)
    if definition is None:
        raise DefinitionError(found[0])
    return definition


def find_problems(source: str) -> list[Text]:
    """Give every mistake in one sentence each; empty when the definition can be used."""
    return read(source)[1]


def read(source: str) -> tuple[Definition | None, list[Text]]:
    """Give the definition, or None and what is wrong with it."""
    try:
        document = read_yaml(source)
    except DefinitionError as error:
        return None, [error.message]
    given = document.pop("nodes", None)
    header, found = _read_header(document)
    nodes, in_nodes = _read_nodes(given)
    found += in_nodes
    if not found:
        found = find_graph_problems(nodes)
    if found or header is None:
        return None, found
    return _assemble(header, nodes), []


def _assemble(header: Header, nodes: dict[str, Node]) -> Definition:
    hour, minute = header.send_at.split(":")
    return Definition(
        header=header,
        nodes=nodes,
        first=next(iter(nodes)),
        repeating=find_repeating(nodes),
        send_time=time(int(hour), int(minute)),
    )


def find_repeating(nodes: Mapping[str, Node]) -> frozenset[str]:
    """Give the nodes from which a walk may come back to the same node."""
    return frozenset(node for node in nodes if node in _reachable(nodes, node))


def _reachable(nodes: Mapping[str, Node], start: str) -> set[str]:
    seen: set[str] = set()
    open_ends = [target for target, _ in nodes[start].arrows]
    while open_ends:
        node = open_ends.pop()
        if node not in seen:
            seen.add(node)
            open_ends += [target for target, _ in nodes[node].arrows]
    return seen


def _read_header(document: dict[str, Any]) -> tuple[Header | None, list[Text]]:
    try:
        return Header.model_validate(document), []
    except ValidationError as error:
        return None, problems.of_validation(error, "")


def _read_nodes(given: object) -> tuple[dict[str, Node], list[Text]]:
    if not isinstance(given, list) or not given:
        return {}, [problems.NO_NODES]
    if len(given) > MOST_NODES:
        return {}, [problems.TOO_MANY_NODES.format(most=MOST_NODES)]
    steps: list[tuple[str, Step, str]] = []
    found: list[Text] = []
    for place, raw in enumerate(given, start=1):
        read_step = _read_node(place, raw, found)
        if read_step is not None:
            steps.append(read_step)
    ids = [name for name, _, _ in steps]
    found += [
        problems.SAME_ID.format(node=name) for name in sorted({n for n in ids if ids.count(n) > 1})
    ]
    nodes = {}
    for place, (name, step, chosen) in enumerate(steps):
        following = ids[place + 1] if place + 1 < len(ids) else ""
        onward = (chosen or following) if step.falls_through else ""
        nodes[name] = Node(name, step, onward)
    return nodes, found


def _read_node(place: int, raw: object, found: list[Text]) -> tuple[str, Step, str] | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not raw["id"]:
        found.append(problems.NO_ID.format(place=place))
        return None
    name, chosen = raw["id"], raw.get("next", "")
    kinds = [key for key in raw if key not in _NODE_FIELDS]
    if len(name) > 60 or not isinstance(chosen, str):
        found.append(problems.NO_ID.format(place=place))
        return None
    if len(kinds) != 1:
        found.append(problems.ONE_KIND.format(node=name, known=", ".join(KINDS)))
        return None
    kind = kinds[0]
    if kind not in KINDS:
        found.append(problems.UNKNOWN_KIND.format(node=name, kind=kind, known=", ".join(KINDS)))
        return None
    try:
        return name, KINDS[kind].model_validate(raw[kind] or {}), chosen
    except ValidationError as error:
        found += problems.of_validation(error, name)
        return None

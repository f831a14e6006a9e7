"""Coupons in journeys: who can get one, giving them, and what letters say of them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from okaeri.deliver.types import RenderTask
from okaeri.foundation.text import Text
from okaeri.plan.actions.keys import message_key
from okaeri.plan.content.merge import merge_coupon
from okaeri.plan.content.words import Source
from okaeri.plan.domain.advance import Advanced, Taken
from okaeri.plan.journeys.step import GiveCoupon
from okaeri.plan.store.rows import Crowd
from okaeri.plan.store.walks import Move
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponFor, CouponView

# Merge fields.
COUPON, MY_PAGE = "coupon", "my_page"
NO_COUPON = Text(
    "この方に使えるクーポンがありません(使用済み・期限切れ・未配布)。",
    "This person has no coupon to use (used, over, or never given).",
)
WALK = "walk_id"
EXAMPLE_CODE = "ABCD-EFGH-JKMN-PQRS"


def give_coupons(moved: Iterable[tuple[Crowd, Advanced]], now: datetime) -> set[str]:
    """Give the coupons that steps asked for, in the caller's transaction, offer by offer.

    Gives the keys of those that are new: of two walks of one person in a batch one gets a coupon.
    """
    people: dict[str, list[CouponFor]] = {}
    for crowd, result in moved:
        for command in result.commands:
            if isinstance(command, GiveCoupon):
                people.setdefault(command.offer, []).extend(
                    CouponFor(
                        member.customer_id,
                        message_key(member.walk_id, command.node),
                        reason_of(member.walk_id),
                    )
                    for member in crowd.members
                )
    # In one order, so that two workers never wait for each other.
    given: set[str] = set()
    for offer in sorted(people):
        given |= rewards.issue_coupons(offer, people[offer], at=now)
    return given


def as_given(crowd: Crowd, result: Advanced, given: Set[str]) -> list[Move]:
    """Split a crowd by what its people were truly given, so that decisions say what happened."""
    gifts = {one.node: one.offer for one in result.commands if isinstance(one, GiveCoupon)}
    missed: dict[tuple[str, ...], list[int]] = {}
    for member in crowd.members:
        nodes = [one for one in gifts if message_key(member.walk_id, one) not in given]
        missed.setdefault(tuple(nodes), []).append(member.walk_id)
    return [
        Move(result.walk, [_told(one, nodes, gifts) for one in result.decisions], ids)
        for nodes, ids in missed.items()
    ]


def _told(taken: Taken, missed: Sequence[str], gifts: Mapping[str, str]) -> Taken:
    if taken.node not in missed or taken.why.get("code") != "coupon_given":
        return taken
    return Taken(taken.node, "skipped", {"code": "no_coupon", "offer": gifts[taken.node]})


def reason_of(walk_id: int) -> str:
    """Name what a walk's coupons are issued for."""
    return f"walk:{walk_id}"


class Gifts(NamedTuple):
    """What letters of a batch show of coupons: which need one, theirs by message, pages by customer."""

    shows_coupon: frozenset[int]
    coupons: Mapping[int, CouponView]
    pages: Mapping[int, str]

    def lacks_coupon(self, task: RenderTask) -> bool:
        """Tell whether a letter would show a coupon that nobody can use (any more)."""
        return task.message_id in self.shows_coupon and task.message_id not in self.coupons

    def values(self, task: RenderTask, currency: str) -> dict[str, Any]:
        """Give the merge fields of one letter."""
        coupon, page = self.coupons.get(task.message_id), self.pages.get(task.customer_id)
        return ({COUPON: merge_coupon(coupon, currency)} if coupon else {}) | (
            {MY_PAGE: page} if page else {}
        )


def gifts_of(
    tasks: Sequence[RenderTask], sources: Mapping[tuple[str, int], Source], base_url: str
) -> Gifts:
    """Load what these letters show, with a query only where one of them shows it."""
    editions = {(task.template_key, task.template_version) for task in tasks}
    known = [(edition, sources[edition]) for edition in editions if edition in sources]
    with_coupon = {edition for edition, source in known if source.uses(COUPON)}
    with_page = {edition for edition, source in known if source.uses(MY_PAGE)}
    showing = [one for one in tasks if (one.template_key, one.template_version) in with_coupon]
    people = {
        one.customer_id
        for one in tasks
        if one.customer_id > 0 and (one.template_key, one.template_version) in with_page
    }
    return Gifts(
        frozenset(one.message_id for one in showing),
        _coupons_of_walks(showing),
        rewards.my_page_links(people, base_url) if people else {},
    )


def _coupons_of_walks(tasks: Sequence[RenderTask]) -> dict[int, CouponView]:
    """Give message → the newest coupon of its walk that can be used now."""
    by_message = {
        task.message_id: reason_of(task.context[WALK])
        for task in tasks
        if isinstance(task.context.get(WALK), int)
    }
    found = rewards.coupons_issued_for(set(by_message.values())) if by_message else {}
    usable = {
        number: next((one for one in found.get(reason, ()) if one.is_usable and one.code), None)
        for number, reason in by_message.items()
    }
    return {number: one for number, one in usable.items() if one is not None}


def example_of_a_coupon() -> dict[str, Any]:
    """Give what a preview shows where nobody was given anything yet."""
    return {
        "name": "次回のお買い物に", "name_en": "For your next order", "code": EXAMPLE_CODE,
        "value": "10%引き", "value_en": "10% off", "valid_until": "2026年12月31日",
        "valid_until_en": "31 Dec 2026", "minimum": "", "conditions": "", "conditions_en": "",
    }  # fmt: skip


def gifts_in_preview(source: Source, customer_id: int, currency: str) -> dict[str, Any]:
    """Give his own newest usable coupon, or an example; the page's link is dead: staff are not he."""
    values: dict[str, Any] = {MY_PAGE: "#"}
    if source.uses(COUPON):
        mine = next((one for one in rewards.coupons_of(customer_id) if one.is_usable), None)
        values[COUPON] = merge_coupon(mine, currency) if mine else example_of_a_coupon()
        # Whoever may look at a letter may not therefore spend the coupon.
        values[COUPON]["code"] = EXAMPLE_CODE
    return values

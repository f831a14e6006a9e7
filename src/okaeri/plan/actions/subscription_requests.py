"""What people ask of their subscriptions: kept, ended, and told to them by mail in the same breath.

The mail is transactional: the person has just asked for it. Whether it can leave never decides whether
his wish counts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageRequest, RenderTask
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake import api as intake
from okaeri.intake.request_types import SubscriptionRequestView
from okaeri.plan.actions import edit
from okaeri.plan.content.merge import EXAMPLE_OF_A_WISH, merge_wish
from okaeri.plan.content.words import Source
from okaeri.plan.store import journeys as store

SOURCE_KIND = "subscription_request"
NOTICE = "subscription_notice"
# Merge fields.
WISH, PAGE = "subscription", "subscription_url"
_LIVE = timedelta(days=3)
_ID = "subscription_request_id"


def ask(
    customer_id: int,
    contract_id: int,
    kind: str,
    *,
    months: int,
    came_from: str,
    language: str,
    now: datetime,
) -> SubscriptionRequestView:
    """Keep what a person asks of his own contract, and send him a receipt; again changes nothing.

    Raises NotFoundError for a contract that is not his and InputError for what cannot be asked now.
    """
    parties = customers.parties_of([customer_id]).get(customer_id, ())
    with transaction.atomic():
        asked = intake.ask_of_subscription(
            parties,
            contract_id,
            kind,
            months=months,
            came_from=came_from,
            language=language,
            now=now,
        )
        if asked.is_new:
            _tell(asked.request, now)
    return asked.request


def end(request_id: int, *, is_declined: bool, by: str, note: str, now: datetime) -> bool:
    """Say that the cart has carried a wish out, or why it cannot, and tell the person.

    Gives whether this call ended it: a wish that had ended so is told to nobody again. Raises
    NotFoundError, and InputError where it ended otherwise or is declined without a reason.
    """
    with transaction.atomic():
        ended = intake.end_subscription_request(
            request_id, is_declined=is_declined, by=by, note=note, now=now
        )
        if ended.is_new:
            _tell(ended.request, now)
    return ended.is_new


def _tell(wish: SubscriptionRequestView, now: datetime) -> None:
    parties = [wish.party_id] if wish.party_id is not None else []
    owner = next(iter(customers.customers_of_parties(parties).values()), None)
    if owner is None:
        return
    if NOTICE not in store.template_heads():
        edit.install_template(NOTICE, now)
    head = store.template_heads()[NOTICE]
    request = MessageRequest(
        key=f"{SOURCE_KIND}:{wish.id}:{wish.status}",
        source_kind=SOURCE_KIND,
        source_id=wish.id,
        source_part=wish.status,
        customer_id=owner,
        channel=head.channel,
        content_kind="transactional",
        template_key=NOTICE,
        template_version=head.version,
        due_at=now,
        expires_at=now + _LIVE,
        context={_ID: wish.id},
    )
    deliver.submit([request], now)


class Wishes(NamedTuple):
    """What letters of a batch say of subscriptions: the wish by message, pages by customer."""

    by_message: Mapping[int, SubscriptionRequestView]
    pages: Mapping[int, str]
    zone: ZoneInfo

    def values(self, task: RenderTask) -> dict[str, Any]:
        """Give the merge fields of one letter."""
        wish, page = self.by_message.get(task.message_id), self.pages.get(task.customer_id)
        found: dict[str, Any] = {WISH: merge_wish(wish, self.zone)} if wish else {}
        return found | ({PAGE: page} if page else {})


def wishes_of(
    tasks: Sequence[RenderTask],
    sources: Mapping[tuple[str, int], Source],
    base_url: str,
    secret: str,
) -> Wishes:
    """Load what these letters say of wishes, with a query only where one of them tells of a wish."""
    asked = {task.message_id: task.context.get(_ID) for task in tasks}
    found = (
        intake.find_subscription_requests({n for n in asked.values() if n})
        if any(asked.values())
        else {}
    )
    linking = {edition for edition, source in sources.items() if source.uses(PAGE)}
    people = {
        task.customer_id
        for task in tasks
        if task.customer_id > 0 and (task.template_key, task.template_version) in linking
    }
    return Wishes(
        {message: found[number] for message, number in asked.items() if number in found},
        {one: customers.subscription_link(one, base_url, secret) for one in people},
        load(ShopProfile).zone,
    )


def wishes_in_preview() -> dict[str, Any]:
    """Give an example; the page's link is dead: staff are not he."""
    return {WISH: EXAMPLE_OF_A_WISH, PAGE: "#"}

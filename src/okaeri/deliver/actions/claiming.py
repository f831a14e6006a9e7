"""The claim: one short transaction that decides about due messages and takes those that may go.

Any error in here rolls the claim back, so that without complete facts nothing is sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from time import time
from zoneinfo import ZoneInfo

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.preference_types import NO_WISHES, TopicRules
from okaeri.customers.types import ContactPointView
from okaeri.deliver.actions.rendering import OLDEST
from okaeri.deliver.domain import policy
from okaeri.deliver.domain.token import one_click_url, unsubscribe_token, unsubscribe_url
from okaeri.deliver.models import Content
from okaeri.deliver.store import brakes, claims, locks, strangers
from okaeri.deliver.types import ContactRules, InFollow, Links, NoSellingTo, Outgoing
from okaeri.foundation.settings import ShopProfile, load, load_strictly
from okaeri.insight import api as insight

# Longer than the slowest single message may take (600 s after the final dot and what precedes it);
# renewed while the batch goes on.
LEASE = timedelta(minutes=20)
_LOOK_BACK = timedelta(days=31)
# A step that left for one id of a person is not repeated for another one within this time.
_SAME_STEP = timedelta(days=90)
# Asked id → all ids of that person, the live one first.
Families = Mapping[int, tuple[int, ...]]
# Step → for which id and to which address it left.
Steps = dict[claims.Step, set[tuple[int, str]]]
_NOBODY = policy.PersonFacts(
    address="",
    consent="none",
    suppressed_because="",
    marketing_days=(),
    sales_days=(),
    stage="",
    is_lapsed=False,
    first_purchase_on=None,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim did: the messages to send now, and how many it held or ended."""

    outgoing: list[Outgoing]
    set_aside: int


def wall_clock() -> datetime:
    """Give the machine's instant: leases are about processes, not about the shop's time."""
    return datetime.fromtimestamp(time(), UTC)


def anybody_may_be_sold_to(_customer_ids: Collection[int]) -> frozenset[int]:
    """Answer for a shop that asks nobody how content he is."""
    return frozenset()


def nobody_is_followed(_customer_ids: Collection[int]) -> frozenset[int]:
    """Answer for a shop without journeys."""
    return frozenset()


def claim_due(
    channel: str,
    worker: str,
    links: Links,
    now: datetime,
    no_selling_to: NoSellingTo = anybody_may_be_sold_to,
    in_follow: InFollow = nobody_is_followed,
) -> Claim:
    """Claim one batch of due messages of `channel` for `worker`."""
    rules, shop = load_strictly(ContactRules), load(ShopProfile)
    with transaction.atomic():
        # 1. From here no pause can be committed until this claim is; a pause that was is seen.
        locks.share_sending()
        if brakes.find_state(brakes.SENDING, now).is_paused:
            return Claim([], 0)
        # 2. Lock the rows; those another worker holds are passed over.
        due = claims.lock_due(channel, now, rules.batch_size)
        if not due:
            return Claim([], 0)
        old = {one.id for one in due if one.rendered_at and one.rendered_at < now - OLDEST}
        claims.ask_for_words(old)
        due = [one for one in due if one.id not in old]
        if not due:
            return Claim([], len(old))
        # 3. Lock the people: two workers with two messages to one person decide one after the
        #    other, and an unsubscribe is either seen here or waits for us and then calls back.
        locks.lock_people(number for ids in _families(due).values() for number in ids)
        # 4. Only now read what the policy needs; on PostgreSQL each statement sees what was
        #    committed before it began.
        families = _families(due)
        zone = shop.zone
        people = _facts(due, families, channel, zone, now, no_selling_to)
        _add_asked(people, due, families, rules, zone, now)
        _add_followed(people, due, families, in_follow)
        # 5. Decide one by one: what is claimed counts for the next message to the same person.
        addresses = _decide_all(due, families, people, rules, shop, now)
        # 6. Write the claims; the commit is durable before the first byte leaves.
        claims.mark_claimed(addresses, worker=worker, lease_until=wall_clock() + LEASE, now=now)
    taken = [message for message in due if message.id in addresses]
    return Claim(_outgoing(taken, addresses, links), len(old) + len(due) - len(taken))


def _families(due: Sequence[claims.Due]) -> Families:
    """A person's caps, wishes and steps are counted over all of his ids."""
    asked = {message.customer_id for message in due}
    known = customers.families_of(asked)
    return {number: known.get(number, (number,)) for number in asked}


def _facts(
    due: Sequence[claims.Due],
    families: Families,
    channel: str,
    zone: ZoneInfo,
    now: datetime,
    no_selling_to: NoSellingTo,
) -> dict[int, policy.PersonFacts]:
    """Give live id → what is known of the person."""
    all_ids = {ids[0]: ids for ids in families.values()}
    everyone = set(all_ids)
    points = customers.list_contact_points(everyone, channel)
    points |= strangers.points_of(everyone, channel)
    sent = claims.list_marketing_sent(
        {number for ids in all_ids.values() for number in ids}, now - _LOOK_BACK
    )
    buyers = {families[m.customer_id][0] for m in due if m.content_kind == policy.SALES}
    stages = _stages(buyers)
    buyer_ids = {number for buyer in buyers for number in all_ids[buyer]}
    unhappy = no_selling_to(buyer_ids) if buyers else frozenset()
    asked = customers.list_preferences(everyone)
    facts = {}
    for customer_id in everyone:
        history = [one for number in all_ids[customer_id] for one in sent.get(number, ())]
        sales = [sent for sent in history if sent.content_kind == policy.SALES]
        stage, is_lapsed, first_on = stages.get(customer_id, ("", False, None))
        facts[customer_id] = replace(
            _reachable(points.get(customer_id)),
            marketing_days=_days(history, zone),
            sales_days=_days(sales, zone),
            stage=stage,
            is_lapsed=is_lapsed,
            first_purchase_on=first_on,
            has_open_complaint=not unhappy.isdisjoint(all_ids[customer_id]),
            wishes=asked[customer_id].wishes if customer_id in asked else NO_WISHES,
        )
    return facts


def _add_asked(
    people: dict[int, policy.PersonFacts],
    due: Sequence[claims.Due],
    families: Families,
    rules: ContactRules,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """Add when those who are to be asked were asked last, under whichever of their ids."""
    asked = [families[message.customer_id] for message in due if message.asks]
    asking = {number: ids[0] for ids in asked for number in ids}
    if not asking:
        return
    for number, at in claims.list_asked(asking, now - timedelta(days=rules.survey_days + 1)):
        person, day = people[asking[number]], at.astimezone(zone).date()
        people[asking[number]] = replace(person, asked_on=max(day, person.asked_on or day))


def _add_followed(
    people: dict[int, policy.PersonFacts],
    due: Sequence[claims.Due],
    families: Families,
    in_follow: InFollow,
) -> None:
    """Add which first-time buyers, of those to be sold to, are still cared for under any of their ids."""
    buyers = {families[one.customer_id] for one in due if one.content_kind == policy.SALES}
    first = {number: ids[0] for ids in buyers if people[ids[0]].stage == "first" for number in ids}
    for number in in_follow(first) if first else ():
        people[first[number]] = replace(people[first[number]], has_open_follow=True)


def _reachable(point: ContactPointView | None) -> policy.PersonFacts:
    if point is None:
        return _NOBODY
    return replace(
        _NOBODY,
        address=point.address,
        consent=point.consent,
        suppressed_because=point.suppressed_because,
    )


def _days(messages: Sequence[claims.Sent], zone: ZoneInfo) -> list[date]:
    return [message.claimed_at.astimezone(zone).date() for message in messages]


def _stages(customer_ids: set[int]) -> dict[int, tuple[str, bool, date | None]]:
    """Stage, lapsed, first purchase. Insight is as of last night: somebody whose first purchase is
    younger than that is a first-time buyer already, so the purchases themselves are asked too.
    """
    if not customer_ids:
        return {}
    insights = insight.list_insights(customer_ids)
    histories = customers.purchase_history(customer_ids)
    stages: dict[int, tuple[str, bool, date | None]] = {}
    for customer_id, known in insights.items():
        days = sorted({p.ordered_on for p in histories.get(customer_id, ()) if p.is_purchase})
        first_on = days[0] if days else known.first_on
        if len(days) == 1 and not known.is_lapsed:
            stages[customer_id] = ("first", False, first_on)
        else:
            stages[customer_id] = (str(known.stage), known.is_lapsed, first_on)
    return stages


def _decide_all(
    due: Sequence[claims.Due],
    families: Families,
    people: dict[int, policy.PersonFacts],
    rules: ContactRules,
    shop: ShopProfile,
    now: datetime,
) -> dict[int, str]:
    zone = shop.zone
    about = policy.ShopFacts(
        zone=zone,
        has_sender_details=bool(shop.postal_address.strip()),
        topics=frozenset(topic.key for topic in load(TopicRules).topic_list()),
    )
    today = now.astimezone(zone).date()
    addresses: dict[int, str] = {}
    waits: dict[int, tuple[datetime, str]] = {}
    ended: dict[int, str] = {}
    steps = _steps_of_others(families, now)
    for message in due:
        ids = families[message.customer_id]
        if _is_doubled(message, ids, people[ids[0]].address, steps):
            ended[message.id] = "merged_double"
            continue
        person = people[ids[0]]
        candidate = policy.Candidate(
            message.key, message.content_kind, message.expires_at, message.topic, message.asks
        )
        decision = policy.decide(candidate, person, about, rules, now)
        if isinstance(decision, policy.Hold):
            waits[message.id] = (decision.until, decision.reason)
        elif isinstance(decision, policy.Suppress):
            ended[message.id] = decision.reason
        else:
            addresses[message.id] = person.address
            people[ids[0]] = _after(person, message, today)
            steps.setdefault(message.step, set()).add((message.customer_id, person.address))
    claims.hold(waits, now)
    claims.suppress(ended, now)
    return addresses


def _steps_of_others(families: Families, now: datetime) -> Steps:
    """Give the steps that left for people who have, or had for a while, several ids."""
    several = {number for ids in families.values() if len(ids) > 1 for number in ids}
    several |= customers.once_joined(families)
    return claims.list_steps_sent(several, now - _SAME_STEP) if several else {}


def _is_doubled(message: claims.Due, ids: tuple[int, ...], address: str, steps: Steps) -> bool:
    """Tell whether the person had this step under another id, or at this address while two were one."""
    return any(
        number != message.customer_id and (number in ids or to == address)
        for number, to in steps.get(message.step, ())
    )


def _after(person: policy.PersonFacts, message: claims.Due, today: date) -> policy.PersonFacts:
    if message.asks:
        person = replace(person, asked_on=today)
    if message.content_kind == policy.TRANSACTIONAL:
        return person
    is_sales = message.content_kind == policy.SALES
    sales = [*person.sales_days, today] if is_sales else person.sales_days
    return replace(person, marketing_days=[*person.marketing_days, today], sales_days=sales)


def _outgoing(
    taken: Sequence[claims.Due], addresses: Mapping[int, str], links: Links
) -> list[Outgoing]:
    words = claims.contents_of(addresses)
    profiles = customers.list_profiles({message.customer_id for message in taken})
    names = {customer_id: profile.full_name for customer_id, profile in profiles.items()}
    return [
        _one(message, words[message.id], addresses[message.id], names, links) for message in taken
    ]


def _one(
    message: claims.Due, words: Content, address: str, names: Mapping[int, str], links: Links
) -> Outgoing:
    token = unsubscribe_token(links.secret, message.id, message.key, message.customer_id)
    return Outgoing(
        message_id=message.id,
        key=message.key,
        customer_id=message.customer_id,
        address=address,
        recipient_name=names.get(message.customer_id, ""),
        content_kind=message.content_kind,
        subject=words.subject,
        body_text=words.body_text,
        body_html=words.body_html,
        unsubscribe_url=unsubscribe_url(links.base_url, token),
        unsubscribe_post_url=one_click_url(links.base_url, token),
        preferences_url=customers.preference_link(
            message.customer_id, links.base_url, links.secret
        ),
    )

"""Switching journeys on and off."""

from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import ContactRules
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.measure import api as measure
from okaeri.measure.types import ExperimentView
from okaeri.plan.actions.coupons import COUPON
from okaeri.plan.actions.keys import LONGEST_GRACE, SOURCE_KIND, pending_keys
from okaeri.plan.actions.offers import LIKE_VIEWED, RECOMMENDED
from okaeri.plan.actions.segments import segment_of
from okaeri.plan.domain.claims import asks_for_review, claims_in
from okaeri.plan.domain.lint import (
    lint_attributes,
    lint_claims,
    lint_coupon_offers,
    lint_coupons,
    lint_definition,
    lint_offers,
    lint_picked_reviews,
    lint_segments,
)
from okaeri.plan.journeys.definition import CartTrigger, Definition, SegmentTrigger
from okaeri.plan.models import Journey
from okaeri.plan.store import journeys as store
from okaeri.plan.store.walks import end_walks, hold_walks
from okaeri.plan.types import CartRules, DefinitionError
from okaeri.rewards import api as rewards

_NO_JOURNEY = Text("シナリオ「{key}」は存在しません。", 'There is no journey "{key}".')

_NO_CART_PAGE = Text(
    "カートを開くアドレスがまだありません。設定の「配信の決まり」で入れてください。",
    "The address that opens the cart is missing; give it in the settings under Contact rules.",
)


def find_journey(key: str) -> Journey:
    """Give the row of a journey or raise NotFoundError."""
    journey = Journey.objects.filter(key=key).first()
    if journey is None:
        raise NotFoundError(_NO_JOURNEY.format(key=key))
    return journey


def lint(definition: Definition) -> list[Text]:
    """Give what forbids this definition to go live: unknown contents, selling too early, bold claims."""
    kinds = {key: head.content_kind for key, head in store.template_heads().items()}
    words = store.newest_words()
    guard_days = load(ContactRules).first_sales_after_days
    found = [
        *lint_definition(definition, kinds, guard_days),
        *lint_offers(definition, store.templates_mentioning((RECOMMENDED, LIKE_VIEWED))),
        *lint_segments(definition, {one.id for one in insight.list_segments()}),
        *lint_coupon_offers(definition, rewards.open_offers(definition.coupon_offers)),
        *lint_claims(definition, {key: claims_in(text) for key, text in words.items()}),
        *lint_picked_reviews(definition, {key for key in words if asks_for_review(words[key])}),
        *lint_schema(definition),
    ]
    if isinstance(definition.trigger, CartTrigger) and not load(CartRules).leads_somewhere:
        found.append(_NO_CART_PAGE)
    return found


def lint_schema(definition: Definition) -> list[Text]:
    """Give what a draft must not have either: conditions on attributes the shop does not keep,
    letters that show a coupon nobody was given.
    """
    return [
        *lint_attributes(definition, customers.list_attributes()),
        *lint_coupons(definition, store.templates_mentioning((COUPON,))),
    ]


def activate(key: str, *, now: datetime, holdout_share: float | None = None) -> None:
    """Let a journey live from `now`: only later orders start it.

    Its experiment begins here and goes on over pauses; one that has ended is followed by a new one,
    with a new key and so with new arms.
    """
    with transaction.atomic():
        journey = find_journey(key)
        if journey.status == Journey.Status.LIVE:
            return
        version = store.newest_versions([journey.id])[journey.id]
        definition = store.definition_of(version.id, version.source)
        found = lint(definition)
        if found:
            raise DefinitionError(found[0])
        header = definition.header
        running = running_experiment(journey)
        share = running.holdout_share if running else header.holdout
        experiment = measure.ensure_experiment(
            key=running.key if running else _new_key(journey),
            name=header.name.as_text(),
            hypothesis=header.hypothesis.as_text(),
            holdout_share=share if holdout_share is None else holdout_share,
            window_days=header.window_days,
            source_kind=SOURCE_KIND,
            source_id=journey.id,
            started_at=now,
        )
        if isinstance(definition.trigger, SegmentTrigger):
            segment_of(definition.trigger)
            journey.segment_cursor = insight.latest_segment_change()
        if journey.live_since is None:
            # What is already known happened before; nobody is enrolled for the past.
            journey.cursor = intake.latest_change_no()
            journey.event_cursor = journey.events_seen = intake.latest_event_change()
        journey.status = Journey.Status.LIVE
        journey.live_since = now
        journey.scanned_on = None
        journey.experiment_id = experiment.id
        journey.save()


def running_experiment(journey: Journey) -> ExperimentView | None:
    """Give the experiment that a journey feeds, None before its first start or after its end."""
    if journey.experiment_id is None:
        return None
    experiment = measure.get_experiment(journey.experiment_id)
    return experiment if experiment.ended_at is None else None


def _new_key(journey: Journey) -> str:
    """Name the journey's next experiment: the key is the salt, so nobody inherits an arm."""
    mine = (SOURCE_KIND, journey.id)
    earlier = sum((one.source_kind, one.source_id) == mine for one in measure.list_experiments())
    return f"journey:{journey.key}:{earlier + 1}" if earlier else f"journey:{journey.key}"


def pause(key: str, now: datetime) -> None:
    """Stop a journey: nobody enters or moves, and what has not left is withdrawn.

    People keep their place; steps whose time passes meanwhile are dropped when it goes live again.
    """
    with transaction.atomic():
        journey = find_journey(key)
        if journey.status != Journey.Status.LIVE:
            return
        Journey.objects.filter(id=journey.id).update(status=Journey.Status.PAUSED)
        # A worker that moves people just now still asks for their letters: wait, then call them back.
        hold_walks(journey.id)
        keys = pending_keys(journey_id=journey.id, since=now - LONGEST_GRACE)
        deliver.withdraw(keys, "withdrawn", now)


def finish(key: str, now: datetime) -> None:
    """End a journey for good, with its experiment and every walk that is still going on.

    Going live again asks the question anew, of new people.
    """
    with transaction.atomic():
        pause(key, now)
        journey = find_journey(key)
        end_walks(journey.id, "stopped", now)
        running = running_experiment(journey)
        if running:
            measure.end_experiment(running.id, now)

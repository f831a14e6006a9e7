"""What pages see of journeys: flows with head counts, decisions in words."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Q, QuerySet

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation.keyset import Before, window
from okaeri.foundation.text import Text
from okaeri.measure import api as measure
from okaeri.measure.types import ExperimentView
from okaeri.plan.actions.keys import SOURCE_KIND
from okaeri.plan.actions.segments import name_of
from okaeri.plan.domain.advertising import advertising_in
from okaeri.plan.domain.lint import asked_attributes
from okaeri.plan.domain.reasons import put_into_words
from okaeri.plan.journeys.definition import (
    CartTrigger,
    Definition,
    FormTrigger,
    PurchaseTrigger,
    RunOutTrigger,
    SegmentTrigger,
)
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.models import Decision, Enrolment, Journey, JourneyVersion, Template
from okaeri.plan.names import names_of_attributes, names_of_segments, names_of_templates
from okaeri.plan.store import journeys as store
from okaeri.plan.store import kept_out
from okaeri.plan.types import DecisionView, EnrolmentView, Goal, JourneyView, NodeView, TemplateView

_BY_PURCHASE = Text("{n}回目の購入", "Purchase number {n}")
_BY_FORM = Text("フォーム「{form}」の申し込み", 'Entry of the form "{form}"')
_BY_ANY_FORM = {
    "": Text("フォームの申し込み", "Entry of any form"),
    "signup": Text("お知らせの登録", "Sign-up for news"),
    "document": Text("資料請求", "Request of a document"),
    "popup": Text("ポップアップの申し込み", "Entry of a pop-up"),
}
_BY_CART = Text("カートを残して{n}時間", "{n} hours after a cart was left")
_BY_RUN_OUT = Text("使い切り予定日の{n}日前", "{n} days before a product runs out")
_BY_RUN_OUT_OF = Text("商品 {sku} の使い切り予定日の{n}日前", "{n} days before {sku} runs out")
_BY_SEGMENT = Text("セグメント「{segment}」に入った時", 'Coming into the segment "{segment}"')
_BY_RECENCY = Text("最後の購入から{n}日", "{n} days since the last purchase")


def view_journeys(journeys: Iterable[Journey]) -> list[JourneyView]:
    """Give journeys with the counts of all their walks."""
    rows = list(journeys)
    newest = store.newest_versions(row.id for row in rows)
    template_names = names_of_templates()
    return [_view(row, newest[row.id], template_names) for row in rows]


def _view(journey: Journey, version: JourneyVersion, names: dict[str, Text]) -> JourneyView:
    definition = store.definition_of(version.id, version.source)
    header = definition.header
    experiment = measure.get_experiment(journey.experiment_id) if journey.experiment_id else None
    running = experiment if experiment and experiment.ended_at is None else None
    heads = Enrolment.objects.filter(journey_id=journey.id).aggregate(
        entered=Count("id"),
        active=Count("id", filter=Q(state=Enrolment.State.ACTIVE)),
        held_out=Count("id", filter=Q(arm="holdout")),
        reached_goal=Count("id", filter=Q(exit_reason="goal")),
    )
    return JourneyView(
        id=journey.id,
        key=journey.key,
        name=header.name.as_text(),
        purpose=header.purpose.as_text(),
        status=journey.status,
        version=version.number,
        trigger=_trigger(definition),
        goal=Goal(header.goal),
        holdout_share=_holdout(journey, running, definition),
        experiment_key=experiment.key if experiment else "",
        is_measured=running is not None,
        entered=heads["entered"],
        active=heads["active"],
        held_out=heads["held_out"],
        is_full_price_test=header.full_price_test,
        has_costly_perks=header.costly_perks,
        kept_out=kept_out.count(journey.id),
        reached_goal=heads["reached_goal"],
        nodes=_nodes(journey.id, definition, names),
        source=version.source,
        live_since=journey.live_since,
    )


def _trigger(definition: Definition) -> Text:
    trigger = definition.trigger
    if isinstance(trigger, PurchaseTrigger):
        return _BY_PURCHASE.format(n=trigger.number)
    if isinstance(trigger, FormTrigger):
        return _BY_FORM.format(form=trigger.key) if trigger.key else _BY_ANY_FORM[trigger.form_kind]
    if isinstance(trigger, CartTrigger):
        return _BY_CART.format(n=trigger.idle_hours)
    if isinstance(trigger, RunOutTrigger):
        words = _BY_RUN_OUT_OF if trigger.sku else _BY_RUN_OUT
        return words.format(n=trigger.lead_days, sku=trigger.sku)
    if isinstance(trigger, SegmentTrigger):
        name = name_of(trigger)
        return Text(_BY_SEGMENT.ja.format(segment=name.ja), _BY_SEGMENT.en.format(segment=name.en))
    return _BY_RECENCY.format(n=trigger.days)


def _holdout(journey: Journey, running: ExperimentView | None, definition: Definition) -> float:
    """Give the share left out now; for a journey that stands still, what its next start proposes."""
    if running is not None:
        return running.holdout_share
    return 0.0 if journey.status == Journey.Status.LIVE else definition.header.holdout


def _nodes(journey_id: int, definition: Definition, names: dict[str, Text]) -> tuple[NodeView, ...]:
    here = _here(journey_id)
    waits = [name for name, node in definition.nodes.items() if node.step.kind == "wait"]
    passed = _passed(journey_id, waits)
    messages = deliver.counts_by_part(SOURCE_KIND, journey_id)
    views = []
    for name, node in definition.nodes.items():
        step = node.step
        keys = step.templates if isinstance(step, Send) else ()
        template = step.template if isinstance(step, Send) else ""
        views.append(
            NodeView(
                id=name,
                kind=step.kind,
                label=names.get(template) or step.label(),
                next=node.arrows,
                here=here[name],
                passed=passed[name] - here[name] if step.kind == "wait" else passed[name],
                messages=messages.get(name, {}),
                template_key=template,
                contents=tuple((key, names.get(key) or Text(key, key)) for key in keys),
                has_variants=isinstance(step, Send) and bool(step.variants),
            )
        )
    return tuple(views)


def _here(journey_id: int) -> Counter[str]:
    rows = (
        Enrolment.objects.filter(journey_id=journey_id, state=Enrolment.State.ACTIVE)
        .values_list("node")
        .annotate(people=Count("id"))
    )
    return Counter(dict(rows))


def _passed(journey_id: int, waits: Sequence[str]) -> Counter[str]:
    """Count people who came to each node: one decision at least stands for each of them.

    Whoever begins at a wait comes to it by the decision that let him in.
    """
    rows = (
        Decision.objects.filter(enrolment__journey_id=journey_id)
        .exclude(Q(action="entered") & ~Q(node__in=waits))
        .exclude(
            action="exited", enrolment__exit_reason__in=("goal", "order_cancelled", "time_over")
        )
        .values_list("node")
        .annotate(people=Count("enrolment_id", distinct=True))
    )
    return Counter(dict(rows))


def view_templates() -> list[TemplateView]:
    """Give the newest version of every template, by key."""
    newest = {row.key: row for row in Template.objects.order_by("version")}
    return [
        TemplateView(
            key=row.key,
            version=row.version,
            channel=row.channel,
            content_kind=row.content_kind,
            name=Text.from_json(row.name),
            subject=row.subject,
            body_text=row.body_text,
            body_html=row.body_html,
            advertising=advertising_in(row.content_kind, row.subject, row.body_text, row.body_html),
        )
        for _, row in sorted(newest.items())
    ]


def view_decisions(customer_id: int | None, limit: int) -> list[DecisionView]:
    """Give the newest decisions first, of one person (all his ids) or of everybody."""
    rows = Decision.objects.order_by("-id")
    if customer_id is not None:
        rows = rows.filter(enrolment__customer_id__in=_ids_of(customer_id))
    return _decision_views(rows[:limit])


def view_decisions_before(
    customer_ids: Collection[int], before: Before | None, limit: int, *, without: Collection[str]
) -> list[DecisionView]:
    """Give a person's newest decisions older than `before` (instant, id), actions `without` left out."""
    rows = Decision.objects.filter(enrolment__customer_id__in=customer_ids)
    return _decision_views(window(rows.exclude(action__in=without), "decided_at", before, limit))


def _decision_views(rows: QuerySet[Decision]) -> list[DecisionView]:
    names = {**names_of_templates(), **names_of_attributes(), **names_of_segments()}
    return [
        DecisionView(
            journey_key=row.enrolment.journey.key,
            journey_name=_name(row.enrolment.version),
            customer_id=row.enrolment.customer_id,
            node=row.node,
            action=row.action,
            why=put_into_words(row.reason, names),
            decided_at=row.decided_at,
            id=row.id,
        )
        for row in rows.select_related("enrolment__journey", "enrolment__version")
    ]


def view_enrolments(customer_id: int) -> list[EnrolmentView]:
    """Give all walks of one person, whichever of his ids they stand on, newest first."""
    rows = (
        Enrolment.objects.filter(customer_id__in=_ids_of(customer_id))
        .select_related("journey", "version")
        .order_by("-entered_at", "-id")
    )
    return [
        EnrolmentView(
            id=row.id,
            journey_key=row.journey.key,
            journey_name=_name(row.version),
            version=row.version.number,
            arm=row.arm,
            node=row.node,
            state=row.state,
            anchor_on=row.anchor_on,
            due_at=row.due_at,
            entered_at=row.entered_at,
            ended_at=row.ended_at,
            why=_ending(row),
        )
        for row in rows
    ]


def live_journeys_asking(attribute: str) -> list[tuple[str, Text]]:
    """Give (key, name) of live journeys that branch on an attribute, in any edition still walked."""
    live = Journey.objects.filter(status=Journey.Status.LIVE)
    walked = Enrolment.objects.filter(journey__in=live, state=Enrolment.State.ACTIVE)
    editions = {v.pk: v for v in store.newest_versions(j.pk for j in live).values()}
    versions = JourneyVersion.objects.filter(id__in=walked.values("version_id").distinct())
    editions |= {version.pk: version for version in versions}
    keys = {journey.pk: journey.key for journey in live}
    return sorted(
        {
            (keys[version.journey_id], _name(version))
            for version in editions.values()
            if attribute in asked_attributes(store.definition_of(version.pk, version.source))
        },
        key=lambda pair: pair[0],
    )


def left_out(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those of these people whom an experiment under way leaves out on purpose."""
    families = customers.families_of(customer_ids)
    walks = Enrolment.objects.filter(state=Enrolment.State.ACTIVE, arm="holdout")
    out = set(walks.values_list("customer_id", flat=True))
    return frozenset(asked for asked, ids in families.items() if not out.isdisjoint(ids))


def in_care(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those of these people whom a journey has under way, under whichever of their numbers."""
    families = customers.families_of(customer_ids)
    numbers = sorted({number for ids in families.values() for number in ids})
    walks = Enrolment.objects.filter(state=Enrolment.State.ACTIVE, customer_id__in=numbers)
    walking = set(walks.values_list("customer_id", flat=True))
    return frozenset(asked for asked, ids in families.items() if not walking.isdisjoint(ids))


def _ids_of(customer_id: int) -> tuple[int, ...]:
    return customers.ids_of(customer_id) or (customer_id,)


def _ending(row: Enrolment) -> Text:
    if not row.exit_reason:
        return Text("", "")
    last = Decision.objects.filter(enrolment_id=row.id, action="exited").order_by("-id").first()
    return put_into_words(last.reason if last else {"code": row.exit_reason}, {})


def _name(version: JourneyVersion) -> Text:
    return Text.from_json(version.definition["name"])

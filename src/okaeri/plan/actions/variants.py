"""One step, several contents by segment: drafted without YAML, and measured each on its own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import yaml
from django.db import transaction

from okaeri.deliver import api as deliver
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api as insight
from okaeri.measure import api as measure
from okaeri.plan.actions.edit import save_definition
from okaeri.plan.actions.for_segment import templates_of
from okaeri.plan.actions.keys import SOURCE_KIND
from okaeri.plan.actions.render import preview_for
from okaeri.plan.actions.switch import find_journey, lint
from okaeri.plan.content.words import Source, check_source
from okaeri.plan.domain.advertising import OFFER_FIELDS
from okaeri.plan.domain.lint import lint_segments
from okaeri.plan.domain.variants import variant_steps
from okaeri.plan.journeys import problems
from okaeri.plan.journeys.definition import parse
from okaeri.plan.journeys.reading import read_yaml
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.models import Journey, Template
from okaeri.plan.store import journeys as store
from okaeri.plan.types import ContentDraft, DefinitionError

_OWN = "own_"
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_NO_STEP = Text(
    "シナリオに、メッセージを送る手順「{node}」がありません。",
    'The journey has no step "{node}" that sends a message.',
)
_TWO_LANGUAGES = Text(
    "文面の名前は、日本語と英語の両方を入れてください。",
    "Name the content in Japanese and in English.",
)
_NO_WORDS = Text("件名と本文を入れてください。", "Write a subject and a body.")
_OWN_HTML = Text(
    "この文面には専用のHTMLがあります。本文だけを変えるとHTMLと食い違うので、写しを作って編集してください。",
    "This content has HTML of its own, which a change of the text would contradict; edit a copy.",
)
_LIVE = Text(
    "稼働中のシナリオ「{journey}」で使えなくなります。",
    'The live journey "{journey}" could not use it any more.',
)
_OFFER = Text(
    "取引の文面は同意のない方にも届くため、クーポンや商品のおすすめ({field})は入れられません。"
    "販促の文面に入れてください。",
    "A transactional content also reaches people who did not agree to advertising, so it cannot carry "
    "an offer ({field}); put it into a sales content.",
)
_KINDS = Text("種類は、お役立ちか販促を選んでください。", "Choose useful or sales.")


def find_step(key: str, node: str) -> Send:
    """Give a step of a journey's newest edition that sends, or raise NotFoundError."""
    journey = find_journey(key)
    version = store.newest_versions([journey.id])[journey.id]
    found = store.definition_of(version.id, version.source).nodes.get(node)
    if found is None or not isinstance(found.step, Send):
        raise NotFoundError(_NO_STEP.format(node=node))
    return found.step


def save_variants(
    key: str, node: str, lines: Sequence[tuple[int, str]], default: str, now: datetime
) -> None:
    """Keep a new edition whose step gives each segment, in this order, its content.

    DefinitionError for a segment or content that is not there; people on their way keep their edition.
    """
    find_step(key, node)
    journey = find_journey(key)
    document = read_yaml(store.newest_versions([journey.id])[journey.id].source)
    step = next(one for one in document["nodes"] if one["id"] == node)["send"]
    step["template"] = default
    step.pop("variants", None)
    if lines:
        step["variants"] = [{"segment": number, "template": name} for number, name in lines]
    source = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    _check(source, node)
    save_definition(source, now)


def _check(source: str, node: str) -> None:
    """Refuse in a draft already what could never be sent."""
    definition = parse(source)
    found = lint_segments(definition, {one.id for one in insight.list_segments()})
    known = store.template_heads()
    step = definition.nodes[node].step
    found += [
        problems.UNKNOWN_TEMPLATE.format(node=node, template=template)
        for template in (step.templates if isinstance(step, Send) else ())
        if template not in known
    ]
    if found:
        raise DefinitionError(found[0])


def save_content(draft: ContentDraft, now: datetime) -> str:
    """Keep a content under its key as a new version, or under a key of its own; gives the key.

    What a content is for stays as it was made: a journey was checked by it when it began.
    """
    if not (draft.name.ja.strip() and draft.name.en.strip()):
        raise InputError(_TWO_LANGUAGES)
    if not (draft.subject.strip() and draft.body_text.strip()):
        raise InputError(_NO_WORDS)
    with transaction.atomic():
        before = Template.objects.filter(key=draft.key).order_by("-version").first()
        kind = before.content_kind if before else draft.content_kind
        if kind not in Template.ContentKind.values or (not before and kind == "transactional"):
            raise InputError(_KINDS)
        key = before.key if before else _new_key()
        html = before.body_html if before else ""
        if before and html and draft.body_text != before.body_text:
            raise InputError(_OWN_HTML)
        source = Source(key, draft.subject, draft.body_text, html)
        _check_kind(kind, source)
        _check_words(source)
        known = _problems_of_live(key)
        Template.objects.create(
            key=key,
            version=before.version + 1 if before else 1,
            channel=before.channel if before else "email",
            content_kind=kind,
            topic=before.topic if before else "",
            name=draft.name.as_json(),
            subject=draft.subject,
            body_text=draft.body_text,
            body_html=html,
            created_at=now,
        )
        _refuse_new_problems(known, _problems_of_live(key))
    return key


def _problems_of_live(template: str) -> dict[str, list[Text]]:
    """Give live journey → what its newest edition, which sends this content, does wrong now."""
    return {
        key: lint(definition)
        for key, status, definition in store.all_definitions()
        if status == Journey.Status.LIVE and template in templates_of(definition)
    }


def _refuse_new_problems(
    before: Mapping[str, Sequence[Text]], after: Mapping[str, Sequence[Text]]
) -> None:
    """Refuse a content that would hurt what is live; what was wrong without it hinders nobody."""
    for key, problems_now in after.items():
        new = [one for one in problems_now if one not in before.get(key, ())]
        if new:
            where = _LIVE.format(journey=key)
            raise DefinitionError(Text(f"{where.ja}{new[0].ja}", f"{where.en} {new[0].en}"))


def _check_kind(kind: str, source: Source) -> None:
    offered = next((field for field in OFFER_FIELDS if source.uses(field)), None)
    if kind == Template.ContentKind.TRANSACTIONAL and offered:
        raise InputError(_OFFER.format(field=offered))


def _check_words(source: Source) -> None:
    """Compile a content and try it on somebody: a field that is nowhere would leave people without it."""
    check_source(source)
    anybody = insight.list_customers(limit=1).rows
    if anybody:
        preview_for(source, anybody[0].customer_id)


def _new_key() -> str:
    taken = set(Template.objects.filter(key__startswith=_OWN).values_list("key", flat=True))
    number = len(taken) + 1
    while f"{_OWN}{number}" in taken:
        number += 1
    return f"{_OWN}{number}"


def counted_since(experiment_id: int | None) -> datetime:
    """Give from when on letters count: a journey begun anew is not asked what the one before sent."""
    if experiment_id is None:
        return _EVER
    return measure.get_experiment(experiment_id).started_at


def measure_variants(warehouse: Warehouse, as_of: date) -> int:
    """Evaluate every journey's experiment by the variants of its steps; gives how many steps."""
    count = 0
    for journey in Journey.objects.exclude(experiment_id=None).order_by("id"):
        if journey.experiment_id is None:
            continue
        for node in variant_steps(store.editions_of(journey.id)):
            since = counted_since(journey.experiment_id)
            groups = deliver.first_variants(SOURCE_KIND, journey.id, node, since=since)
            measure.evaluate_groups(
                journey.experiment_id, node, groups, warehouse=warehouse, as_of=as_of
            )
            count += 1
    return count

"""Keeping definitions and contents: every change is a new edition, nobody's walk changes under him."""

from datetime import datetime

from django.db import transaction

from okaeri.plan.actions.switch import lint, lint_schema
from okaeri.plan.content.library import Shipped, list_playbook_sources, list_shipped_templates
from okaeri.plan.content.words import check_source
from okaeri.plan.journeys.definition import Definition, parse
from okaeri.plan.models import Journey, JourneyVersion, Template
from okaeri.plan.store import journeys as store
from okaeri.plan.types import DefinitionError


def save_definition(source: str, now: datetime) -> str:
    """Check a definition and keep it as the newest edition; its key. A live journey is linted too."""
    definition = parse(source)
    unanswerable = lint_schema(definition)
    if unanswerable:
        raise DefinitionError(unanswerable[0])
    _keep(definition, source, now)
    return definition.key


def _keep(definition: Definition, source: str, now: datetime) -> None:
    with transaction.atomic():
        journey, _ = Journey.objects.get_or_create(key=definition.key, defaults={"created_at": now})
        if journey.status == Journey.Status.LIVE:
            found = lint(definition)
            if found:
                raise DefinitionError(found[0])
        newest = store.newest_versions([journey.id]).get(journey.id)
        if newest is None or newest.source != source:
            _add_edition(journey, definition, source, (newest.number if newest else 0) + 1, now)


def _add_edition(
    journey: Journey, definition: Definition, source: str, number: int, now: datetime
) -> None:
    JourneyVersion.objects.create(
        journey=journey,
        number=number,
        source=source,
        definition=definition.header.model_dump(mode="json"),
        created_at=now,
    )


def install_playbooks(now: datetime) -> None:
    """Bring the shipped contents and journeys in as drafts; what is already here stays.

    A file whose text was never an edition becomes a new one; a shop's own later edition of the same
    key is not overruled by a file it has already had.
    """
    with transaction.atomic():
        for shipped in list_shipped_templates():
            _install_template(shipped, now)
        for source in list_playbook_sources():
            _install_playbook(source, now)


def install_template(key: str, now: datetime) -> None:
    """Bring one shipped content in, where an older installation does not have it yet."""
    for shipped in list_shipped_templates():
        if shipped.key == key:
            _install_template(shipped, now)


def _install_template(shipped: Shipped, now: datetime) -> None:
    template = shipped.template
    check_source(shipped.source)
    editions = list(Template.objects.filter(key=shipped.key).order_by("version"))
    for row in editions:
        if (row.subject, row.body_text, row.body_html, row.content_kind, row.topic) == (
            template.subject,
            template.text,
            template.html,
            template.content_kind,
            template.topic,
        ):
            return
    Template.objects.create(
        key=shipped.key,
        version=editions[-1].version + 1 if editions else 1,
        channel=template.channel,
        content_kind=template.content_kind,
        topic=template.topic,
        name=template.name.as_text().as_json(),
        subject=template.subject,
        body_text=template.text,
        body_html=template.html,
        created_at=now,
    )


def _install_playbook(source: str, now: datetime) -> None:
    key = parse(source).key
    if not JourneyVersion.objects.filter(journey__key=key, source=source).exists():
        # What it asks of attributes is looked at when somebody starts it.
        _keep(parse(source), source, now)

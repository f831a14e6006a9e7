"""Entries of the content calendar: written by hand, put away and brought back, drafted as a sending."""

from datetime import datetime

import yaml

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.segment_types import class_rule
from okaeri.insight.types import TEN_CLASSES, CustomerClass
from okaeri.plan.actions.edit import save_definition
from okaeri.plan.actions.for_segment import OF_A_TRIGGER
from okaeri.plan.calendar_types import CHANNELS, ITEM_KIND_NAMES, EntryIn, EntryView, ItemKind
from okaeri.plan.models import CalendarEntry, Journey
from okaeri.plan.names import names_of_templates
from okaeri.plan.store import calendar as store
from okaeri.plan.store import journeys

_CLASSES = {one.key: one for one in TEN_CLASSES}
_LONGEST_TITLE, _LONGEST_NOTE = 120, 2000
# A letter that shows a coupon needs a step before it that gives one.
_UNFIT = (*OF_A_TRIGGER, "coupon.")
_NO_TITLE = Text(
    "題名を{most}文字以内で入れてください。", "Write a title of at most {most} characters."
)
_LONG_NOTE = Text("メモは{most}文字以内にしてください。", "Keep the note within {most} characters.")
_NO_CLASS = Text("クラスを1つ以上選んでください。", "Choose one class or more.")
_NO_KIND = Text(
    "種類は、お役立ち・販促・その他から選んでください。", "Choose useful, sales or other."
)
_NO_CHANNEL = Text("届け方を一覧から選んでください。", "Choose a channel from the list.")
_NO_CONTENT = Text(
    "文面「{key}」は選べません。だれにでも送れる文面を選んでください。",
    'The content "{key}" cannot be chosen; choose one that suits whoever gets it.',
)
_OTHER_KIND = Text(
    "選んだ文面の種類は「{kind}」です。予定の種類をそろえてください。",
    'The content you chose is of the kind "{kind}"; let the entry be of the same.',
)
_NOTHING_TO_SEND = Text(
    "送る文面がまだ決まっていません。予定で文面を選んで保存してから、下書きを作ってください。",
    "No content is chosen yet; choose one, save, then draft the sending.",
)
_PURPOSE = Text(
    "コンテンツカレンダーの予定「{title}」({day})を、{classes}にお届けします。",
    'The content calendar\'s "{title}" ({day}), for {classes}.',
)
_HYPOTHESIS = Text(
    "「{title}」を届けると、その後の購入が増える。", '"{title}" leads to more purchases after it.'
)


def list_contents_for_anyone() -> list[tuple[str, Text, str]]:
    """Give (key, name, kind) of the contents that can go to whoever is in a class."""
    unfit = journeys.templates_mentioning(_UNFIT)
    names = names_of_templates()
    return [
        (key, names[key], head.content_kind)
        for key, head in sorted(journeys.template_heads().items())
        if key not in unfit and head.content_kind in ("useful", "sales")
    ]


def save_entry(said: EntryIn, entry_id: int | None, now: datetime) -> int:
    """Keep a new entry, or an old one as it is said now; gives its number. InputError for nonsense."""
    said = _checked(said, store.get_entry(entry_id).template_key if entry_id else "")
    values = {
        "title": said.title,
        "day": said.day,
        "classes": list(said.classes),
        "kind": said.kind,
        "channel": said.channel,
        "template_key": said.template_key,
        "note": said.note,
    }
    if entry_id is None:
        return CalendarEntry.objects.create(created_at=now, **values).pk
    CalendarEntry.objects.filter(id=entry_id).update(**values)
    return entry_id


def _checked(said: EntryIn, kept_template: str) -> EntryIn:
    title, note = said.title.strip(), said.note.strip()
    if not 0 < len(title) <= _LONGEST_TITLE:
        raise InputError(_NO_TITLE.format(most=_LONGEST_TITLE))
    if len(note) > _LONGEST_NOTE:
        raise InputError(_LONG_NOTE.format(most=_LONGEST_NOTE))
    classes = tuple(key for key in _CLASSES if key in said.classes)
    if not classes:
        raise InputError(_NO_CLASS)
    if said.kind not in set(ItemKind):
        raise InputError(_NO_KIND)
    if said.channel not in CHANNELS:
        raise InputError(_NO_CHANNEL)
    if said.template_key:
        _check_content(said, kept_template)
    return EntryIn(title, said.day, classes, said.kind, said.channel, said.template_key, note)


def _check_content(said: EntryIn, kept_template: str) -> None:
    """Refuse a letter that suits not everybody, and an entry that calls a sales letter useful."""
    kinds = {key: kind for key, _, kind in list_contents_for_anyone()}
    kind = kinds.get(said.template_key)
    if kind is None and said.template_key != kept_template:
        raise InputError(_NO_CONTENT.format(key=said.template_key))
    if kind is not None and kind != said.kind:
        name = ITEM_KIND_NAMES[ItemKind(kind)]
        raise InputError(
            Text(_OTHER_KIND.ja.format(kind=name.ja), _OTHER_KIND.en.format(kind=name.en))
        )


def view_entry(entry_id: int) -> EntryView:
    """Give one entry, also one that was put away, or raise NotFoundError."""
    row = store.get_entry(entry_id)
    journey = Journey.objects.filter(key=row.journey_key).first() if row.journey_key else None
    return EntryView(
        id=row.pk,
        said=EntryIn(
            title=row.title,
            day=row.day,
            classes=tuple(row.classes),
            kind=row.kind,
            channel=row.channel,
            template_key=row.template_key,
            note=row.note,
        ),
        template_name=names_of_templates().get(row.template_key),
        journey_key=journey.key if journey else "",
        journey_status=journey.status if journey else "",
        is_deleted=row.deleted_at is not None,
    )


def set_deleted(entry_id: int, at: datetime | None) -> None:
    """Put an entry away at an instant, or bring it back with None."""
    row = store.get_entry(entry_id)
    row.deleted_at = at
    row.save(update_fields=["deleted_at"])


def draft_for_entry(entry_id: int, language: str, now: datetime) -> str:
    """Keep a draft that sends an entry's content once to each person of its classes; its key.

    Those in the classes when it goes live get it at once, who comes into them later gets it then. A
    draft asked for again follows the entry as it is now; one that is live stays as it is.
    """
    row = store.get_entry(entry_id)
    if row.template_key not in {key for key, _, _ in list_contents_for_anyone()}:
        raise InputError(_NOTHING_TO_SEND)
    key = f"calendar_{row.pk}"
    if not Journey.objects.filter(key=key, status=Journey.Status.LIVE).exists():
        classes = [_CLASSES[one] for one in row.classes]
        document = _document(key, row, classes, _segment_of(classes, language))
        save_definition(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), now)
    CalendarEntry.objects.filter(id=row.pk).update(journey_key=key)
    return key


def _segment_of(classes: list[CustomerClass], language: str) -> int:
    """Give the segment of these classes, made where the shop has none by this very rule."""
    each = [class_rule(one.stage.value, is_lapsed=one.is_lapsed) for one in classes]
    rule = each[0] if len(each) == 1 else {"any": each}
    for segment in insight.list_segments():
        if segment.rule == rule:
            return segment.id
    return insight.create_segment(_names(classes).render(language)[:80], rule).id


def _names(classes: list[CustomerClass]) -> Text:
    return Text(
        "・".join(one.name.ja for one in classes), " / ".join(one.name.en for one in classes)
    )


def _document(
    key: str, row: CalendarEntry, classes: list[CustomerClass], segment_id: int
) -> dict[str, object]:
    words = {"title": row.title, "day": row.day.isoformat()}
    names = _names(classes)
    return {
        "key": key,
        "name": {"ja": row.title, "en": row.title},
        "purpose": {
            "ja": _PURPOSE.ja.format(classes=names.ja, **words),
            "en": _PURPOSE.en.format(classes=names.en, **words),
        },
        "hypothesis": {
            "ja": _HYPOTHESIS.ja.format(**words),
            "en": _HYPOTHESIS.en.format(**words),
        },
        "trigger": {"kind": "segment", "segment": segment_id, "present": True},
        "goal": "purchase",
        "anchor": "entry",
        "holdout": 0.10,
        "window_days": 90,
        "exit_on": [],
        "longest_days": 7,
        "nodes": [
            {"id": "letter", "send": {"template": row.template_key}},
            {"id": "end", "exit": {"reason": "completed"}},
        ],
    }

"""A journey for the people of one segment: another journey's steps, begun by coming into the segment."""

from datetime import datetime

import yaml

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.plan.actions.edit import save_definition
from okaeri.plan.journeys.definition import CART_EMPTIED, Definition
from okaeri.plan.journeys.reading import read_yaml
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.models import Journey
from okaeri.plan.store import journeys as store

# Words that only somebody with an order, a cart or a run-out at hand can be told.
OF_A_TRIGGER = ("order.", "cart.", "run_out.", "form.", "confirm_url", "file_url")
_LONGEST_BASE = 40
_NO_BASE = Text(
    "シナリオ「{key}」の手順は、セグメントの方には使えません。別のシナリオを選んでください。",
    'The steps of "{key}" do not fit a segment; choose another journey.',
)


def list_bases() -> list[tuple[str, Text]]:
    """Give (key, name) of the journeys whose contents suit whoever comes, whatever brought him."""
    unfit = store.templates_mentioning(OF_A_TRIGGER)
    return [
        (key, definition.header.name.as_text())
        for key, _, definition in store.all_definitions()
        if not templates_of(definition) & unfit
    ]


def templates_of(definition: Definition) -> set[str]:
    """Give the keys of the contents a journey's steps send."""
    steps = (node.step for node in definition.nodes.values())
    return {key for step in steps if isinstance(step, Send) for key in step.templates}


def draft_for_segment(segment_id: int, base: str, now: datetime) -> str:
    """Keep a draft that leads the people of a segment through the steps of `base`; its key.

    Those in it when the draft goes live begin as well. Asked again, the draft of before is given.
    """
    if base not in dict(list_bases()):
        raise NotFoundError(_NO_BASE.format(key=base))
    key = f"{base[:_LONGEST_BASE]}_s{segment_id}"
    if Journey.objects.filter(key=key).exists():
        return key
    segment = insight.get_segment(segment_id)
    journey = Journey.objects.get(key=base)
    document = read_yaml(store.newest_versions([journey.id])[journey.id].source)
    named = document["name"]
    document |= {
        "key": key,
        "name": {language: f"{named[language]} ({segment.name})" for language in ("ja", "en")},
        "trigger": {"kind": "segment", "segment": segment_id, "present": True},
        "anchor": "entry",
        "exit_on": [one for one in document.get("exit_on", ["purchase"]) if one != CART_EMPTIED],
    }
    return save_definition(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), now)

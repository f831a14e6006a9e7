"""What the builder's buttons do to a draft."""

import re
from dataclasses import replace
from typing import Any

from okaeri.foundation.errors import InputError
from okaeri.insight.segment_types import MOST_PARTS
from okaeri.web.pages.segments.drafts import GROUPS, Condition, Draft
from okaeri.web.pages.segments.reading import TOO_LARGE

_PATH = re.compile(r"r(\.[0-9]{1,3})*(:[wt][0-9]{1,3})?")
_NEW = {
    "field": Draft("field", where=(Condition("purchase_count", ">=", "2"),)),
    "did": Draft("did", words={"fact": "order", "measure": "rows", "op": ">=", "value": "1"}),
    "follows": Draft("follows", words={"fact": "item", "then": "item", "which": "last"}),
    "segment": Draft("segment"),
    "group": Draft("any", (Draft("field", where=(Condition("is_lapsed", "=", "0"),)),)),
}
# The three axes marketers begin with; each lands as an ordinary condition.
_NEW |= {
    "frequency": Draft(
        "did",
        words={"fact": "order", "measure": "days", "op": ">=", "value": "3", "last_days": "365"},
    ),
    "amount": Draft("field", where=(Condition("net_12m_minor", ">=", "10000"),)),
    "category": Draft(
        "did",
        where=(Condition("category", "="),),
        words={"fact": "item", "measure": "rows", "op": ">=", "value": "1"},
    ),
}
_NEW["interest"] = Draft(
    "did",
    where=(Condition("topic", "="),),
    words={"fact": "interest", "measure": "rows", "op": ">=", "value": "1"},
)
_FIRST_COLUMN = {
    "interest": "topic",
    "click": "sku",
    "order": "kind",
    "item": "sku",
    "subscription": "kind",
    "event": "kind",
    "answer": "question",
}


def change(root: Draft, asked: str) -> Draft:
    """Do what a button asks: "add-<kind>@path", "where@path", "then@path", "remove@path".

    What no button of ours says changes nothing. Raises InputError where a group is full.
    """
    action, _, path = asked.partition("@")
    if not _PATH.fullmatch(path):
        return root
    steps = path.split(".")[1:]
    if action.startswith("add-") and action[4:] in _NEW:
        return _at(root, steps, lambda group: _with_part(group, _NEW[action[4:]]))
    if action == "remove" and steps and ":" in steps[-1]:
        return _at(root, [*steps[:-1], steps[-1].partition(":")[0]], lambda p: _less(p, path))
    if ":" in path:
        return root
    if action == "remove" and steps:
        last = int(steps[-1])
        return _at(root, steps[:-1], lambda group: _without(group, last))
    if action == "where":
        return _at(root, steps, lambda p: replace(p, where=(*p.where, _first(p, "fact"))))
    if action == "then":
        return _at(root, steps, lambda p: replace(p, then_where=(*p.then_where, _first(p, "then"))))
    return root


def _first(part: Draft, word: str) -> Condition:
    return Condition(_FIRST_COLUMN.get(part.words.get(word, "order"), "kind"), "=")


def _with_part(group: Draft, part: Draft) -> Draft:
    if len(group.parts) >= MOST_PARTS:
        raise InputError(TOO_LARGE)
    return replace(group, parts=(*group.parts, part))


def _without(group: Draft, place: int) -> Draft:
    parts = tuple(part for n, part in enumerate(group.parts) if n != place)
    return replace(group, parts=parts)


def _less(part: Draft, path: str) -> Draft:
    """Take one condition out: the path ends in ":w2" or ":t0"."""
    which, place = path.rpartition(":")[2][0], int(path.rpartition(":")[2][1:])
    name = "where" if which == "w" else "then_where"
    kept = tuple(one for n, one in enumerate(getattr(part, name)) if n != place)
    return replace(part, where=kept) if name == "where" else replace(part, then_where=kept)


def _at(root: Draft, steps: list[str], do: Any) -> Draft:  # noqa: ANN401 - Draft to Draft
    if not steps:
        found: Draft = do(root)
        return found
    place = int(steps[0])
    if root.kind not in GROUPS or place >= len(root.parts):
        return root
    parts = list(root.parts)
    parts[place] = _at(parts[place], steps[1:], do)
    return replace(root, parts=tuple(parts))


def without_empty(draft: Draft) -> Draft:
    """Take away groups nobody put anything into."""
    if draft.kind not in GROUPS:
        return draft
    parts = [without_empty(part) for part in draft.parts]
    return replace(draft, parts=tuple(p for p in parts if p.kind not in GROUPS or p.parts))

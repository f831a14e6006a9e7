"""A rule as the form may draw it: a part the form could not give back as it is travels whole.

What is drawn is posted again when somebody saves, and a select posts its first option where it knows no
other. So a part is drawn only where the form says the same again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from okaeri.foundation.errors import InputError
from okaeri.insight import api as insight
from okaeri.insight.segment_types import Catalog
from okaeri.web.pages.segments import boxes
from okaeri.web.pages.segments.drafts import Draft, draft_of, kept, leaf_draft

# Django reads 1,000 inputs of a form; buttons may add a few.
MOST_INPUTS = 900
_GROUPS = ({"all"}, {"any"}, {"not"})


def drawn(rule: Mapping[str, Any], catalog: Catalog) -> Draft:
    """Give a stored or handed rule as the builder shows it; what cannot be drawn is of kind "kept"."""
    found = draft_of(rule, lambda part: _is_whole(part, catalog), catalog.fields)
    return found if inputs_of(found) <= MOST_INPUTS else Draft("all", (kept(rule),))


def inputs_of(draft: Draft) -> int:
    """Give about how many inputs a draft takes in the form."""
    own = 1 + len(draft.words) + 3 * (len(draft.where) + len(draft.then_where))
    return own + sum(inputs_of(part) for part in draft.parts)


def _is_whole(part: Mapping[str, Any], catalog: Catalog) -> bool:
    if boxes.people_named(part):
        return True
    if set(part) in _GROUPS:
        return False
    try:
        insight.read_rule(part, catalog)
    except InputError:
        # Shown as it is, with what is wrong.
        return True
    return not _comes_back(leaf_draft(part, catalog.fields), part, catalog)


def _comes_back(draft: Draft, part: Mapping[str, Any], catalog: Catalog) -> bool:
    box = boxes.boxes_of(draft, catalog)
    rows = [*box.where, *box.then_where]
    return (
        all(row.field not in boxes.HIDDEN and _survives(row) for row in rows)
        and all(_is_day(draft.words.get(word) or "2026-01-01") for word in ("since", "until"))
        and draft.words.get("measure", "rows") in dict(box.measures)
        and boxes.fitted(draft, catalog) == draft
        and _read(draft.rule(catalog), catalog) == insight.read_rule(part, catalog)
    )


def _read(rule: Mapping[str, Any], catalog: Catalog) -> object:
    try:
        return insight.read_rule(rule, catalog)
    except InputError:
        return None


def _survives(row: boxes.Row) -> bool:
    """Tell whether an input of the row's kind keeps its value: a browser empties what does not fit."""
    if not row.ops and row.op != "=":
        return False
    if row.widget == "choice":
        return row.value in dict(row.choices)
    if row.widget == "date":
        return _is_day(row.value)
    if row.widget == "number":
        return row.value.removeprefix("-").replace(".", "", 1).isdecimal()
    return row.value.isprintable()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

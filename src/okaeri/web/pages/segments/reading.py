"""What the builder's form holds, as a draft; more than a rule may hold is refused, never cut."""

from collections.abc import Iterator, Mapping

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight.segment_types import DEEPEST, MOST_PARTS
from okaeri.web.pages.segments.drafts import GROUPS, Condition, Draft

_WORDS = (
    "fact", "measure", "op", "value", "last_days", "since", "until", "which", "then", "happened",
    "within_days", "segment", "rule",
)  # fmt: skip
TOO_LARGE = Text(
    "条件が大きすぎます。1つのまとまりは{most}個まで、入れ子は{deepest}段までです。分けて作成してください。",
    "These conditions are too large: at most {most} in one group, {deepest} groups deep. Split them.",
).format(most=MOST_PARTS, deepest=DEEPEST)


def read_draft(form: Mapping[str, str]) -> Draft | None:
    """Read what the builder's form holds; None where it is another form. Raises InputError: too large."""
    if not form.get("r:kind"):
        return None
    found = _read("r", form, 0)
    return found if found.kind in GROUPS else Draft("all", (found,))


def _read(path: str, form: Mapping[str, str], depth: int) -> Draft:
    if depth > DEEPEST:
        raise InputError(TOO_LARGE)
    kind = form[f"{path}:kind"]
    if kind in GROUPS:
        places = _places(f"{path}.", ":kind", form)
        return Draft(kind, tuple(_read(place, form, depth + 1) for place in places))
    words = {word: form[f"{path}:{word}"] for word in _WORDS if f"{path}:{word}" in form}
    return Draft(kind, (), _conditions(f"{path}:w", form), _conditions(f"{path}:t", form), words)


def _places(start: str, end: str, form: Mapping[str, str]) -> Iterator[str]:
    """Give the numbered places that are filled; they stand without gaps."""
    for n in range(MOST_PARTS + 1):
        if f"{start}{n}{end}" not in form:
            return
        if n == MOST_PARTS:
            raise InputError(TOO_LARGE)
        yield f"{start}{n}"


def _conditions(start: str, form: Mapping[str, str]) -> tuple[Condition, ...]:
    return tuple(
        Condition(form[f"{at}:field"], form.get(f"{at}:op", "="), form.get(f"{at}:value", ""))
        for at in _places(start, ":field", form)
    )

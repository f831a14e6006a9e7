"""ライフイベント推定: a table of signals the shop keeps, and the probability they add up to. Pure.

Naive Bayes: posterior odds = prior odds × the likelihood ratios of the signals that were seen, each at
most once. It takes signals for independent; a table with near-doubles says too much.
"""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from okaeri.foundation.text import Text

PRIOR = "prior"
BOUGHT, VIEWED, ATTRIBUTE = "bought", "viewed", "attribute"
SIGNALS = (BOUGHT, VIEWED, ATTRIBUTE)
# The attribute that holds a person's probability in percent: "life_baby".
KEY_PREFIX = "life_"
MOST_ROWS = 200
_KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
# A ratio of 1,000 makes 1 in 1,000 an even chance; more than that nobody has measured.
_LARGEST = 1000.0

_NOT_FOUR = Text(
    "{line}行目は4列ではありません。イベント,種類,内容,数値 の順に書いてください。",
    "Line {line} has not four columns: event, kind, what, number.",
)
_BAD_KEY = Text(
    "{line}行目のイベント「{value}」は使えません。英小文字で始まる英数字と _ で書いてください。",
    'Line {line}: the event "{value}" cannot be used; write small letters, digits and _.',
)
_BAD_KIND = Text(
    "{line}行目の種類「{value}」は使えません。prior、bought、viewed、attribute のどれかです。",
    'Line {line}: "{value}" is none of prior, bought, viewed, attribute.',
)
_BAD_NUMBER = Text(
    "{line}行目の数値「{value}」は使えません。"
    "prior は0より大きく1より小さい確率、ほかは0.001〜1000の尤度比です。",
    'Line {line}: "{value}" cannot be used: a prior lies between 0 and 1, a ratio between 0.001 and 1000.',
)
_NO_WORD = Text("{line}行目の内容が空です。", "Line {line} says nothing to look for.")
_NO_PRIOR = Text(
    "イベント「{value}」の prior の行がありません。",
    'The event "{value}" has no line of kind prior.',
)
_TWICE = Text("{line}行目は前の行と同じです。", "Line {line} repeats an earlier one.")
_TOO_MANY = Text("{most}行までにしてください。", "Keep to {most} lines.")


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for an event: `ratio` times as likely among those it happened to.

    `word`: part of a category's name (bought, viewed), or "key=value" of an attribute.
    """

    kind: str
    word: str
    ratio: float


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event with the share of people it concerns before anything is known of them."""

    key: str
    name: Text
    prior: float
    signals: tuple[Signal, ...]

    @property
    def attribute(self) -> str:
        return KEY_PREFIX + self.key


def read_table(text: str) -> tuple[list[LifeEvent], list[Text]]:
    """Read lines of event, kind, what, number; give the events and every mistake in a sentence."""
    priors: dict[str, tuple[Text, float]] = {}
    signals: dict[str, list[Signal]] = {}
    problems: list[Text] = []
    seen: set[tuple[str, str, str]] = set()
    lines = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(csv.reader(io.StringIO(text)), 1)
        if any(cell.strip() for cell in cells)
    ]
    if len(lines) > MOST_ROWS:
        return [], [_TOO_MANY.format(most=MOST_ROWS)]
    for number, cells in lines:
        problem = _problem(cells, seen)
        if problem is not None:
            value = cells[_COLUMN.get(problem.en, 0)] if cells else ""
            problems.append(problem.format(line=number, value=value[:40]))
            continue
        key, kind, word, ratio = cells
        seen.add((key, kind, "" if kind == PRIOR else word))
        if kind == PRIOR:
            ja, _, en = word.partition("/")
            priors[key] = (Text(ja.strip(), en.strip() or ja.strip()), float(ratio))
        else:
            signals.setdefault(key, []).append(Signal(kind, word, float(ratio)))
    lost = sorted(signals.keys() - priors.keys())
    problems += [_NO_PRIOR.format(value=key) for key in lost if not problems]
    events = [
        LifeEvent(key, name, prior, tuple(signals.get(key, ())))
        for key, (name, prior) in priors.items()
    ]
    return ([] if problems else events), problems


_COLUMN = {_BAD_KIND.en: 1, _BAD_NUMBER.en: 3}


def _problem(cells: list[str], seen: Collection[tuple[str, str, str]]) -> Text | None:
    if len(cells) != 4:
        return _NOT_FOUR
    key, kind, word, number = cells
    if not _KEY.fullmatch(key):
        return _BAD_KEY
    if kind != PRIOR and kind not in SIGNALS:
        return _BAD_KIND
    if not word or (kind == ATTRIBUTE and "=" not in word):
        return _NO_WORD
    try:
        value = float(number)
    except ValueError:
        return _BAD_NUMBER
    fits = 0 < value < 1 if kind == PRIOR else 1 / _LARGEST <= value <= _LARGEST
    if not fits:
        return _BAD_NUMBER
    return _TWICE if (key, kind, "" if kind == PRIOR else word) in seen else None

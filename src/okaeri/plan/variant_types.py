"""What crosses plan's border about a step with several contents."""

from dataclasses import dataclass
from datetime import date

from okaeri.foundation.text import Text
from okaeri.measure.types import Evaluation
from okaeri.plan.types import Preview


@dataclass(frozen=True, slots=True)
class VariantLine:
    """One line of a step: whoever is in the segment (None: everybody else) gets the content."""

    segment: int | None
    name: Text
    template_key: str
    template_name: Text


@dataclass(frozen=True, slots=True)
class VariantPreview:
    """One line with its content as somebody would get it whom this line decides for.

    Where nobody is in it now, `customer_id` and `preview` are None; `problem` says why it cannot be
    shown.
    """

    line: VariantLine
    people: int | None
    customer_id: int | None
    preview: Preview | None
    problem: Text | None


@dataclass(frozen=True, slots=True)
class VariantRow:
    """What became of one variant's letters; all but `opened` and `clicked` add up to `meant`.

    `waiting`: not yet settled. `stopped`: suppressed with a reason, or its time passed. `failed`:
    rejected, or unknown whether it arrived. `skipped`: the step was passed over for its reason.
    `opened`, `clicked`: of `sent`, by people and not machines. `evaluation` compares the arms among
    the people of the variant; None before the first analysis.
    """

    key: str
    name: Text
    meant: int = 0
    sent: int = 0
    waiting: int = 0
    stopped: int = 0
    failed: int = 0
    held_out: int = 0
    skipped: int = 0
    opened: int = 0
    clicked: int = 0
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class VariantReport:
    """One step's variants and their sum.

    `elsewhere` is the evaluation of people of the experiment who have no variant (they have not come
    to the step, or left before); with them the rows add up to the experiment. `is_touched_before`:
    an earlier step may have changed who comes here.
    """

    node: str
    label: Text
    rows: tuple[VariantRow, ...]
    total: VariantRow
    elsewhere: Evaluation | None
    whole: Evaluation | None
    is_touched_before: bool
    as_of: date | None
    is_in_use: bool

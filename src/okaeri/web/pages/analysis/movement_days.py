"""The two days a movement is asked between, and the wait until it is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.job_types import MOVEMENT_BETWEEN
from okaeri.insight.types import ReportView
from okaeri.web.pages.analysis.waiting import Offer, ask_for, offer

_ON_ASKING = Text(
    "選んだ日のあいだの移動は、お求めのときに数えます。数分かかることがあります。",
    "Movement between these days is counted when you ask for it; that may take some minutes.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The days one may choose (newest first) and the two that are chosen; None: as every night counts."""

    days: Sequence[date]
    before: date | None
    after: date | None
    report: ReportView | None
    # The last day does not come after the first.
    is_backwards: bool = False

    @property
    def is_chosen(self) -> bool:
        """Tell whether two days are chosen."""
        return self.before is not None


def asked_days(request: HttpRequest, usual: ReportView | None) -> Asked:
    """Read ?from=2026-01-31&to=2026-03-31; days that are not of the list choose nothing.

    The two days every night compares are the usual page: its cells lead to their people.
    """
    days = sorted(insight.movement_days(), reverse=True)
    before, after = (_day(request.GET.get(word, ""), days) for word in ("from", "to"))
    if before is None or after is None or before >= after or _is_usual(before, after, usual):
        is_backwards = before is not None and after is not None and before >= after
        return Asked(days, None, None, usual, is_backwards)
    return Asked(days, before, after, insight.find_movement_between(before, after))


def _day(text: str, days: Sequence[date]) -> date | None:
    return next((day for day in days if day.isoformat() == text), None)


def _is_usual(before: date, after: date, usual: ReportView | None) -> bool:
    return (
        usual is not None
        and usual.as_of == after
        and usual.payload["before_on"] == before.isoformat()
    )


def address_of_days(page: str, asked: Asked) -> str:
    """Give the address of a page between the chosen days."""
    return f"{page}?from={asked.before}&to={asked.after}"


def ask_for_days(asked: Asked) -> None:
    """Ask for the movement between the chosen days, once."""
    ask_for(MOVEMENT_BETWEEN, _payload(asked))


def offer_days(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Tell how far the movement between the chosen days is; before it is asked for, the button."""
    button = Offer(_ON_ASKING, address_of_days(request.path, asked))
    return offer(request, "movement", MOVEMENT_BETWEEN, _payload(asked), button)


def _payload(asked: Asked) -> dict[str, str]:
    if asked.before is None or asked.after is None:
        raise TypeError("nothing is waited for where no days are chosen")
    return {"before": asked.before.isoformat(), "after": asked.after.isoformat()}

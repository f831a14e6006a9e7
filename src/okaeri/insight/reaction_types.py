"""What stations above hand in of how people answered: the rows `measure_ages` and `measure_voices` read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

# One row per link of a message a person pressed first on this shop day, by his live number.
CLICKS = pa.schema([("customer_id", pa.int64()), ("day", pa.date32()), ("url", pa.string())])
# Gives the clicks since a day.
ReadClicks = Callable[[date], Iterable[pa.RecordBatch]]
# One row per marketing message that left: the person (his live number), what kind it is of ("sales",
# "useful"), the shop's day, the second it left (since 1970), channel, and source ("journey:12").
CONTACTS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("kind", pa.string()),
        ("sent_on", pa.date32()),
        ("left_at", pa.int64()),
        ("channel", pa.string()),
        ("source", pa.string()),
    ]
)
# The kind that sells: what people answer to it is what a forecast is made of.
SELLING = "sales"
# Responses are counted on the messages of so many whole days.
CONTACT_DAYS = 365
# One row per person (his live number) and channel: marketing that left with a tracked link, opened and
# clicked of it.
REACTIONS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("channel", pa.string()),
        ("sent", pa.int64()),
        ("opened", pa.int64()),
        ("clicked", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class MailMonth:
    """The advertisements by mail of one month, and what became of them; machines do not count.

    month: year × 12 + month − 1, of the shop. sent: those that left, bounced ones too. openable and
    clickable: those delivered with the tracked picture and with a tracked link; opened and clicked are of
    these. opened_of_both and clicked_of_both: of those that had both.
    """

    month: int
    sent: int
    bounced: int
    unsubscribed: int
    openable: int
    opened: int
    clickable: int
    clicked: int
    opened_of_both: int
    clicked_of_both: int

    @property
    def delivered(self) -> int:
        """Those that left and did not come back."""
        return max(self.sent - self.bounced, 0)


@dataclass(frozen=True, slots=True)
class SilentContact:
    """One person and shop day on which an offer left that no purchase followed in time.

    stage (a `Stage`) and is_lapsed: his class on the day before it left.
    """

    customer_id: int
    sent_on: date
    stage: str
    is_lapsed: bool

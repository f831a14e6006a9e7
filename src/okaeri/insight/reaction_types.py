"""What stations above hand in of how people answered: the rows `measure_ages` and `measure_voices` read."""

from dataclasses import dataclass

import pyarrow as pa

# One row per person (his live number) and channel: marketing that left, opened and clicked of it.
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

    month: year × 12 + month − 1, of the shop. sent: those that left, bounced ones too.
    """

    month: int
    sent: int
    bounced: int
    opened: int
    clicked: int
    unsubscribed: int

    @property
    def delivered(self) -> int:
        """Those that left and did not come back."""
        return max(self.sent - self.bounced, 0)

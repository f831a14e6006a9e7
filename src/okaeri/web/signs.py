"""Signs of life that stations above insight know: what people did with messages, and what they answered."""

from collections.abc import Collection
from datetime import date

from okaeri.deliver import api as deliver
from okaeri.insight.bump_types import Sign
from okaeri.listen import api as listen


def signs_above(customer_ids: Collection[int], since: date) -> list[Sign]:
    """Give the signs of these people since a day, as `insight.bump_types.SignsOf`."""
    return [
        *deliver.signs_of(customer_ids, since),
        *listen.signs_of(customer_ids, since),
    ]

"""Which orders count as a purchase (§1.3 #13)."""

import pytest

from okaeri.intake.domain.orders import is_purchase


@pytest.mark.parametrize(
    ("amounts", "counts"),
    [
        ((3000, 0, 0, 0), True),
        ((3000, 0, 0, 1000), True),
        # All of it came back, with the postage.
        ((3000, 0, 0, 3500), False),
        ((3000, 1000, 500, 1500), False),
        # Nothing was paid but points: nothing can come back but postage.
        ((3000, 0, 3000, 500), True),
        ((0, 0, 0, 0), False),
    ],
)
def test_what_was_paid_back_in_full_is_no_purchase(amounts: tuple[int, ...], counts: bool) -> None:
    assert is_purchase("accepted", *amounts) is counts
    assert not is_purchase("cancelled", *amounts)

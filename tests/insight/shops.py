"""Tiny shops with known answers, made through intake's door."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn

Buying = tuple[date, int]


def order_of(
    member: str,
    day: date,
    net_minor: int,
    *,
    number: str = "",
    status: str = "accepted",
) -> OrderIn:
    """One order of one line at noon of Japan's day."""
    return OrderIn(
        source="test",
        order_no=number or f"{member}-{day:%Y%m%d}-{net_minor}",
        ordered_at=datetime.combine(day, time(3), UTC),
        status=status,
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        lines=(
            LineIn("A", "化粧水", quantity=1, unit_price_minor=net_minor, amount_minor=net_minor),
        ),
    )


def record_shop(people: Mapping[str, Sequence[Buying]]) -> None:
    """Record every order of everybody."""
    orders: Iterable[OrderIn] = [
        order_of(member, day, net) for member, bought in people.items() for day, net in bought
    ]
    intake.record_orders(orders)

"""People and orders for the tests of customers, with known answers."""

from datetime import UTC, datetime, timedelta

from okaeri.intake.types import LineIn, OrderIn, PartyIn, PartyRecord

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
_STATED = {
    "member_no": "",
    "email": "",
    "phone": "",
    "line_user_id": "",
    "family_name": "",
    "given_name": "",
    "family_kana": "",
    "given_kana": "",
    "postal_code": "",
    "prefecture": "",
    "address": "",
}


def day(number: int) -> datetime:
    """Give noon in Tokyo, `number` days after the first of January."""
    return START + timedelta(days=number)


def party_record(
    number: int, *, source: str = "shop", at: int = 0, **stated: object
) -> PartyRecord:
    """Give a party as intake stores it; keys are those of plain lower-case e-mails and digits."""
    fields = {**_STATED, **stated}
    return PartyRecord(
        id=number,
        source=source,
        email_key=str(fields["email"]).lower(),
        phone_key=str(fields["phone"]).replace("-", ""),
        birth_on=fields.pop("birth_on", None),  # type: ignore[arg-type]
        email_opt_in=fields.pop("email_opt_in", None),  # type: ignore[arg-type]
        seen_at=day(at),
        known_at=day(at),
        change_no=number,
        **fields,  # type: ignore[arg-type]
    )


def order_in(order_no: str, *, at: int = 0, source: str = "shop", **stated: object) -> OrderIn:
    """Give one order of one product by the person described."""
    return OrderIn(
        source=source,
        order_no=order_no,
        ordered_at=day(at),
        status="accepted",
        party=PartyIn(**stated),  # type: ignore[arg-type]
        lines=(LineIn("A-1", "化粧水", 1, 3000, 3000),),
    )

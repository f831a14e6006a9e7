"""First the trouble, then the offer: an open complaint from any source stops what sells, at the claim."""

from dataclasses import replace
from datetime import timedelta

import pytest

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.duties import duties
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.types import InquiryIn, LineIn, OrderIn, PartyIn
from okaeri.project.wiring import no_selling_to

from .shop import LINKS, NOON, EchoRenderer, make_person, make_request, set_settings, why, work

HANAKO = PartyIn(member_no="M1", email="hanako@example.com", email_opt_in=True)
COMPLAINT = InquiryIn(
    source="desk",
    inquiry_no="Q-1",
    party=HANAKO,
    medium="phone",
    kind="complaint",
    status="open",
    opened_at=NOON,
    changed_at=NOON,
)


def _hanako() -> int:
    order = OrderIn(
        source="shop",
        order_no="1",
        ordered_at=NOON - timedelta(days=100),
        status="accepted",
        party=HANAKO,
        lines=(LineIn("A", "A", 1, 1000, 1000),),
        total_minor=1000,
    )
    intake.record_orders([order])
    _resolve()
    return customers.search_customers("hanako@example.com")[0].id


def _resolve() -> None:
    while customers.resolve_new_parties(clock.now()):
        pass


def _send(email: EmailChannel, person: int, part: str, kind: str) -> tuple[str, str]:
    deliver.submit([make_request(person, part, kind=kind, due=clock.now())], clock.now())
    given = duties(
        renderer=EchoRenderer(),
        channels={"email": email},
        links=LINKS,
        no_selling_to=no_selling_to,
    )
    WorkLoop(given).run_until_idle()
    [found] = [m for m in deliver.messages_of(person) if m.source_part == part]
    return found.status, found.why.ja


@pytest.mark.usefixtures("shop")
def test_nothing_is_sold_while_a_complaint_is_open_and_all_else_goes(
    simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    person = _hanako()
    intake.record_inquiries([COMPLAINT])
    _resolve()
    status, why = _send(email, person, "offer", "sales")
    assert status == "suppressed"
    assert "苦情" in why
    assert "対応がまだ済んでいない" in why
    assert _send(email, person, "help", "useful")[0] == "accepted"
    closed = replace(COMPLAINT, status="closed", changed_at=NOON + timedelta(hours=1))
    intake.record_inquiries([closed])
    simulated.advance(timedelta(days=2))
    # Insight has not seen him, so that selling waits for his class: no longer for his complaint.
    assert _send(email, person, "again", "sales")[0] == "planned"


@pytest.mark.usefixtures("shop", "simulated")
def test_a_question_is_no_complaint(email: EmailChannel) -> None:
    person = _hanako()
    intake.record_inquiries([replace(COMPLAINT, kind="question")])
    _resolve()
    assert _send(email, person, "offer", "sales")[0] == "planned"


def test_one_question_to_a_person_in_ninety_days_under_all_of_his_ids(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    person = make_person()

    def send(part: str, *, asks: bool = True) -> str:
        day = timedelta(hours=12)
        deliver.submit(
            [make_request(person, part, due=clock.now(), lives=day, asks=asks)], clock.now()
        )
        work(email)
        return " ".join(why(person, part))

    assert send("first") == "accepted The receiving server took it."
    simulated.advance(timedelta(days=89))
    assert send("again") == "suppressed Not asked again so soon after the last question."
    assert send("news", asks=False).startswith("accepted")
    simulated.advance(timedelta(days=1))
    assert send("later").startswith("accepted")
    simulated.advance(timedelta(days=30))
    set_settings({"cadence.survey_days": 30})
    assert send("often").startswith("accepted")

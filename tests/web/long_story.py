"""Somebody with ten thousand entries in his story: written in bulk, for tests and the benchmark."""

from datetime import timedelta

from okaeri.customers.models import DeviceLink, PartyLink
from okaeri.deliver.models import Content, Message
from okaeri.foundation import clock
from okaeri.intake.models import Event, Inquiry, Order, Review, SurveyAnswer
from okaeri.plan.models import Decision, Enrolment, Journey, JourneyVersion
from okaeri.rewards import api as rewards

ORDERS, MESSAGES, DECISIONS, VISITS, POINTS, INQUIRIES = 1000, 2500, 2000, 4100, 100, 100
REVIEWS, ANSWERS = 50, 150


def live_long(customer_id: int, *, share: float = 1.0) -> int:
    """Give a customer such a story, or a share of it; gives how many entries."""
    party = PartyLink.objects.filter(customer_id=customer_id).values_list("party_id", flat=True)[0]
    now = clock.now()
    n = {
        "orders": int(ORDERS * share),
        "messages": int(MESSAGES * share),
        "decisions": int(DECISIONS * share),
        "visits": int(VISITS * share),
        "inquiries": int(INQUIRIES * share),
        "reviews": int(REVIEWS * share),
        "answers": int(ANSWERS * share),
    }
    Order.objects.bulk_create(
        Order(
            source="mapped",
            order_no=f"L{customer_id}-{i}",
            party_id=party,
            # Every third shares its day with the one before.
            ordered_at=now - timedelta(hours=40 * (i - (i % 3 == 2))),
            ordered_on=(now - timedelta(hours=40 * (i - (i % 3 == 2)))).date(),
            currency="JPY",
            is_purchase=i % 10 != 9,
            status="accepted" if i % 10 != 9 else "cancelled",
            total_minor=3000,
            lines_minor=3000,
            net_minor=3000,
            change_no=10_000_000 + i,
        )
        for i in range(n["orders"])
    )
    _write(customer_id, n["messages"], n["decisions"])
    DeviceLink.objects.create(
        device_id=f"device-{customer_id}",
        party_id=party,
        customer_id=customer_id,
        identified_at=now - timedelta(days=900),
    )
    Event.objects.bulk_create(
        Event(
            key=f"e{customer_id}-{i}",
            source="web",
            kind=("page_view", "product_view", "search", "cart_add")[i % 4],
            device_id=f"device-{customer_id}",
            # Ten on each instant: a page must not end in the middle and lose the rest.
            occurred_at=now - timedelta(hours=5 * (i // 10)),
            occurred_on=(now - timedelta(hours=5 * (i // 10))).date(),
            received_at=now,
            title=f"ページ {i}",
            change_no=10_000_000 + i,
        )
        for i in range(n["visits"])
    )
    Inquiry.objects.bulk_create(
        Inquiry(
            source="desk",
            inquiry_no=f"Q{customer_id}-{i}",
            party_id=party,
            medium="phone",
            kind="question",
            status="closed",
            subject="お届け日について",
            body="次のお届けを早めたい。",
            opened_at=now - timedelta(days=9 * i),
            changed_at=now,
            change_no=10_000_000 + i,
        )
        for i in range(n["inquiries"])
    )
    _speak(customer_id, party, n["reviews"], n["answers"])
    for i in range(int(POINTS * share)):
        rewards.grant_points(
            customer_id, 10, key=f"long{customer_id}-{i}", reason="お礼", at=now - timedelta(days=i)
        )
    return sum(n.values()) + int(POINTS * share)


def _speak(customer_id: int, party: int, reviews: int, answers: int) -> None:
    now = clock.now()
    Review.objects.bulk_create(
        Review(
            source="site",
            review_no=f"R{customer_id}-{i}",
            party_id=party,
            product_name="化粧水",
            stars=1 + i % 5,
            body="しっとりします。",
            written_at=now - timedelta(days=17 * i),
            changed_at=now,
            change_no=10_000_000 + i,
        )
        for i in range(reviews)
    )
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            source="form",
            answer_no=f"A{customer_id}-{i}",
            party_id=party,
            survey="季節のアンケート",
            question=f"質問 {i % 10}",
            answer="香り",
            # Ten answers of one sheet stand on one instant.
            answered_at=now - timedelta(days=60 * (i // 10)),
            changed_at=now,
            change_no=10_000_000 + i,
        )
        for i in range(answers)
    )


def _write(customer_id: int, messages: int, decisions: int) -> None:
    now = clock.now()
    written = Message.objects.bulk_create(
        Message(
            key=f"long:{customer_id}:{i}",
            source_kind="test",
            source_id=1,
            customer_id=customer_id,
            channel="email",
            content_kind="useful",
            template_key="first_follow_thanks",
            template_version=1,
            status="accepted" if i % 4 else "suppressed",
            reason={} if i % 4 else {"code": "frequency_cap"},
            due_at=now - timedelta(hours=9 * i),
            expires_at=now,
            planned_at=now - timedelta(hours=9 * i),
            settled_at=now - timedelta(hours=9 * i),
            claimed_at=now - timedelta(hours=9 * i),
        )
        for i in range(messages)
    )
    Content.objects.bulk_create(
        Content(message=one, subject="お便り", body_text="こんにちは。", body_html="")
        for one in written
    )
    journey = Journey.objects.order_by("id").first()
    version = JourneyVersion.objects.filter(journey=journey).order_by("-number").first()
    if journey is None or version is None:
        return
    walk = Enrolment.objects.create(
        version=version,
        journey=journey,
        customer_id=customer_id,
        trigger_key=f"long:{customer_id}",
        trigger_on=now.date(),
        arm="treated",
        node="end",
        state="finished",
        due_at=now,
        arrived_at=now,
        entered_at=now - timedelta(days=900),
        anchor_on=now.date(),
        ended_at=now,
    )
    Decision.objects.bulk_create(
        Decision(
            enrolment=walk,
            node="end",
            action=("entered", "waited", "sent", "branched")[i % 4],
            reason={"code": "completed"},
            decided_at=now - timedelta(hours=11 * i),
        )
        for i in range(decisions)
    )

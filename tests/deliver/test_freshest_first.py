"""Of messages due at one time those to the freshest people leave first, and nobody waits for ever."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.models import Message
from okaeri.deliver.store.claims import lock_due
from okaeri.deliver.store.standing import IS_OPEN
from okaeri.deliver.types import Addressee
from okaeri.foundation import clock
from okaeri.insight.models import CustomerInsight
from tests.deliver.shop import NOON, make_person, make_request, set_settings, work

pytestmark = pytest.mark.django_db


def know(customer_id: int, freshness: float) -> int:
    """Let insight hold a freshness, as its nightly refresh would."""
    zero = dict.fromkeys(("purchase_count", "order_count", "net_minor", "net_12m_minor"), 1)
    flags = dict.fromkeys(("is_lapsed", "is_at_risk", "is_f2_late", "is_revived"), False)
    CustomerInsight.objects.create(
        customer_id=customer_id,
        as_of=date(2026, 4, 8),
        stage="first",
        freshness=freshness,
        freshness_band="fresh",
        **zero,
        **flags,
    )
    return customer_id


# The send queue of the row; its task list and badges are proved in tests/web/test_within_a_day.py.
@pytest.mark.covers("A-05")
def test_of_one_time_the_freshest_leave_first_and_what_waited_longer_before_them(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    set_settings({"deliver.batch_size": 1})
    faded, fresh, middle, unknown = (make_person() for _ in range(4))
    waiting = know(make_person(), 3)
    know(faded, 12.4), know(fresh, 98), know(middle, 55.5)
    requests = [make_request(who) for who in (faded, middle, fresh)]
    api.submit([make_request(waiting, due=NOON - timedelta(minutes=1)), *requests], NOON)
    group = make_request(0, part="b1")
    person = Addressee(f"journey:1:b1:{unknown}", unknown, {})
    assert api.submit_to_many([(group, [person])], NOON) == 1
    work(email)
    mails, total = box.list(0, 10)
    people = {f"p{who}@example.com": who for who in (faded, fresh, middle, unknown, waiting)}
    order = [people[mail.address] for mail in reversed(mails)]
    # Whom no analysis knows has just come.
    assert (total, order) == (5, [waiting, unknown, fresh, middle, faded])


def rendered(many: int, now: datetime) -> None:
    requests = [make_request(n, part=str(n)) for n in range(1, many + 1)]
    api.submit(requests, now)
    for number in range(many):
        Message.objects.filter(source_part=str(number + 1)).update(
            status="rendered", freshness=number * 7 % 101
        )


def test_the_claim_reads_its_batch_from_the_index_and_sorts_nothing(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    rendered(300, NOON)
    with transaction.atomic():
        levels = [
            Message.objects.get(id=one.id).freshness for one in lock_due("email", NOON, limit=20)
        ]
    assert levels == sorted((n * 7 % 101 for n in range(300)), reverse=True)[:20]
    if connection.vendor != "sqlite":
        return
    due = Message.objects.filter(
        IS_OPEN, status="rendered", channel="email", due_at__lte=NOON, expires_at__gt=NOON
    ).order_by("due_at", "-freshness", "id")[:20]
    plan = due.explain()
    assert "USING INDEX message_open (status=? AND due_at<?)" in plan
    assert "TEMP B-TREE" not in plan

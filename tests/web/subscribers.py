"""Two people with subscriptions, a cart that says how they stand, and a mailbox."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.types import Links
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, SubscriptionIn
from okaeri.plan import api as plan
from okaeri.project.wiring import no_selling_to
from tests.web.shop import name_the_shop, resolve

# Noon in Tokyo.
AT = datetime(2026, 11, 2, 3, tzinfo=UTC)
NEXT = date(2026, 12, 3)
BASE = "https://shop.example"


def tell(number: str = "T-1", member: str = "hana", **changes: Any) -> None:
    """Say how a contract stands, as its cart would."""
    known: dict[str, Any] = {
        "source": "cart", "subscription_no": number, "status": "active", "changed_at": AT,
        "party": PartyIn(
            member_no=member, email=f"{member}@example.com", family_name="山田", email_opt_in=True
        ),
        "sku": "LOTION", "product_name": "化粧水", "interval_days": 30,
        "started_on": date(2026, 8, 1), "next_on": NEXT,
    }  # fmt: skip
    intake.record_subscriptions([SubscriptionIn(**known | changes)])
    resolve()


def open_the_shop() -> clock.SimulatedClock:
    """Give the shop a name, its contents, and two subscribers: hana with two contracts, taro with one."""
    standing = clock.SimulatedClock(AT)
    clock.set_clock(standing)
    name_the_shop("肌日和")
    plan.install_playbooks(AT)
    tell("T-1")
    tell("T-2", sku="SOAP", product_name="石けん")
    tell("T-9", "taro")
    return standing


def who(member: str) -> int:
    """Give the customer with this member number."""
    return customers.search_customers(f"{member}@example.com")[0].id


def page_of(member: str = "hana") -> str:
    """Give the path of the page behind the link in a person's letters."""
    return customers.subscription_link(who(member), "", settings.SECRET_KEY)


def contract(number: str = "T-1") -> Any:
    """Give one contract as intake tells it."""
    found = intake.list_subscriptions_after(0, 100)
    return next(one for one in found if one.subscription_no == number)


def wishes(number: str = "T-1") -> list[Any]:
    """Give what was asked of one contract, oldest first."""
    found = intake.subscription_requests_of([contract(number).party_id])
    return [one for one in found if one.subscription_no == number]


def work() -> None:
    """Let the mails leave."""
    links = Links(base_url=BASE, secret=settings.SECRET_KEY)
    delivery = deliver_duties.duties(
        renderer=plan.PlanRenderer(secret=settings.SECRET_KEY, base_url=BASE),
        channels={"email": EmailChannel(MailboxTransport(settings.OKAERI.data_dir / "mailbox.db"))},
        links=links,
        no_selling_to=no_selling_to,
    )
    WorkLoop(delivery).run_until_idle()


def letters(member: str = "hana") -> Sequence[Any]:
    """Give subject and text of what left for a person, oldest first."""
    sent = [one for one in deliver.messages_of(who(member)) if one.status == "accepted"]
    found = (deliver.find_content(one.id) for one in sorted(sent, key=lambda one: one.id))
    return [(one.subject, one.body_text) for one in found if one is not None]


def later(standing: clock.SimulatedClock, hours: int = 1) -> datetime:
    """Let time pass."""
    standing.advance(timedelta(hours=hours))
    return standing.now()

"""One person's page, and one coupon seen from everywhere: the same code, the same state."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.serializers import serialize
from django.db import transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.actions.merge import merge_customers
from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.types import Accepted, Links, Outgoing
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.plan.models import Template
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponFor, OfferIn, code_in_groups
from okaeri.web import records
from okaeri.web.api import keys
from okaeri.web.rights.erasing import erase_everywhere
from tests.plan.journeys_for_tests import HEADER, source_of
from tests.web.shop import name_the_shop, resolve

pytestmark = pytest.mark.django_db
# Ten in the morning in Tokyo.
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
BASE = "https://shop.example"
OFFER = OfferIn("next10", Text("次回のお買い物に", "For your next order"))
WORDS = "{{ coupon.value }} {{ coupon.code }} {{ coupon.valid_until }}\n\n{{ my_page }}\n"
NODES = """
  - {id: gift, coupon: {offer: next10}}
  - {id: thanks, grant: {points: 300, reason: ご登録のお礼}}
  - {id: mail, send: {template: by_mail}}
  - {id: w, wait: {after_days: 2}}
  - {id: line, send: {template: by_line}}
  - {id: end, exit: {}}
"""


class LineAccount:
    """Stands for LINE's far side: keeps what it was given, for each user."""

    kind = "line"

    def __init__(self) -> None:
        self.got: dict[str, str] = {}

    def send_batch(
        self, batch: Sequence[Outgoing], on_phase: Callable[[list[int], str], bool]
    ) -> Iterator[tuple[int, Accepted]]:
        for one in batch:
            if on_phase([one.message_id], "data_sent"):
                self.got[one.address] = one.body_text
                yield one.message_id, Accepted("ok")

    def find_accepted(self, _keys: object) -> None:
        return None


class Shop:
    """Everything a message passes, with a mailbox and a LINE account at its ends."""

    def __init__(self, standing: clock.SimulatedClock, folder: Path) -> None:
        self.clock, self.line = standing, LineAccount()
        secret = django_settings.SECRET_KEY
        channels: dict[str, Any] = {
            "email": EmailChannel(MailboxTransport(folder / "mailbox.db")),
            "line": self.line,
        }
        delivery = deliver_duties.duties(
            renderer=plan.PlanRenderer(secret=secret, base_url=BASE),
            channels=channels,
            links=Links(base_url=BASE, secret=secret),
        )
        self.work = WorkLoop((*plan_duties.duties(), *delivery)).run_until_idle

    def order(self, number: str = "A1") -> int:
        party = PartyIn(
            email="hana@example.com", line_user_id="U1", family_name="山田", given_name="花子",
            email_opt_in=True,
        )  # fmt: skip
        line = LineIn("LOTION", "化粧水", 1, 4000, 4000)
        intake.record_orders([OrderIn("shop", number, clock.now(), "accepted", party, (line,))])
        resolve()
        person = customers.search_customers("hana@example.com")[0].id
        customers.record_consent(
            person, channel="line", action="granted", basis="opt_in", source="line", occurred_at=AT
        )
        return person

    def letter(self, channel: str) -> str:
        if channel == "line":
            return self.line.got.get("U1", "")
        (mail,) = deliver.list_mails()[0]
        found = deliver.find_content(mail.message_id)
        return found.body_text if found else ""


@pytest.fixture
def shop(db: None) -> Shop:
    standing = clock.SimulatedClock(AT)
    clock.set_clock(standing)
    name_the_shop("肌日和")
    for channel in ("email", "line"):
        key = "by_mail" if channel == "email" else "by_line"
        Template.objects.create(
            key=key, version=1, channel=channel, content_kind="useful", name={"ja": "a", "en": "a"},
            subject=f"クーポンのご案内 {channel}", body_text=WORDS, body_html="", created_at=AT,
        )  # fmt: skip
    rewards.create_offer(OFFER, now=AT)
    plan.save_definition(
        source_of(NODES, HEADER.replace("anchor: order", "anchor: order\nexit_on: []")), now=AT
    )
    plan.activate("tiny", now=AT, holdout_share=0.0)
    return Shop(standing, django_settings.OKAERI.data_dir)


def page_in(letter: str) -> str:
    found = re.search(rf"{BASE}(/my/\S+/)", letter)
    assert found, letter
    return found[1]


def look(address: str, language: str = "ja") -> str:
    answer = Client(headers={"accept-language": language}).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.covers("I-12")
def test_one_coupon_is_the_same_in_mail_line_page_and_till(shop: Shop) -> None:
    """LINE's far side is a stand-in that joins as a channel package does; all else is the product's."""
    person = shop.order()
    shop.work()
    shop.clock.advance(timedelta(days=2))
    shop.work()
    (coupon,) = rewards.coupons_of(person)
    shown = code_in_groups(coupon.code)
    mail, line = shop.letter("email"), shop.letter("line")
    for letter in (mail, line):
        assert f"10%引き {shown} 2026年12月1日" in letter
    token = keys.create("till", keys.SCOPES, by="x", now=AT, expires_at=None)[1]
    till = Client(headers={"authorization": f"Bearer {token}"})

    def ask(path: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": "receipt-1"} if path == "redeem" else {}
        return till.post(
            f"/api/v1/coupons/{path}", body | {"code": shown}, "application/json", headers=headers
        ).json()

    card = customers.issue_card(person, django_settings.SECRET_KEY)
    assert till.get(f"/api/v1/members/{card}").json()["points"] == 300
    pages = {page_in(mail), page_in(line)}
    for address in pages:
        page = look(address)
        assert shown in page
        assert "使えます" in page
        assert "300</strong>" in page
        assert "ご登録のお礼" in page
        # Both messages, whichever of them he came from.
        assert "クーポンのご案内 email" in page
        assert "クーポンのご案内 line" in page
    assert ask("lookup")["state"] == "issued"
    assert ask("redeem", amount_minor=4000)["discount_minor"] == 400
    assert ask("lookup")["state"] == "redeemed"
    for address in pages:
        page = look(address)
        assert shown not in page
        assert "使用済み" in page
        assert "使えます" not in page
    assert rewards.coupons_of(person)[0].state == "redeemed"


def test_the_page_tells_nobody_who_he_is_and_no_machine_about_it(shop: Shop) -> None:
    person = shop.order()
    shop.work()
    address = page_in(shop.letter("email"))
    answer = Client().get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    for page in (look(address), look(address, "en")):
        for word in (
            "山田",
            "花子",
            "hana@",
            "first",
            "初回",
            "ランク",
            "スコア",
            "<script",
            "RFM",
        ):
            assert word not in page
    assert "Ready to use" in look(address, "en")
    assert f"/w/{person}-" in look(address)


def test_opening_it_changes_nothing_and_nothing_can_be_sent_to_it(shop: Shop) -> None:
    shop.order()
    shop.work()
    address = page_in(shop.letter("email"))

    def everything() -> str:
        models = [one for one in apps.get_models() if one._meta.app_label != "sessions"]
        return "".join(serialize("json", one._default_manager.order_by("pk")) for one in models)

    before = everything()
    look(address)
    Client().head(address)
    assert Client().post(address).status_code == 405
    assert everything() == before


def test_a_page_without_anything_says_so(shop: Shop) -> None:
    plan.pause("tiny", now=AT)
    person = shop.order()
    address = rewards.my_page_links([person], "")[person]
    assert "クーポンはありません" in look(address)
    assert "まだありません" in look(address)
    for bad in ("/my/x/", "/my/1-2-3/", address[:-2] + "/"):
        assert Client().get(bad).status_code == 404


def test_two_entries_of_one_person_show_one_page(shop: Shop) -> None:
    person = shop.order()
    shop.work()
    party = PartyIn(email="other@example.com", family_name="山田", given_name="花子")
    intake.record_customers([party], source="shop")
    resolve()
    other = customers.search_customers("other@example.com")[0].id
    with transaction.atomic():
        rewards.grant_points(other, 50, key="k", reason="x", at=AT)
    rewards.create_offer(OfferIn("other", Text("別の", "Other")), now=AT)
    rewards.issue_coupons("other", [CouponFor(other, "k2")], at=AT)
    addresses = rewards.my_page_links([person, other], "")
    with transaction.atomic():
        merge_customers(person, other, evidence=["test"], now=AT)
    pages = [look(address) for address in addresses.values()]
    assert pages[0] == pages[1]
    assert "350</strong>" in pages[0]
    assert pages[0].count("ticket-code") == 2


def test_the_page_of_somebody_forgotten_is_gone(shop: Shop) -> None:
    person = shop.order()
    shop.work()
    address = page_in(shop.letter("email"))
    look(address)
    erase_everywhere(person, clock.now())
    assert Client().get(address).status_code == 404


def test_staff_see_the_coupon_without_its_code(shop: Shop, browser_of_staff: Client) -> None:
    person = shop.order()
    shop.work()
    (coupon,) = rewards.coupons_of(person)
    page = browser_of_staff.get(f"/customers/{person}/").content.decode()
    assert f"…{coupon.last4}" in page
    assert coupon.code not in page


def test_staff_who_read_a_letter_get_neither_the_coupon_nor_the_door(
    shop: Shop, browser_of_staff: Client
) -> None:
    Template.objects.filter(key="by_mail").update(
        subject="{{ coupon.code }}", body_html="<a href='{{ my_page }}'>{{ coupon.code }}</a>"
    )
    person = shop.order()
    shop.work()
    coupon = rewards.coupons_of(person)[0]
    (mail,) = deliver.list_mails()[0]
    pages = ("messages/", "messages/{}/", "messages/{}/body/", "messages/?csv=utf-8",
             "mailbox/", "mailbox/{}/", "mailbox/{}/body/")  # fmt: skip
    paths = [f"/actions/{one.format(mail.message_id)}" for one in pages]
    paths += [
        f"/customers/{person}/",
        "/settings/exports/messages/?csv=utf-8",
        f"/actions/messages/{mail.message_id}/body/",
    ]
    found = 0
    for path in paths:
        answer = browser_of_staff.get(path)
        text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        assert code_in_groups(coupon.code) not in text, path
        assert f"/my/{person}-" not in text, path
        found += f"-{coupon.last4}" in text
    assert found == len(paths)
    rows = [row for _, row in records.KINDS["messages"].read(0, 10)]
    assert code_in_groups(coupon.code) not in str(rows)


def test_a_letter_that_waited_too_long_leaves_without_a_coupon_that_was_used(shop: Shop) -> None:
    deliver.pause_sending(now=clock.now())
    person = shop.order()
    shop.work()
    (letter,) = deliver.messages_of(person)
    assert letter.status == "rendered"
    code = rewards.coupons_of(person)[0].code
    rewards.redeem_coupon(code, key="k", reference="", amount_minor=4_000, at=clock.now())
    shop.clock.advance(timedelta(hours=3))
    deliver.resume_sending(now=clock.now())
    shop.work()
    assert deliver.get_message(letter.id).status == "suppressed"
    assert deliver.list_mails()[1] == 0

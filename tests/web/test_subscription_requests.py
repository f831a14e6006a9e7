"""What people asked of their subscriptions, after the press: staff, program, letters, analyses, rights."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.deliver.types import MessageRequest
from okaeri.foundation import clock
from okaeri.insight.actions.contract_doings import contract_rows
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.plan import api as plan
from okaeri.plan.actions.run_outs import _of_no_subscriber
from okaeri.web.access import Role, give_role
from okaeri.web.api import keys
from okaeri.web.public import subscriptions
from okaeri.web.rate import PerMinute
from okaeri.web.rights.erasing import erase_everywhere
from okaeri.web.rights.exporting import export_everything
from tests.web import subscribers as shop
from tests.web.shop import resolve
from tests.web.subscribers import contract, letters, page_of, tell, who, wishes, work

pytestmark = pytest.mark.django_db
LIST = "/voices/subscriptions/"
API = "/api/v1/subscription_requests"


@pytest.fixture
def now(db: None, monkeypatch: pytest.MonkeyPatch) -> clock.SimulatedClock:
    monkeypatch.setattr(subscriptions, "_changes", PerMinute())
    return shop.open_the_shop()


def press(action: str, number: str = "T-1", member: str = "hana", **more: Any) -> int:
    """Press a button on the person's page; gives the wish's id."""
    posted = {"action": action, "contract": str(contract(number).id), **more}
    assert Client().post(page_of(member), posted).status_code == 302
    return int(wishes(number)[-1].id)


def stand(number: str = "T-1") -> tuple[str, str]:
    last = wishes(number)[-1]
    return last.status, last.ended_by


def finish(client: Client, number: int, **posted: str) -> int:
    return client.post(f"{LIST}{number}/end/", {"do": "done", **posted}).status_code


# ---- staff -------------------------------------------------------------------------------------


def test_staff_see_who_waits_how_long_and_carry_it_out(
    now: clock.SimulatedClock, browser_of_staff: Client, in_english: Client
) -> None:
    assert "ここに並びます" in browser_of_staff.get(LIST).content.decode()
    cancel = press("cancel")
    work()
    now.advance(timedelta(days=3))
    press("pause_2", "T-9", "taro")
    html = browser_of_staff.get(LIST).content.decode()
    assert "2件が手続きを待っています。いちばん古いものは3日前です。" in html
    assert html.index("T-1") < html.index("T-9")
    assert "2027年1月5日(火)まで" in html
    home = browser_of_staff.get("/").content.decode()
    assert "定期のお申し出が2件、手続きを待っています(いちばん古いものは3日前)" in home
    assert (
        "2 wait to be carried out; the oldest for 3 days." in in_english.get(LIST).content.decode()
    )
    only = browser_of_staff.get(f"{LIST}?kind=pause").content.decode()
    assert "T-9" in only
    assert "T-1" not in only
    for _ in range(2):
        assert finish(browser_of_staff, cancel) == 302
    assert stand() == ("done", "mika")
    done = browser_of_staff.get(f"{LIST}?status=done").content.decode()
    assert "T-1" in done
    csv = b"".join(browser_of_staff.get(f"{LIST}?csv=utf-8&status=all")).decode("utf-8-sig")
    header, *rows = csv.splitlines()
    assert header.startswith("受付日時,待ち日数,内容,状態")
    assert sorted(row.split(",")[2:4] for row in rows) == [
        ["休止", "受付中"], ["解約", "手続き済み"],
    ]  # fmt: skip
    story = browser_of_staff.get(f"/customers/{who('hana')}/contracts/").content.decode()
    assert "解約のお申し出「化粧水」(手続き済み)" in story
    work()
    assert [one[0].split("】")[0] for one in letters()] == ["【受け付けました", "【手続き済み"]


def test_a_wish_carried_out_is_how_the_contract_stands_until_the_cart_says_otherwise(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    shop.later(now)
    for action, number in (("cancel", "T-1"), ("skip", "T-2")):
        finish(browser_of_staff, press(action, number))
    finish(browser_of_staff, press("pause_1", "T-9", "taro"))
    one, two, nine = (contract(number) for number in ("T-1", "T-2", "T-9"))
    assert (one.status, one.cancelled_on) == ("cancelled", date(2026, 11, 2))
    assert (two.status, two.next_on) == ("active", shop.NEXT + timedelta(days=30))
    assert nine.status == "paused"
    # The file of yesterday again: the person's word is newer.
    tell("T-1")
    assert contract().status == "cancelled"
    # The cart, later: it knows better, and staff are told.
    tell("T-1", changed_at=shop.later(now))
    assert contract().status == "active"
    page = browser_of_staff.get(f"{LIST}?status=done").content.decode()
    assert "まだ続いている" in page


def test_declining_needs_a_reason_that_the_customer_reads(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    skip = press("skip")
    assert finish(browser_of_staff, skip, do="decline", note="  ") == 400
    assert stand()[0] == "open"
    finish(browser_of_staff, skip, do="decline", note="もう発送しました")
    assert stand() == ("declined", "mika")
    page = Client().get(page_of()).content.decode()
    assert "もう発送しました" in page
    assert 'value="skip"' in page
    assert finish(browser_of_staff, skip) == 400
    work()
    assert any("もう発送しました" in text for _, text in letters())


def test_who_may_look_and_who_may_carry_out(now: clock.SimulatedClock) -> None:
    cancel = press("cancel")
    press("reason", wish=str(cancel), note="山田です。余っています")
    for role in Role:
        user = User.objects.create_user(role.value, password="x", is_staff=True)
        give_role(user, role)
        client = Client(headers={"accept-language": "ja"})
        client.force_login(user)
        page = client.get(LIST)
        assert page.status_code == (403 if role is Role.WAREHOUSE else 200)
        html = page.content.decode()
        assert ("手続き済みにする" in html) == (role in (Role.ADMIN, Role.SERVICE, Role.MARKETER))
        if role in (Role.VIEWER, Role.WAREHOUSE):
            assert finish(client, cancel) == 403
            assert client.get(f"{LIST}?csv=utf-8").status_code == 403
            assert "山田" not in html
    assert stand()[0] == "open"


# ---- program -----------------------------------------------------------------------------------


def program(*scopes: str) -> Client:
    token = keys.create("cart", scopes, by="x", now=clock.now(), expires_at=None)[1]
    return Client(headers={"authorization": f"Bearer {token}"})


def test_the_shops_program_fetches_what_is_open_and_says_what_it_did(
    now: clock.SimulatedClock,
) -> None:
    cancel, skip = press("cancel"), press("skip", "T-2")
    asking, telling = program("subscriptions:read"), program("subscriptions:write")
    found = asking.get(API, {"only_open": "true", "limit": "1"}).json()
    assert [one["subscription_no"] for one in found["items"]] == ["T-1"]
    rest = asking.get(API, {"only_open": "true", "cursor": found["next_cursor"]}).json()
    (other,) = rest["items"]
    assert (other["id"], other["kind"], other["for_on"]) == (skip, "skip", "2026-12-03")
    assert other["customer_id"] == who("hana")

    def say(client: Client, number: int, **body: str) -> Any:
        return client.post(f"{API}/{number}/end", body, "application/json")

    assert say(asking, cancel, status="done").status_code == 403
    for _ in range(2):
        answer = say(telling, cancel, status="done")
        assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert stand() == ("done", "api:cart")
    assert say(telling, cancel, status="declined", note="x").status_code == 422
    assert say(telling, skip, status="declined").status_code == 422
    assert say(telling, skip, status="declined", note="発送済み").json()["ended_note"] == "発送済み"
    assert say(telling, 999, status="done").status_code == 404
    assert Client().get(API).status_code == 401
    assert asking.get(API, {"only_open": "true"}).json()["items"] == []
    # Whoever reads on hears what became of it.
    told = asking.get(API, {"cursor": found["next_cursor"]}).json()["items"]
    assert {(one["id"], one["status"]) for one in told} == {(cancel, "done"), (skip, "declined")}


# ---- reasons -----------------------------------------------------------------------------------


def _reason_of(member: str) -> tuple[str, str] | None:
    held = customers.attributes_of(
        [who(member)], clock.now().date() + timedelta(days=1), keys=[customers.LAPSE_REASON]
    ).get(who(member))
    return (str(held[0].value), held[0].source) if held else None


@pytest.mark.parametrize("end", ["cart", "staff"])
@pytest.mark.parametrize("is_early", [True, False])
def test_why_he_leaves_is_heard_once_the_cancellation_stands(
    now: clock.SimulatedClock, browser_of_staff: Client, end: str, is_early: bool
) -> None:
    browser_of_staff.post("/analysis/reasons/start/")
    cancel = press("cancel")

    def say() -> None:
        press("reason", wish=str(cancel), lapse_reason="surplus", note="x")

    def finish_it() -> None:
        if end == "staff":
            finish(browser_of_staff, cancel)
        else:
            tell("T-1", status="cancelled", changed_at=shop.later(now))

    steps: tuple[Callable[[], None], ...] = (say, finish_it) if is_early else (finish_it, say)
    for step in steps:
        customers.read_cancellations(clock.now())
        assert _reason_of("hana") is None
        step()
    while customers.read_cancellations(clock.now()):
        pass
    assert _reason_of("hana") == ("surplus", "cancellation")
    # The same word of the cart again changes nothing, and takes nothing away.
    if end == "cart":
        before = contract()
        tell("T-1", status="cancelled", changed_at=clock.now())
        assert contract() == before


def test_a_cancellation_taken_back_is_no_reason_to_leave(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    browser_of_staff.post("/analysis/reasons/start/")
    cancel = press("cancel")
    press("reason", wish=str(cancel), lapse_reason="price")
    press("undo", wish=str(cancel))
    tell("T-1", status="cancelled", cancel_reason="余っている", changed_at=shop.later(now))
    customers.read_cancellations(clock.now())
    assert _reason_of("hana") == ("surplus", "cancellation")


# ---- letters and journeys ----------------------------------------------------------------------


def _letter(kind: str) -> str:
    at = clock.now()
    name = f"{kind}-{at:%d%H}"
    request = MessageRequest(
        key=name, source_kind="test", source_id=1, source_part="", customer_id=who("hana"),
        channel="email", content_kind=kind, template_key="after_one_thanks", template_version=1,
        due_at=at, expires_at=at + timedelta(hours=2),
    )  # fmt: skip
    deliver.submit([request], at)
    work()
    found = Message.objects.get(key=name)
    return f"{found.status} {found.reason.get('code', '')}".strip()


def _buyer(now: clock.SimulatedClock) -> None:
    party = PartyIn(member_no="hana", email="hana@example.com", email_opt_in=True)
    line = LineIn("LOTION", "化粧水", 1, 4000, 4000)
    at = shop.AT - timedelta(days=200)
    intake.record_orders([OrderIn("cart", "O-1", at, "accepted", party, (line,))])
    resolve()


@pytest.mark.parametrize("action", ["cancel", "pause_1"])
def test_nothing_is_sold_while_a_wish_to_leave_waits(
    now: clock.SimulatedClock, browser_of_staff: Client, action: str
) -> None:
    _buyer(now)
    assert customers.leaving([who("hana"), who("taro")]) == set()
    wish = press(action)
    assert customers.leaving([who("hana"), who("taro")]) == {who("hana")}
    assert _letter("sales") == "suppressed open_complaint"
    shop.later(now)
    assert _letter("useful") == "accepted"
    finish(browser_of_staff, wish)
    assert customers.leaving([who("hana")]) == set()


def test_no_reminder_and_no_segment_of_active_subscribers_urges_him(
    now: clock.SimulatedClock,
) -> None:
    due: list[Any] = [_Due(who("hana"), "LOTION"), _Due(who("taro"), "TEA")]
    since = (shop.AT - timedelta(days=365)).date()
    for action in ("skip", "pause_1", "cancel"):
        press(action)
        assert [one.sku for one in _of_no_subscriber(due, since)] == ["TEA"]
        is_active = {row["is_active"] for row in contract_rows(contract())}
        assert is_active == {action == "skip"}
    assert {row["is_active"] for row in contract_rows(contract("T-2"))} == {True}


class _Due:
    def __init__(self, customer_id: int, sku: str) -> None:
        self.customer_id, self.sku = customer_id, sku


def test_a_letter_of_any_playbook_may_lead_to_the_page(now: clock.SimulatedClock) -> None:
    shown = plan.preview("subscription_notice", who("hana"))
    assert "#" in shown.body_text
    assert f"/w/{who('hana')}" not in shown.body_text


# ---- rights ------------------------------------------------------------------------------------


def test_what_he_asked_is_disclosed_and_his_words_are_forgotten(now: clock.SimulatedClock) -> None:
    cancel = press("cancel")
    press("reason", wish=str(cancel), note="山田花子です")
    person, number = who("hana"), contract().id
    path = page_of()
    tables = export_everything(customers.gather_person(person))
    (row,) = tables["subscription_requests"]
    assert (row["kind"], row["note"]) == ("cancel", "山田花子です")
    erase_everywhere(person, clock.now())
    kept = intake.get_subscription_request(cancel)
    assert (kept.note, kept.status, kept.subscription_id) == ("", "open", number)
    assert Client().get(path).status_code == 404
    posted = {"action": "undo", "contract": str(number), "wish": str(cancel)}
    assert Client().post(path, posted).status_code == 404


def test_an_erased_persons_open_wish_stays_on_the_list(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    cancel = press("cancel")
    erase_everywhere(who("hana"), clock.now())
    page = browser_of_staff.get(LIST).content.decode()
    assert "T-1" in page
    assert finish(browser_of_staff, cancel) == 302


def test_a_delivery_sent_after_all_leaves_its_skip_open(now: clock.SimulatedClock) -> None:
    press("skip")
    sent = clock.now() + (shop.NEXT - clock.now().date()) + timedelta(days=1)
    now.advance(sent - clock.now())
    tell("T-1", changed_at=sent, next_on=shop.NEXT + timedelta(days=30))
    assert stand() == ("open", "")
    # Told before the day came, another day means that it was skipped.
    tell("T-2", changed_at=sent, next_on=shop.NEXT + timedelta(days=30))
    press("skip", "T-2")
    tell("T-2", changed_at=shop.later(now), next_on=shop.NEXT + timedelta(days=60))
    assert stand("T-2") == ("done", "source")


def test_next_months_skip_is_a_wish_of_its_own_where_no_next_day_is_known(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    tell("T-1", changed_at=shop.later(now), next_on=None)
    first = press("skip")
    finish(browser_of_staff, first)
    assert press("skip") == first, "one press, twice"
    now.advance(timedelta(days=30))
    assert press("skip") != first
    assert stand() == ("open", "")


def test_staff_with_an_old_list_are_not_told_that_a_letter_leaves(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    cancel = press("cancel")
    tell("T-1", status="cancelled", changed_at=shop.later(now))
    assert finish(browser_of_staff, cancel) == 302
    assert "すでに終わっていたお申し出です" in browser_of_staff.get(LIST).content.decode()

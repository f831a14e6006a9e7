"""Skip, pause, resume, cancel: one press each, on a page behind the person's own link, without login."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.db import transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.actions.merge import merge_customers, undo_merge
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageRequest
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.intake import api as intake
from okaeri.intake.models import Subscription, SubscriptionRequest
from okaeri.intake.request_types import SubscriptionRules
from okaeri.intake.types import PartyIn
from okaeri.rewards import api as rewards
from okaeri.web.public import subscriptions
from okaeri.web.rate import PerMinute
from tests.customers.conftest import run_together
from tests.plan.test_walks import database_that_threads_share
from tests.web import subscribers as shop
from tests.web.shop import resolve
from tests.web.subscribers import contract, letters, page_of, tell, who, wishes, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "_looks", PerMinute())
    monkeypatch.setattr(subscriptions, "_changes", PerMinute())


@pytest.fixture
def now(db: None) -> clock.SimulatedClock:
    return shop.open_the_shop()


def browser(language: str = "ja") -> Client:
    return Client(enforce_csrf_checks=True, headers={"accept-language": language})


def press(action: str, number: str = "T-1", path: str = "", **more: Any) -> Any:
    posted = {"action": action, "contract": str(contract(number).id), **more}
    return browser().post(path or page_of(), posted)


def look(path: str = "", language: str = "ja") -> str:
    answer = browser(language).get(path or page_of())
    assert answer.status_code == 200
    return answer.content.decode()


def buttons(html: str, number: str = "T-1") -> list[str]:
    part = html.split(f'<section id="s{contract(number).id}">')[1].split("</section>", maxsplit=1)[
        0
    ]
    return re.findall(r'name="action" value="(\w+)"', part)


def stand(number: str = "T-1") -> list[tuple[str, str]]:
    return [(one.kind, one.status) for one in wishes(number)]


@pytest.mark.covers("C-17")
def test_from_one_letter_every_way_out_is_one_press_and_none_is_in_the_way(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    """The letter of a shipped playbook leads to all of them; no login, no script, no second question."""
    browser_of_staff.post("/analysis/reasons/start/")
    request = MessageRequest(
        key="k", source_kind="test", source_id=1, source_part="", customer_id=who("hana"),
        channel="email", content_kind="useful", template_key="before_fourth_left",
        template_version=1, due_at=shop.AT, expires_at=shop.AT + timedelta(days=1),
    )  # fmt: skip
    deliver.submit([request], shop.AT)
    work()
    raw = deliver.list_mails()[0][0].raw
    mail = message_from_bytes(raw, policy=policy.default)
    text = mail.get_body(preferencelist=("plain",)).get_content()  # type: ignore[union-attr]
    (page,) = re.findall(rf"{shop.BASE}(/w/\S+/subscriptions/)", text)
    (leave,) = re.findall(rf"{shop.BASE}(/u/\S+?/)(?:\s|$)", text)
    stranger = browser()
    html = stranger.get(page).content.decode()
    assert buttons(html) == ALL
    # Nothing is offered to stay, nothing must be filled in, nothing comes between.
    for word in (
        "割引",
        "クーポン",
        "ポイント",
        "本当に",
        "required",
        '<input type="checkbox',
        "onclick",
    ):
        assert word not in html
    number = str(contract().id)
    for action, kind in (("skip", "skip"), ("pause_2", "pause"), ("cancel", "cancel")):
        assert stranger.post(page, {"action": action, "contract": number}).status_code == 302
        assert (wishes()[-1].kind, wishes()[-1].status) == (kind, "open")
    asked = stranger.get(page).content.decode()
    assert "余っている" in asked
    assert "お答えがなくても手続きは変わりません" in asked
    assert wishes()[-1].reason == ""
    # The same for messages: one press, at once.
    assert stranger.post(leave, {}).status_code == 200
    assert not any(point.may_be_written for point in customers.contact_points_of(who("hana")))
    # And where the cart does it itself, its page is one press away.
    known = {spec.key: spec for spec in specs_of(SubscriptionRules).values()}
    save(known, {"subscriptions.self_service": "https://cart.example/{subscription_no}"})
    assert 'href="https://cart.example/T-2"' in stranger.get(page).content.decode()


ALL = ["skip", "cancel", "pause_1", "pause_2", "pause_3", "pause_0"]


def test_the_page_shows_his_running_subscriptions_and_every_way_out_alike(
    now: clock.SimulatedClock,
) -> None:
    tell("T-3", product_name="前の商品", status="cancelled")
    html = look()
    assert "化粧水" in html
    assert "石けん" in html
    assert "前の商品" not in html
    assert "2026年12月3日" in html
    assert buttons(html) == buttons(html, "T-2") == ALL
    # One size and one colour: no way out is smaller than another.
    looks = set(re.findall(r'<button class="([^"]*)"', html))
    assert looks == {"button is-plain"}
    assert "<script" not in html
    assert len(html.encode()) < 50_000
    for word in ("山田", "hana", "初回", "離脱"):
        assert word not in html
    english = look(language="en")
    assert "Skip the next one" in english
    assert "Pause until I resume" in english
    assert "next delivery" in english


def test_opening_the_page_changes_nothing(now: clock.SimulatedClock) -> None:
    press("cancel")

    def everything() -> str:
        models = [one for one in apps.get_models() if one._meta.app_label != "sessions"]
        return "".join(serialize("json", one._default_manager.order_by("pk")) for one in models)

    before = everything()
    for path in (
        page_of(),
        rewards.my_page_links([who("hana")], "")[who("hana")] + "subscriptions/",
    ):
        for method in ("get", "head"):
            response = getattr(browser(), method)(path)
            assert response.status_code == 200
            assert response.headers["Cache-Control"] == "no-store"
            assert not response.cookies
        # What a button says, said by an address, does nothing.
        browser().get(f"{path}?action=cancel&contract={contract('T-2').id}")
    assert everything() == before


@pytest.mark.parametrize(
    ("action", "kind", "until"),
    [
        ("skip", "skip", None),
        ("pause_1", "pause", date(2026, 12, 2)),
        ("pause_2", "pause", date(2027, 1, 2)),
        ("pause_3", "pause", date(2027, 2, 2)),
        ("pause_0", "pause", None),
        ("cancel", "cancel", None),
    ],
)
def test_one_press_is_enough_and_two_are_one(
    now: clock.SimulatedClock, action: str, kind: str, until: date | None
) -> None:
    for _ in range(2):
        answer = press(action)
        assert (answer.status_code, answer.headers["Location"]) == (
            302, f"{page_of()}#s{contract().id}",
        )  # fmt: skip
        shop.later(now)
    (wish,) = wishes()
    assert (wish.kind, wish.status, wish.asked_at) == (kind, "open", shop.AT)
    assert (wish.pause_until, wish.came_from) == (until, "preferences")
    assert wish.for_on == (shop.NEXT if kind == "skip" else None)
    assert "を受け付けました" in look()
    # Nobody is held up on the way: the contract itself stays the cart's.
    assert contract().status == "active"
    assert (stand("T-2"), stand("T-9")) == ([], [])
    work()
    ((subject, text),) = letters()
    assert subject.startswith("【受け付けました】化粧水")
    assert f"{shop.BASE}{page_of()}" in text


def test_what_was_asked_is_taken_back_by_one_press_too(now: clock.SimulatedClock) -> None:
    press("cancel")
    html = look()
    assert buttons(html) == ["undo", "reason"]
    for _ in range(2):
        assert press("undo", wish=str(wishes()[0].id)).status_code == 302
    assert stand() == [("cancel", "withdrawn")]
    assert wishes()[0].ended_by == "customer"
    assert buttons(look()) == ALL
    work()
    # The receipt tells how it stands when it leaves.
    assert [subject[:8] for subject, _ in letters()] == ["【取り消しました"]


def test_another_wish_takes_the_place_of_the_open_one(now: clock.SimulatedClock) -> None:
    press("skip")
    assert buttons(look()) == ["undo", "cancel"]
    press("pause_1")
    press("pause_3")
    press("cancel")
    press("cancel")
    assert stand() == [
        ("skip", "withdrawn"), ("pause", "withdrawn"), ("pause", "withdrawn"), ("cancel", "open"),
    ]  # fmt: skip


def test_a_paused_subscription_is_resumed_or_cancelled(now: clock.SimulatedClock) -> None:
    tell("T-1", status="paused", changed_at=shop.later(now))
    html = look()
    assert buttons(html) == ["resume", "cancel"]
    assert "休止中" in html
    assert press("skip").status_code == 400
    press("resume")
    assert stand() == [("resume", "open")]
    tell("T-1", changed_at=shop.later(now))
    assert stand() == [("resume", "done")]
    assert wishes()[0].ended_by == "source"
    assert "手続き済み" in look()


def test_why_he_cancels_is_asked_afterwards_and_never_asked_for(
    now: clock.SimulatedClock, browser_of_staff: Client
) -> None:
    assert "理由" not in look()
    press("cancel")
    # Without the shop's list his own words are all there is.
    html = look()
    assert "lapse_reason" not in html
    assert "<textarea" in html
    browser_of_staff.post("/analysis/reasons/start/")
    html = look()
    assert "余っている" in html
    assert " required" not in html
    wish = str(wishes()[0].id)
    assert press("reason", wish=wish).status_code == 302
    assert (wishes()[0].reason, stand()) == ("", [("cancel", "open")])
    press("reason", wish=wish, lapse_reason="surplus", note="まだ3本あります")
    assert (wishes()[0].reason, wishes()[0].note) == ("余っている", "まだ3本あります")
    html = look()
    assert "ありがとうございました" in html
    assert "<textarea" not in html
    for bad in ({"lapse_reason": "nonsense"}, {"note": "長" * 2001}):
        assert press("reason", wish=wish, **bad).status_code == 400
    # A skip is asked no reason.
    press("skip", "T-2")
    assert press("reason", "T-2", wish=str(wishes("T-2")[0].id), note="x").status_code == 400


def test_the_carts_word_ends_what_was_asked(now: clock.SimulatedClock) -> None:
    press("cancel")
    press("skip", "T-2")
    shop.later(now)
    tell("T-1", status="cancelled", changed_at=clock.now(), cancelled_on=date(2026, 11, 2))
    tell("T-2", sku="SOAP", next_on=date(2027, 1, 2), changed_at=clock.now())
    assert (stand(), stand("T-2")) == ([("cancel", "done")], [("skip", "done")])
    html = look()
    assert "解約:手続き済み" in html
    assert buttons(html) == ["reason"]
    assert buttons(html, "T-2") == ALL
    assert press("undo", wish=str(wishes()[0].id)).status_code == 400
    # Pressed once more on a page that was open all the while.
    assert press("cancel").status_code == 302
    assert stand() == [("cancel", "done")]
    now.advance(timedelta(days=61))
    assert f'id="s{contract().id}"' not in look()


def test_a_word_of_the_cart_that_says_nothing_of_it_leaves_the_wish_open(
    now: clock.SimulatedClock,
) -> None:
    for action, number in (("cancel", "T-1"), ("skip", "T-2")):
        press(action, number)
    shop.later(now)
    tell("T-1", price_minor=3300, changed_at=clock.now())
    tell("T-2", sku="SOAP", price_minor=900, changed_at=clock.now())
    assert (stand(), stand("T-2")) == ([("cancel", "open")], [("skip", "open")])


def test_nobody_touches_the_subscriptions_of_another(now: clock.SimulatedClock) -> None:
    press("cancel", "T-9", page_of("taro"))
    foreign = wishes("T-9")[0]
    mine = page_of("hana")
    posts = [
        {"action": "cancel", "contract": str(contract("T-9").id)},
        {"action": "undo", "contract": str(contract().id), "wish": str(foreign.id)},
        {"action": "reason", "contract": str(contract().id), "wish": str(foreign.id), "note": "x"},
    ]
    for posted in posts:
        assert browser().post(mine, posted).status_code == 404
    assert (stand("T-9"), wishes("T-9")[0].note) == ([("cancel", "open")], "")
    assert "T-9" not in look(mine)
    for bad in ({}, {"action": "delete"}, {"action": "pause_12", "contract": "1"},
                {"action": "cancel", "contract": "x"}, {"action": "cancel"}):  # fmt: skip
        answer = browser().post(mine, bad)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
    other = page_of("taro").split("-", 1)[1]
    links = (f"/w/{who('hana')}-{other}", "/w/x/subscriptions/", "/my/1-2-3/subscriptions/",
             rewards.my_page_links([who("taro")], "")[who("taro")].replace("/my/", "/w/")
             + "subscriptions/")  # fmt: skip
    for link in links:
        for answer in (browser().get(link), browser().post(link, posts[0])):
            assert answer.status_code == 404
    assert stand() == []


def test_pressing_without_end_is_slowed_down(now: clock.SimulatedClock) -> None:
    answers = [
        browser().post("/w/1-a/subscriptions/").status_code
        for _ in range(subscriptions.CHANGES_A_MINUTE + 1)
    ]
    assert answers[-2:] == [404, 429]
    assert press("cancel").status_code == 429
    assert stand() == []
    assert browser().get(page_of()).status_code == 200


def test_both_of_his_pages_lead_here_and_the_letters_link_never_ends(
    now: clock.SimulatedClock,
) -> None:
    person = who("hana")
    choices = customers.preference_link(person, "", "x").rsplit("-", 1)[0]
    assert page_of().startswith(choices)
    html = browser().get(page_of().removesuffix("subscriptions/")).content.decode()
    assert f'href="{page_of()}"' in html
    mine = rewards.my_page_links([person], "")[person]
    assert f'href="{mine}subscriptions/"' in look(mine)
    press("skip", path=f"{mine}subscriptions/")
    assert wishes()[0].came_from == "my_page"
    now.advance(timedelta(days=1000))
    assert browser().get(f"{mine}subscriptions/").status_code == 404
    assert browser().get(page_of()).status_code == 200
    # Whoever has no subscription is not led to an empty page.
    intake.record_customers([PartyIn(email="ken@example.com")], source="shop")
    resolve()
    ken = page_of("ken")
    assert "subscriptions/" not in look(ken.removesuffix("subscriptions/"))
    assert "いま続いている定期便はありません" in look(ken)


def test_a_cart_with_a_page_of_its_own_is_led_to_by_one_press(now: clock.SimulatedClock) -> None:
    known = {spec.key: spec for spec in specs_of(SubscriptionRules).values()}
    save(known, {"subscriptions.self_service": "https://cart.example/my/{subscription_no}?a=1"})
    html = look()
    assert 'href="https://cart.example/my/T-1?a=1"' in html
    assert not buttons(html)
    for bad in ("javascript:alert(1)", "cart.example", "https://[", ""):
        save(known, {"subscriptions.self_service": bad})
        assert buttons(look()) == ALL


def test_two_entries_of_one_person_have_one_page_and_part_again(now: clock.SimulatedClock) -> None:
    hana, taro = who("hana"), who("taro")
    press("cancel", "T-9", page_of("taro"))
    pages = [page_of("hana"), page_of("taro")]
    with transaction.atomic():
        merge_customers(hana, taro, evidence=["test"], now=clock.now())
    for page in pages:
        assert "解約を受け付けました" in look(page)
        assert buttons(look(page), "T-9") == ["undo", "reason"]
    assert press("undo", "T-9", pages[0], wish=str(wishes("T-9")[0].id)).status_code == 302
    assert stand("T-9") == [("cancel", "withdrawn")]
    undo_merge(customers.list_merges(hana)[0].id)
    assert press("cancel", "T-9", pages[0]).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_counts(tmp_path: Path) -> None:
    """On SQLite one writes at a time; on PostgreSQL (`make postgres`) they truly overlap."""
    shop.open_the_shop()
    page, number = page_of(), contract().id
    answers: list[int] = []

    def presser(action: str) -> Callable[[], None]:
        def do() -> None:
            posted = {"action": action, "contract": str(number)}
            answers.append(browser().post(page, posted).status_code)

        return do

    with database_that_threads_share(tmp_path / "shared.db"):
        for round_, action in enumerate(("cancel", "pause_1", "skip")):
            run_together([presser(action) for _ in range(4)])
            assert SubscriptionRequest.objects.filter(status="open").count() == 1
            assert SubscriptionRequest.objects.count() == round_ + 1
        assert answers == [302] * 12
        assert Subscription.objects.get(id=number).status == "active"

"""The call list: who is on it, whose turn it is, what a result does, and who is never called again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer
from okaeri.customers.preference_types import Wishes
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.insight.models import CustomerInsight
from okaeri.intake import api as intake
from okaeri.intake.types import InquiryIn, PartyIn
from okaeri.listen import api as listen
from okaeri.listen.models import CallTask
from okaeri.listen.types import CallReason, CallResult
from okaeri.web.access import Role, give_role
from okaeri.web.rights.erasing import erase_everywhere
from tests.customers.conftest import run_together
from tests.plan.test_walks import database_that_threads_share
from tests.web import call_shop as calling
from tests.web import shop

pytestmark = pytest.mark.django_db
LIST = "/actions/calls/"
Enter = Callable[[str, str], Client]


def nobody_left_out(_ids: object) -> frozenset[int]:
    return frozenset()


def fill(leave_out: Callable[[object], frozenset[int]] = nobody_left_out) -> int:
    return listen.fill_call_list(clock.now(), leave_out=leave_out)


def person_of(task: CallTask) -> Customer:
    return Customer.objects.get(pk=task.customer_id)


@pytest.fixture
def call_shop(db: None) -> None:
    calling.fill()


@pytest.fixture
def enter(db: None) -> Enter:
    def come_in(name: str, role: str) -> Client:
        user = User.objects.create_user(name, password="a-long-word", is_staff=True)
        give_role(user, Role(role))
        client = Client(headers={"accept-language": "ja"})
        client.force_login(user)
        return client

    return come_in


def complain(email: str = "user3@example.invalid") -> None:
    at = clock.now() - timedelta(days=2)
    intake.record_inquiries(
        [
            InquiryIn(
                "shop", "C-1", "mail", "complaint", "open", at, at, PartyIn(email=email), "割れた"
            )
        ]
    )
    shop.resolve()


def first_task() -> CallTask:
    task = CallTask.objects.filter(closed_at=None).order_by("-priority").first()
    assert task is not None
    return task


def test_trouble_comes_first_and_offers_after_it(call_shop: None) -> None:
    complain()
    assert fill() == 8
    tasks = listen.list_calls(clock.now())
    reasons = [task.reason for task in tasks]
    assert reasons[:2] == [CallReason.COMPLAINT, CallReason.LOW_SCORE]
    assert set(reasons[2:]) <= {CallReason.AT_RISK, CallReason.F2_LATE}
    priorities = [task.priority for task in tasks]
    assert priorities == sorted(priorities, reverse=True)
    assert fill() == 0


def test_nobody_left_out_on_purpose_or_resting_is_offered_anything(call_shop: None) -> None:
    fill()
    offers = [t for t in listen.list_calls(clock.now()) if t.reason is CallReason.F2_LATE]
    out, paused, bought = (task.customer_id for task in offers[:3])
    until = clock.now().date() + timedelta(days=20)
    customers.record_preference(paused, Wishes(paused_until=until), clock.now())
    CustomerInsight.objects.filter(customer_id=bought).update(is_f2_late=False)
    fill(lambda _ids: frozenset({out}))
    listed = {task.customer_id for task in listen.list_calls(clock.now())}
    assert listed.isdisjoint({out, paused, bought})
    assert CallTask.objects.get(customer_id=out).outcome == "settled"


@pytest.mark.covers("G-14")
def test_staff_take_the_next_person_call_and_write_the_result(
    call_shop: None, enter: Enter
) -> None:
    complain()
    mika = enter("mika", "service")
    mika.post(f"{LIST}fill/")
    html = mika.get(LIST).content.decode()
    task = first_task()
    person = person_of(task)
    assert "苦情への返事" in html
    assert person.phone in html
    page = mika.post(f"{LIST}next/", follow=True)
    assert page.request["PATH_INFO"] == f"{LIST}{task.pk}/"
    words = page.content.decode()
    assert f'href="tel:{person.phone}"' in words
    assert "ご不便をおかけし" in words
    mika.post(f"{LIST}{task.pk}/result/", {"result": "answered", "note": "交換をお約束"})
    task.refresh_from_db()
    assert task.outcome == "answered"
    assert task.closed_at is not None
    shown = mika.get(f"/customers/{person.pk}/").content.decode()
    assert "交換をお約束" in shown
    assert fill() == 0
    download = b"".join(mika.get(f"{LIST}?csv=utf-8").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = download.splitlines()
    assert lines[0].startswith("優先順位,優先度,理由")
    assert person.phone not in download
    assert len(lines) == 1 + CallTask.objects.filter(closed_at=None).count()
    assert "user" not in lines[0]
    assert "0901" in lines[1]


def test_two_staff_never_have_the_same_person(call_shop: None, enter: Enter) -> None:
    fill()
    task = first_task()
    mika, ken = enter("mika", "service"), enter("ken", "service")
    mika.post(f"{LIST}{task.pk}/take/")
    refused = ken.post(f"{LIST}{task.pk}/take/")
    assert refused.status_code == 400
    assert "mikaさんが担当" in refused.content.decode()
    assert "tel:" not in ken.get(f"{LIST}{task.pk}/").content.decode()
    assert ken.post(f"{LIST}{task.pk}/result/", {"result": "answered"}).status_code == 400
    other = ken.post(f"{LIST}next/", follow=True).request["PATH_INFO"]
    assert other != f"{LIST}{task.pk}/"
    mika.post(f"{LIST}{task.pk}/release/")
    assert ken.post(f"{LIST}{task.pk}/take/").status_code == 302


def test_a_hold_ends_by_itself(call_shop: None) -> None:
    fill()
    task = first_task()
    now = clock.now()
    listen.take_call(task.pk, "mika", now)
    with pytest.raises(InputError):
        listen.take_call(task.pk, "ken", now + timedelta(minutes=119))
    assert listen.take_call(task.pk, "ken", now + timedelta(minutes=121)).held_by == "ken"
    with pytest.raises(InputError):
        listen.record_call_result(task.pk, "mika", CallResult.ANSWERED, now=now)


def test_the_same_result_twice_is_one_call(call_shop: None, enter: Enter) -> None:
    fill()
    task = first_task()
    mika = enter("mika", "service")
    mika.post(f"{LIST}{task.pk}/take/")
    answers = [
        mika.post(f"{LIST}{task.pk}/result/", {"result": "no_answer"}).status_code for _ in (1, 2)
    ]
    assert answers == [302, 400]
    task.refresh_from_db()
    assert task.tries == 1
    parties = customers.parties_of([task.customer_id])[task.customer_id]
    assert [call.result for call in intake.calls_of(parties)] == ["no_answer"]


def test_after_three_tries_that_reach_nobody_we_give_up(call_shop: None) -> None:
    fill()
    task = first_task()
    now = clock.now()
    for result in (CallResult.NO_ANSWER, CallResult.VOICEMAIL, CallResult.NO_ANSWER):
        listen.take_call(task.pk, "mika", now)
        outcome = listen.record_call_result(task.pk, "mika", result, now=now)
        task.refresh_from_db()
        now = task.due_at
    assert outcome == "given_up"
    assert task.tries == 3
    assert fill() == 0


def test_a_promised_call_comes_first_at_its_time_and_not_before(
    call_shop: None, enter: Enter
) -> None:
    fill()
    last = CallTask.objects.order_by("priority").first()
    assert last is not None
    mika = enter("mika", "service")
    mika.post(f"{LIST}{last.pk}/take/")
    past = mika.post(
        f"{LIST}{last.pk}/result/", {"result": "call_back", "call_back_at": "2020-01-01T10:00"}
    )
    assert past.status_code == 400
    assert "これからの日時" in past.content.decode()
    at = clock.now() + timedelta(days=1)
    listen.record_call_result(
        last.pk, "mika", CallResult.CALL_BACK, call_back_at=at, now=clock.now()
    )
    taken = listen.take_next_call("ken", clock.now())
    assert taken is not None
    assert taken.id != last.pk
    later = listen.take_next_call("aya", at)
    assert later is not None
    assert later.id == last.pk


def test_who_refused_is_never_called_again_under_any_number_of_lists(
    call_shop: None, enter: Enter
) -> None:
    fill()
    task = first_task()
    person = person_of(task)
    mika = enter("mika", "service")
    mika.post(f"{LIST}{task.pk}/take/")
    mika.post(f"{LIST}{task.pk}/result/", {"result": "refused"})
    assert customers.suppressed_phones([person.phone]) == {person.phone: "refused"}
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=200)))
    fill()
    assert not CallTask.objects.filter(customer_id=person.pk, closed_at=None).exists()
    asked = mika.post(f"/customers/{person.pk}/call/", {"note": "新商品"})
    assert asked.status_code == 400
    assert "電話しない" in mika.get(f"/customers/{person.pk}/").content.decode()


def test_a_refusal_in_an_imported_call_log_counts_too(call_shop: None, tmp_path: Path) -> None:
    fill()
    task = first_task()
    person = person_of(task)
    path = tmp_path / "calls.csv"
    path.write_text(
        f"架電番号,架電日時,架電結果,メールアドレス\nK-1,2026-10-30 10:00,断り,{person.email}\n",
        encoding="utf-8",
    )
    result = intake.import_file(path, connector="calls")
    assert result.rows_rejected == 0
    # A contact that is no customer yet is waited for.
    assert listen.heed_calls(clock.now()) == 0
    shop.resolve()
    assert listen.heed_calls(clock.now()) == 1
    assert listen.heed_calls(clock.now()) == 0
    assert customers.suppressed_phones([person.phone])
    task.refresh_from_db()
    assert task.outcome == "refused"
    with pytest.raises(InputError):
        listen.take_call(task.pk, "mika", clock.now())


def test_a_wrong_number_closes_the_number_and_not_the_person(call_shop: None) -> None:
    fill()
    task = first_task()
    person = person_of(task)
    listen.take_call(task.pk, "mika", clock.now())
    listen.record_call_result(task.pk, "mika", CallResult.WRONG_NUMBER, now=clock.now())
    assert customers.suppressed_phones([person.phone]) == {person.phone: "wrong_number"}
    Customer.objects.filter(pk=person.pk).update(phone="03-9999-8888", phone_key="0399998888")
    assert listen.ask_for_call(person.pk, note="", by="mika", now=clock.now())


def test_two_entries_of_one_person_are_one_turn(call_shop: None) -> None:
    fill()
    one, two = CallTask.objects.order_by("id")[:2]
    Customer.objects.filter(pk=two.customer_id).update(merged_into=one.customer_id)
    listen.take_call(one.pk, "mika", clock.now())
    with pytest.raises(InputError):
        listen.take_call(two.pk, "ken", clock.now())
    listen.let_go_of_call(one.pk, "mika")
    fill()
    assert CallTask.objects.filter(pk__in=(one.pk, two.pk), closed_at=None).count() == 1


def test_a_marketer_sees_numbers_only_of_whom_he_takes_and_the_log_says_so(
    call_shop: None, enter: Enter
) -> None:
    fill()
    task = first_task()
    person = person_of(task)
    jun = enter("jun", "marketer")
    assert person.phone not in jun.get(LIST).content.decode()
    jun.post(f"{LIST}{task.pk}/take/")
    assert person.phone in jun.get(f"{LIST}{task.pk}/").content.decode()
    entries, _ = customers.list_access(actor="jun", action="reveal")
    assert [entry.customer_id for entry in entries] == [person.pk]
    assert enter("leo", "viewer").get(LIST).status_code == 403


def test_staff_can_ask_for_a_call_and_note_a_refusal(call_shop: None, enter: Enter) -> None:
    person = customers.search_customers("user9@example.invalid")[0].id
    mika = enter("mika", "service")
    page = mika.post(f"/customers/{person}/call/", {"note": "お礼をお伝えする"}, follow=True)
    assert "架電リストに入れました" in page.content.decode()
    task = CallTask.objects.get(customer_id=person)
    assert "お礼をお伝えする" in mika.get(f"{LIST}{task.pk}/").content.decode()
    fill()
    assert CallTask.objects.filter(customer_id=person, closed_at=None).exists()
    mika.post(f"/customers/{person}/no-calls/")
    assert not CallTask.objects.filter(customer_id=person, closed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_of_ten_staff_at_once_one_takes_the_person(call_shop: None, tmp_path: Path) -> None:
    fill()
    task = first_task()
    taken: list[str] = []

    def work(name: str) -> Callable[[], None]:
        def try_it() -> None:
            try:
                listen.take_call(task.pk, name, clock.now())
            except InputError:
                return
            taken.append(name)

        return try_it

    with database_that_threads_share(tmp_path / "shared.db"):
        run_together([work(f"s{number}") for number in range(10)])
        assert len(taken) == 1
        assert CallTask.objects.get(pk=task.pk).held_by == taken[0]


def test_a_refusal_outlives_the_erasure_of_the_person(call_shop: None) -> None:
    person = customers.search_customers("user9@example.invalid")[0]
    listen.refuse_calls(person.id, clock.now())
    erase_everywhere(person.id, clock.now())
    assert customers.suppressed_phones([person.phone]) == {}
    later = clock.now() + timedelta(days=2)
    order = shop.orders_of_shop(people=10, seed=7, in_japanese=True)[-1]
    party = PartyIn(
        email="anew@example.invalid",
        phone=person.phone,
        family_name=person.family_name,
        given_name=person.given_name,
    )
    intake.record_orders([replace(order, order_no="anew", ordered_at=later, party=party)])
    shop.resolve()
    assert customers.suppressed_phones([person.phone]) == {person.phone: "refused"}

"""The review queue through the browser's own door."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.work.jobs import JobRunner
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.project.wiring import JOB_HANDLERS
from tests.customers.people import day

pytestmark = pytest.mark.django_db
NAME = {
    "family_name": "高橋",
    "given_name": "一郎",
    "family_kana": "タカハシ",
    "given_kana": "イチロウ",
    "birth_on": day(0).date(),
}


def people(*parties: PartyIn) -> None:
    lines = (LineIn("A", "化粧水", 1, 3000, 3000),)
    for number, party in enumerate(parties):
        intake.record_orders([OrderIn("shop", f"N{number}", day(1), "accepted", party, lines)])
    while customers.resolve_new_parties(clock.now()):
        pass


@pytest.fixture
def pair(db: None) -> tuple[int, int]:
    people(PartyIn(email="a@x.jp", **NAME), PartyIn(email="b@y.jp", **NAME))  # type: ignore[arg-type]
    customers.find_candidates(clock.now())
    [question], _ = customers.list_candidates()
    return question.left_id, question.right_id


def send(client: Client, answer: str, status: str = "open") -> Any:
    [question], _ = customers.list_candidates(status)
    return client.post(f"/customers/matching/{question.id}/", {"answer": answer}, follow=True)


def test_the_pair_stands_side_by_side_with_words_for_how_likely_it_is(
    browser_of_staff: Client, in_english: Client, pair: tuple[int, int]
) -> None:
    page = browser_of_staff.get("/customers/matching/").content.decode()
    assert "同じ方ですか" in page
    assert "ほぼ確実に同じ方です" in page or "同じ方の可能性が高いです" in page
    assert "高橋 一郎" in page
    assert "一致" in page
    assert "同じ方です" in page
    assert "別の方です" in page
    english = in_english.get("/customers/matching/").content.decode()
    assert "Is this one person?" in english
    assert "one person" in english


def test_yes_joins_them_the_persons_page_says_so_and_takes_it_back(
    browser_of_staff: Client, pair: tuple[int, int]
) -> None:
    kept, absorbed = pair
    page = send(browser_of_staff, "same")
    assert "お一人にまとめました" in page.content.decode()
    assert customers.ids_of(absorbed) == (kept, absorbed)
    person = browser_of_staff.get(f"/customers/{kept}/").content.decode()
    assert f"顧客 {absorbed} を {kept} にまとめました" in person
    assert "mika" in person
    [merge] = customers.list_merges()
    back = browser_of_staff.post(f"/customers/merges/{merge.id}/undo/", follow=True)
    assert "名寄せを取り消しました" in back.content.decode()
    assert customers.ids_of(absorbed) == (absorbed,)


@pytest.mark.parametrize(("answer", "status"), [("same", "merged"), ("apart", "apart")])
def test_an_answer_is_taken_back_on_the_same_page(
    browser_of_staff: Client, pair: tuple[int, int], answer: str, status: str
) -> None:
    page = send(browser_of_staff, answer).content.decode()
    assert "すべて確認済みです" in page
    assert "最近の答え" in page
    assert "元に戻しました" in send(browser_of_staff, "undo", status).content.decode()
    assert customers.list_candidates()[1] == 1
    assert customers.count_customers() == 2


def test_an_answer_nobody_offered_is_refused(
    browser_of_staff: Client, pair: tuple[int, int]
) -> None:
    assert send(browser_of_staff, "maybe").status_code == 400


def test_the_button_searches_in_a_job(browser_of_staff: Client) -> None:
    people(PartyIn(email="a@x.jp", **NAME), PartyIn(email="b@y.jp", **NAME))  # type: ignore[arg-type]
    answer = browser_of_staff.post("/customers/matching/search/")
    assert "/jobs/" in answer.headers["Location"]
    assert JobRunner(JOB_HANDLERS).run_one(clock.now()) == 1
    assert customers.list_candidates()[1] == 1
    assert "最後に探した日時" in browser_of_staff.get("/customers/matching/").content.decode()


def test_an_empty_queue_says_when_it_asks(browser_of_staff: Client) -> None:
    page = browser_of_staff.get("/customers/matching/").content.decode()
    assert "確認を待つ組はありません" in page


def test_who_may_not_see_addresses_compares_masked_people(db: None, pair: tuple[int, int]) -> None:
    user = User.objects.create_user("nao", password="a-long-word-of-mine", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="marketer")[0])
    client = Client(headers={"accept-language": "ja"})
    client.force_login(user)
    page = client.get("/customers/matching/").content.decode()
    assert "a@x.jp" not in page
    assert "一郎" not in page
    assert "同じ方です" in page


@pytest.mark.covers("G-07")
def test_one_person_is_known_by_every_key_and_device_and_the_probable_one_by_staff(
    browser_of_staff: Client,
) -> None:
    people(
        PartyIn(email="a@x.jp", member_no="7"),
        PartyIn(member_no="7", phone="09011112222", **NAME),  # type: ignore[arg-type]
        PartyIn(phone="+81 90-1111-2222", family_name="髙橋 一郎", line_user_id="U1"),
        PartyIn(line_user_id="U1", email="second@x.jp"),
        PartyIn(email="b@y.jp", **NAME),  # type: ignore[arg-type]
    )
    seen = EventIn(key="k", kind="page_view", occurred_at=day(2), device_id="phone")
    intake.record_events([seen], source="web", received_at=day(3))
    intake.record_identification("phone", PartyIn(email="second@x.jp"), day(3))
    while customers.resolve_new_parties(clock.now()) or customers.link_devices(clock.now()):
        pass
    known = customers.customer_of_device("phone", day(2))
    assert known is not None
    assert customers.count_customers() == 2
    assert [event.key for event in customers.list_web_events(known)] == ["k"]
    assert [p.order_no for p in customers.purchase_history([known])[known]] == [
        "N0", "N1", "N2", "N3",
    ]  # fmt: skip
    browser_of_staff.post("/customers/matching/search/")
    JobRunner(JOB_HANDLERS).run_one(clock.now())
    send(browser_of_staff, "same")
    assert customers.count_customers() == 1
    assert len(customers.purchase_history([known])[known]) == 5

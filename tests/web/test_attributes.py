"""Pages of attributes: the schema, one person's answers with their lineage, files of answers."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.work.jobs import JobRunner
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import PaymentIn
from okaeri.plan import api as plan
from okaeri.project.wiring import JOB_HANDLERS
from tests.web.test_roles import Enter, enter  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def take_all(client: Client) -> None:
    assert client.post("/settings/attributes/suggested/", {"key": "*"}).status_code == 302


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_an_empty_schema_offers_suggestions_one_click_away(
    browser_of_staff: Client, in_english: Client
) -> None:
    page = text_of(browser_of_staff, "/settings/attributes/")
    assert "まだ項目がありません" in page
    for name in ("肌質", "年代", "家族", "悩み", "購入目的", "モチベーション"):
        assert name in page
    assert "Skin type" in text_of(in_english, "/settings/attributes/")
    browser_of_staff.post("/settings/attributes/suggested/", {"key": "skin_type"})
    assert [one.key for one in customers.list_attributes()] == ["skin_type"]
    take_all(browser_of_staff)
    assert len(customers.list_attributes()) == 7


def test_a_question_is_made_changed_moved_and_switched_off(browser_of_staff: Client) -> None:
    take_all(browser_of_staff)
    given = {
        "key": "pet",
        "ja": "ペット",
        "en": "Pet",
        "kind": "choice",
        "choices": "dog=犬/Dog\ncat=猫",
        "is_in_header": "on",
    }
    assert browser_of_staff.post("/settings/attributes/new/", given).status_code == 302
    again = browser_of_staff.post("/settings/attributes/new/", given)
    assert again.status_code == 400
    assert "すでにあります" in again.content.decode()
    broken = browser_of_staff.post(
        "/settings/attributes/new/", {**given, "key": "pet2", "choices": "いぬ"}
    )
    assert broken.status_code == 400
    assert "いぬ" in broken.content.decode()
    for _ in range(2):
        browser_of_staff.post("/settings/attributes/move/", {"key": "pet", "to": "up"})
    assert [one.key for one in customers.list_attributes()][5] == "pet"
    changed = {**given, "ja": "飼っている動物"}
    browser_of_staff.post("/settings/attributes/edit/pet/", changed)
    pet = next(one for one in customers.list_attributes() if one.key == "pet")
    assert (pet.name.ja, pet.is_active, pet.place) == ("飼っている動物", False, 5)
    assert [choice.name.en for choice in pet.choices] == ["Dog", "猫"]


@pytest.mark.covers("G-09")
def test_every_answer_on_the_customers_page_says_whose_data_it_is(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    browser_of_staff.post("/settings/attributes/import/allow/", {"allow": "1"})
    who = insight.list_customers(limit=1).rows[0].customer_id
    customers.record_attribute(who, "purpose", "gift", source="form", at=clock.now())
    customers.record_attribute(
        who,
        "age_group",
        "30s",
        source="Data Ltd",
        origin="third",
        basis="契約 7",
        expires_on=date(2027, 3, 31),
        at=clock.now(),
    )
    page = text_of(browser_of_staff, f"/customers/{who}/")
    assert "購入目的: 贈り物" in page.split("これまでのこと")[0]
    for words in ("フォームで回答", "自社", "Data Ltd", "購入データ(サードパーティー)", "契約 7"):
        assert words in page
    assert "2027年3月31日" in page


@pytest.mark.covers("E-05")
def test_staff_note_what_a_person_said_and_take_it_back(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    who = insight.list_customers(limit=1).rows[0].customer_id
    path = f"/customers/{who}/attributes/"
    customers.record_attribute(who, "concerns", "毛穴", source="form", at=clock.now())
    answers = {"key": "concerns", "value": ["dryness", "sleep"]}
    assert browser_of_staff.post(path, answers).status_code == 302
    header = text_of(browser_of_staff, f"/customers/{who}/").split("これまでのこと")[0]
    assert "悩み: 乾燥、眠り" in header
    browser_of_staff.post(path, {"key": "concerns"})
    header = text_of(browser_of_staff, f"/customers/{who}/").split("これまでのこと")[0]
    assert "悩み: 毛穴" in header
    assert browser_of_staff.post(path, {"key": "skin_type", "value": "x"}).status_code == 400
    assert browser_of_staff.post(path, {"key": "nothing", "value": "x"}).status_code == 404


def upload(client: Client, text: str) -> str:
    """Choose a file; gives the key under which it waits for its columns."""
    file = SimpleUploadedFile("answers.csv", text.encode("cp932"))
    page = client.post("/settings/attributes/import/", {"file": file})
    assert page.status_code == 200
    return page.content.decode().split('name="key" value="')[1].split('"')[0]


@pytest.mark.covers("G-10")
def test_a_file_of_a_data_company_comes_in_by_the_worker_and_goes_out_again(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    people = customers.count_customers()
    text = (
        "mail,肌\nuser1@example.invalid,乾燥肌\nuser2@example.invalid,謎\nx@example.invalid,Dry\n"
    )
    mapped = {
        "key": upload(browser_of_staff, text),
        "filename": "answers.csv",
        "key_column": "mail",
        "key_kind": "email",
        "column-1": "skin_type",
        "origin": "third",
        "source": "Data Ltd",
        "basis": "契約 7",
        "expires_on": "2027-03-31",
    }
    start = "/settings/attributes/import/start/"
    refused = browser_of_staff.post(start, mapped)
    assert refused.status_code == 400
    assert "先に有効にしてください" in refused.content.decode()
    browser_of_staff.post("/settings/attributes/import/allow/", {"allow": "1"})
    for missing in ("basis", "expires_on", "column-1"):
        assert browser_of_staff.post(start, {**mapped, missing: ""}).status_code == 400
    begun = browser_of_staff.post(start, mapped)
    assert begun.status_code == 302
    assert customers.list_file_sources() == []

    JobRunner(JOB_HANDLERS).run_one(clock.now())
    page = text_of(browser_of_staff, begun.headers["Location"])
    assert "3行を読み、1人の回答 1件を取り込みました" in page
    assert "知らない方の行は 1行、使えなかった行は 1行です。" in page
    assert customers.count_customers() == people
    rows = browser_of_staff.get(begun.headers["Location"] + "rejected/?csv=shift_jis")
    rejected = b"".join(rows.streaming_content).decode("cp932")  # type: ignore[attr-defined]
    assert rejected.splitlines()[1].startswith("3,「肌質」に「謎」はありません。")
    assert "Data Ltd" in text_of(browser_of_staff, "/settings/attributes/import/")
    browser_of_staff.post("/settings/attributes/import/forget/", {"source": "Data Ltd"})
    assert customers.list_file_sources() == []


def test_who_may_not_see_names_sees_no_free_text(
    small_shop: None,
    browser_of_staff: Client,
    enter: Enter,  # noqa: F811
) -> None:
    given = {"key": "memo", "ja": "メモ", "kind": "text", "is_in_header": "on"}
    browser_of_staff.post("/settings/attributes/new/", given)
    who = insight.list_customers(limit=1).rows[0].customer_id
    customers.record_attribute(who, "memo", "佐藤さんの姉", source="call", at=clock.now())
    assert "佐藤さんの姉" in text_of(browser_of_staff, f"/customers/{who}/")
    marketer = enter("marketer")
    assert "佐藤さんの姉" not in text_of(marketer, f"/customers/{who}/")
    assert marketer.post("/settings/attributes/new/", given).status_code == 403
    assert enter("viewer").post(f"/customers/{who}/attributes/", {"key": "memo"}).status_code == 403


def test_an_overdue_payment_stands_in_the_customers_header(
    small_shop: None, browser_of_staff: Client
) -> None:
    who = customers.search_customers("user0@example.invalid")[0].id
    assert "未入金あり" not in text_of(browser_of_staff, f"/customers/{who}/")
    due_on = clock.now().date() - timedelta(days=3)
    intake.record_payments([PaymentIn("shop", "00000-1", "open", clock.now(), due_on=due_on)])
    assert "未入金あり" in text_of(browser_of_staff, f"/customers/{who}/")


def take_in(client: Client, text: str) -> str:
    """Take a file of answers in as the worker does; gives the page of what became of it."""
    mapped = {
        "key": upload(client, text),
        "filename": "answers.csv",
        "key_column": "mail",
        "key_kind": "email",
        "column-1": "skin_type",
        "origin": "first",
        "source": "crm",
    }
    begun = client.post("/settings/attributes/import/start/", mapped)
    JobRunner(JOB_HANDLERS).run_one(clock.now())
    return begun.headers["Location"]


def skins() -> dict[str, str]:
    found = {}
    for number in range(3):
        email = f"user{number}@example.invalid"
        who = customers.search_customers(email)[0].id
        held = customers.attributes_of([who], clock.now().date()).get(who, [])
        found.update({email[:5]: one.shown.ja for one in held if one.key == "skin_type"})
    return found


def test_one_file_is_undone_and_the_file_before_it_holds_again(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    first = take_in(
        browser_of_staff, "mail,肌\nuser0@example.invalid,乾燥肌\nuser1@example.invalid,脂性肌\n"
    )
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=1)))
    second = take_in(
        browser_of_staff, "mail,肌\nuser1@example.invalid,乾燥肌\nuser2@example.invalid,乾燥肌\n"
    )
    assert skins() == {"user0": "乾燥肌", "user1": "乾燥肌", "user2": "乾燥肌"}
    assert "回答 2件を消します" in text_of(browser_of_staff, second)
    assert "回答 1件を消します" in text_of(browser_of_staff, first)
    browser_of_staff.post(f"{second}undo/")
    assert skins() == {"user0": "乾燥肌", "user1": "脂性肌"}
    assert "取り消し済み" in text_of(browser_of_staff, second)
    browser_of_staff.post(f"{second}undo/")
    assert skins() == {"user0": "乾燥肌", "user1": "脂性肌"}
    browser_of_staff.post(f"{first}undo/")
    assert skins() == {}


def test_an_older_file_is_undone_under_a_newer_one(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    first = take_in(browser_of_staff, "mail,肌\nuser0@example.invalid,乾燥肌\n")
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=1)))
    second = take_in(browser_of_staff, "mail,肌\nuser0@example.invalid,脂性肌\n")
    browser_of_staff.post(f"{first}undo/")
    assert skins() == {"user0": "脂性肌"}
    browser_of_staff.post(f"{second}undo/")
    assert skins() == {}


def test_a_question_that_live_journeys_branch_on_is_not_switched_off_unawares(
    small_shop: None, browser_of_staff: Client
) -> None:
    take_all(browser_of_staff)
    path = "/settings/attributes/edit/skin_type/"
    kept = next(one for one in customers.list_attributes() if one.key == "skin_type")
    given = {
        "ja": kept.name.ja,
        "en": kept.name.en,
        "kind": "choice",
        "choices": "\n".join(f"{c.value}={c.name.ja}/{c.name.en}" for c in kept.choices),
    }
    source = plan.get_journey("first_follow").source
    branch = (
        "  - id: by_skin\n"
        f"    branch: {{when: [{{attribute: skin_type, op: '=', value: {kept.choices[0].value}}}], "
        "then: late}\n"
    )
    plan.save_definition(
        source.replace("  - {id: until_late", branch + "  - {id: until_late"), now=clock.now()
    )
    assert "シナリオがこの項目で" not in text_of(browser_of_staff, path)
    plan.activate("first_follow", now=clock.now(), holdout_share=0)
    assert "シナリオがこの項目で" in text_of(browser_of_staff, path)
    refused = browser_of_staff.post(path, given)
    assert refused.status_code == 400
    assert "初回フォロー" in refused.content.decode()
    browser_of_staff.post(path, {**given, "is_active": "on"})
    assert browser_of_staff.post(path, {**given, "off_anyway": "on"}).status_code == 302
    assert not next(one for one in customers.list_attributes() if one.key == "skin_type").is_active

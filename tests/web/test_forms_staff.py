"""Forms as staff make them: list, editor, preview, code, entries, CSV, who may do what."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.models import Form
from okaeri.web.access import Role, give_role
from tests.intake.forms_for_tests import CONSENT, PDF, fill_in, name_the_shop, open_form
from tests.web.conftest import PASSWORD
from tests.web.shop import END

pytestmark = pytest.mark.django_db
TYPED = {
    "key": "letter", "kind": "signup", "title_ja": "お便りの登録", "intro_ja": "",
    "thanks_ja": "ありがとうございます。",
    "consent_ja": CONSENT.ja, "consent_en": CONSENT.en, "need_name": "optional", "is_double": "1",
    "must_agree": "1", "tags": "newsletter、春", "media_code": "web",
    "origins": "https://shop.example/\nhttps://www.shop.example",
    "q0_label_ja": "お肌の悩み", "q0_key": "worry", "q0_kind": "tags", "q0_choices": "乾燥\nシミ",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    clock.set_clock(clock.SimulatedClock(END))
    name_the_shop()


def _as(role: Role) -> Client:
    user = User.objects.create_user(f"{role}-one", password=PASSWORD, is_staff=True)
    give_role(user, role)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(user)
    return client


def _text(response: Any) -> str:
    return str(response.content.decode())


def test_an_empty_shop_is_told_what_forms_are_for(browser_of_staff: Client) -> None:
    assert "まだフォームがありません" in _text(browser_of_staff.get("/actions/forms/"))


def test_a_form_is_made_opened_filled_in_and_closed(browser_of_staff: Client) -> None:
    assert "広告メール" in _text(browser_of_staff.get("/actions/forms-new/"))
    made = browser_of_staff.post("/actions/forms-new/", TYPED)
    assert made.headers["Location"] == "/actions/forms/letter/"
    view = intake.get_form("letter")
    assert not view.is_open
    assert view.definition.origins == ("https://shop.example", "https://www.shop.example")
    assert view.definition.tags == ("newsletter", "春")
    assert view.definition.questions[0].choices == ("乾燥", "シミ")
    assert view.definition.title.en == "お便りの登録"
    browser_of_staff.post("/actions/forms/letter/switch/", {"open": "1"})
    fill_in(q_worry=["乾燥"])
    html = _text(browser_of_staff.get("/actions/forms/letter/"))
    assert "hana@example.com" in html
    assert "確認待ち" in html
    assert "data-form=&quot;letter&quot;" in html
    browser_of_staff.post("/actions/forms/letter/switch/", {"open": "0"})
    assert "受け付けは終了" in _text(Client(headers={"accept-language": "ja"}).get("/f/letter/"))


def test_a_consent_that_hides_what_it_is_cannot_be_saved(browser_of_staff: Client) -> None:
    vague = {**TYPED, "consent_ja": "お知らせを受け取ります。", "consent_en": ""}
    answer = browser_of_staff.post("/actions/forms-new/", vague)
    html = _text(answer)
    assert answer.status_code == 400
    assert "広告・宣伝のメール" in html
    assert "肌日和" in html
    assert "お知らせを受け取ります。" in html
    assert not Form.objects.exists()


def test_a_document_form_keeps_its_file_when_it_is_changed(browser_of_staff: Client) -> None:
    typed = {**TYPED, "key": "guide", "kind": "document"}
    without = browser_of_staff.post("/actions/forms-new/", typed)
    assert "ファイルを付けてください" in _text(without)
    script = SimpleUploadedFile("a.pdf", b"<script>")
    assert (
        browser_of_staff.post("/actions/forms-new/", {**typed, "file": script}).status_code == 400
    )
    browser_of_staff.post(
        "/actions/forms-new/", {**typed, "file": SimpleUploadedFile("肌の本.pdf", PDF)}
    )
    browser_of_staff.post("/actions/forms/guide/edit/", {**typed, "title_ja": "新しい題"})
    view = intake.get_form("guide")
    assert (view.version, view.definition.title.ja) == (2, "新しい題")
    assert view.definition.file is not None
    assert view.definition.file.name == "肌の本.pdf"


def test_the_preview_shows_the_words_in_a_frame_that_may_do_nothing(
    browser_of_staff: Client,
) -> None:
    html = _text(
        browser_of_staff.post("/actions/forms-preview/", {**TYPED, "title_ja": "<b>題</b>"})
    )
    assert 'sandbox=""' in html
    assert "&amp;lt;b&amp;gt;題" in html
    assert "<b>題" not in html
    assert not Form.objects.exists()


def test_the_code_leads_to_the_form_and_says_that_it_was_the_code(
    browser_of_staff: Client,
) -> None:
    open_form()
    image = browser_of_staff.get("/actions/forms/letter/code.svg")
    assert image.headers["Content-Type"] == "image/svg+xml"
    assert image.content.startswith(b"<svg")


def test_names_and_addresses_are_masked_by_role_on_the_page_and_in_the_file() -> None:
    open_form(needs={"name": "optional", "phone": "optional"})
    fill_in(family_name="山田", phone="090-1234-5678", q_worry=["乾燥"])
    marketer = _as(Role.MARKETER)
    html = _text(marketer.get("/actions/forms/letter/"))
    assert "h***@example.com" in html
    assert "山田" not in html
    masked = marketer.get("/actions/forms/letter/?csv=utf-8").getvalue().decode()
    assert "h***@example.com" in masked
    assert "山田" not in masked
    assert "1234-5678" not in masked
    assert "乾燥" in masked
    service = _as(Role.SERVICE)
    whole = service.get("/actions/forms/letter/?csv=utf-8").getvalue().decode()
    assert "hana@example.com" in whole
    assert "山田" in whole
    assert _as(Role.VIEWER).get("/actions/forms/letter/?csv=utf-8").status_code == 403


def test_only_marketers_and_administrators_change_forms() -> None:
    open_form()
    for role in (Role.SERVICE, Role.VIEWER):
        client = _as(role)
        assert client.get("/actions/forms/").status_code == 200
        assert client.get("/actions/forms-new/").status_code == 403
        assert client.post("/actions/forms/letter/switch/", {"open": "0"}).status_code == 403
    assert intake.get_form("letter").is_open
    assert _as(Role.MARKETER).get("/actions/forms/letter/edit/").status_code == 200


def test_the_list_says_how_each_form_does_in_both_languages(
    browser_of_staff: Client, in_english: Client
) -> None:
    open_form()
    entry = fill_in().entry
    fill_in(email="b@example.com")
    assert entry is not None
    token = intake.confirm_url(entry, "", settings.SECRET_KEY)
    Client().post(token)
    html = _text(browser_of_staff.get("/actions/forms/"))
    assert "50.0%" in html
    assert re.search("受付中", html)
    assert "Turned away" in _text(in_english.get("/actions/forms/"))


def test_thanks_that_advertise_are_told_of(browser_of_staff: Client) -> None:
    """The thanks go to everybody by mail, also to who did not tick the box."""
    browser_of_staff.post("/actions/forms-new/", TYPED)
    assert "特定電子メール法" not in _text(browser_of_staff.get("/actions/forms/letter/"))
    changed = {**TYPED, "thanks_ja": "次回使えるクーポンをどうぞ。"}
    browser_of_staff.post("/actions/forms/letter/edit/", changed)
    assert "言葉があります: クーポン" in _text(browser_of_staff.get("/actions/forms/letter/"))

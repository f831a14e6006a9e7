"""The tag's page: what to paste, whether it works, and a list that is true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.deliver.tracking_types import TrackingRules
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.intake import api as intake
from okaeri.intake.domain import events as parsing
from okaeri.intake.event_types import EventIn, TagRules
from okaeri.web.access import Role, give_role
from okaeri.web.pages.tag.inventory import FIELDS, FORM_FIELDS, STORED, list_entries
from tests.intake.forms_for_tests import name_the_shop, open_form

SCRIPTS = Path(__file__).resolve().parents[2] / "src/okaeri/web/static/okaeri"
_SHOP = TagRules(origins="https://shop.example")


def _keys(tag: TagRules, mails: TrackingRules) -> set[str]:
    return {entry.key for entry in list_entries(tag, mails, "肌日和", "okaeri.example")}


def test_every_field_the_tag_may_send_is_in_the_list() -> None:
    read = {*parsing._HEAD, *parsing._TEXTS, *parsing._NUMBERS, *parsing._CLAIMS, "sent_at"}
    assert set(FIELDS) == read
    assert set(FIELDS.values()) <= _keys(_SHOP, TrackingRules())


def test_what_a_form_in_a_page_tells_and_keeps_is_in_the_list() -> None:
    """The script itself is read: a parameter or a stored name the list does not know fails here."""
    embed, tag = (SCRIPTS / name for name in ("form-embed.js", "okaeri.js"))
    told = set(re.findall(r'searchParams\.set\("(\w+)"', embed.read_text()))
    assert set(FORM_FIELDS) == told
    both = embed.read_text() + tag.read_text()
    assert set(STORED) == set(re.findall(r'"(okaeri_[a-z_]*)"', both)) - {"okaeri_id"}
    entries = list_entries(_SHOP, TrackingRules(), "s", "h", has_forms=True)
    words = {entry.key: entry.information.ja + entry.information.en for entry in entries}
    assert {*FORM_FIELDS.values(), *STORED.values(), "form_answers"} <= set(words)
    assert all(words[key].count(name) == 2 for name, key in STORED.items() if key != "device")


def test_whatever_is_sent_the_connection_is_named() -> None:
    silent = TrackingRules(clicks=False, opens=False)
    for mails, has_forms in ((silent, True), (TrackingRules(opens=False), False)):
        entries = list_entries(TagRules(), mails, "s", "h", has_forms=has_forms)
        assert "connection" in {entry.key for entry in entries}
    assert list_entries(TagRules(), silent, "s", "h") == []


@pytest.mark.django_db
def test_a_form_is_named_as_long_as_it_is_open(browser_of_staff: Client) -> None:
    def keys() -> set[str]:
        given = json.loads(browser_of_staff.get("/settings/tag/inventory.json").content)
        return {item["key"] for item in given["items"]}

    name_the_shop()
    assert "form" not in keys()
    open_form()
    assert {"form", "form_answers", "storage_form", "connection"} <= keys()
    intake.switch_form("letter", is_open=False)
    assert "form" not in keys()


def test_the_list_says_what_is_switched_on_and_nothing_else() -> None:
    silent = TrackingRules(clicks=False, opens=False)
    assert _keys(TagRules(), silent) == set()
    assert _keys(TagRules(), TrackingRules(opens=False)) == {"clicks", "connection"}
    assert "opens" not in _keys(_SHOP, silent)
    for entry in list_entries(_SHOP, TrackingRules(), "肌日和", "okaeri.example"):
        assert "okaeri.example" in entry.recipient.ja
        assert "第三者" in entry.recipient.ja
    after = list_entries(_SHOP, silent, "s", "h")[0].moment.ja
    at_once = list_entries(TagRules(origins=_SHOP.origins, needs_consent=False), silent, "s", "h")
    assert "同意" in after
    assert "同意" not in at_once[0].moment.ja


def _save(**values: Any) -> None:
    known = {s.key: s for s in specs_of(TagRules).values()}
    save(known, {f"tag.{name}": value for name, value in values.items()})


@pytest.mark.django_db
def test_the_page_gives_the_snippet_and_sees_the_first_event(browser_of_staff: Client) -> None:
    page = browser_of_staff.get("/settings/tag/").content.decode()
    assert "まずショップのアドレス" in page
    assert "まだ届いていません" in page
    _save(origins="https://shop.example", needs_consent=True)
    intake.record_events(
        [EventIn("key-00000001", "page_view", clock.now(), "device-0001")],
        source="web",
        received_at=clock.now(),
    )
    page = browser_of_staff.get("/settings/tag/").content.decode()
    assert "/static/okaeri/okaeri.js&quot; data-consent=&quot;required&quot;" in page
    assert "受信しています" in browser_of_staff.get("/settings/tag/check/").content.decode()
    _save(needs_consent=False)
    assert "data-consent" not in browser_of_staff.get("/settings/tag/").content.decode()


@pytest.mark.django_db
def test_the_list_is_there_as_table_text_and_json_in_both_languages(
    browser_of_staff: Client, in_english: Client
) -> None:
    _save(origins="https://shop.example")
    japanese = browser_of_staff.get("/settings/tag/").content.decode()
    assert "送信先: " in japanese
    assert "To: " in in_english.get("/settings/tag/").content.decode()
    given = json.loads(browser_of_staff.get("/settings/tag/inventory.json").content)
    assert {"device", "pages", "goods", "person", "clicks", "opens"} <= {
        item["key"] for item in given["items"]
    }
    assert all(item["purpose"]["ja"] and item["purpose"]["en"] for item in given["items"])


@pytest.mark.django_db
def test_the_signing_key_is_for_administrators(
    admin_client: Client,
) -> None:
    viewer = User.objects.create_user("looks", password="-", is_staff=True)
    give_role(viewer, Role.VIEWER)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(viewer)
    page = client.get("/settings/tag/")
    assert page.status_code == 200
    assert "署名の鍵" not in page.content.decode()
    page = admin_client.get("/settings/tag/", headers={"accept-language": "ja"})
    assert "署名の鍵" in page.content.decode()
    form = admin_client.get("/settings/rules/tag/", headers={"accept-language": "ja"})
    assert "メールのクリックを記録する" in form.content.decode()

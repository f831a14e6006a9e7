"""Interviews: written down with tags and a recording, found again, gone with the person."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake.models import Inquiry
from okaeri.web.access import Role, give_role
from okaeri.web.rights.erasing import erase_everywhere
from tests.web import call_shop

pytestmark = pytest.mark.django_db
SOUND = b"ID3\x04" + bytes(200)
LIST = "/voices/interviews/"


@pytest.fixture
def person(db: None) -> int:
    return call_shop.fill()[9]


def write(client: Client, person: int, *, body: str, tags: str = "", file: bytes = b"") -> Inquiry:
    given: dict[str, object] = {"subject": "お話", "body": body, "tags": tags}
    if file:
        given["file"] = SimpleUploadedFile("../../録音.mp3", file)
    response = client.post(f"/customers/{person}/interview/", given)
    assert response.status_code == 302, response.content.decode()
    return Inquiry.objects.latest("id")


@pytest.mark.covers("G-03")
def test_an_interview_is_written_down_with_tags_and_a_recording_and_found_again(
    person: int, browser_of_staff: Client
) -> None:
    note = write(browser_of_staff, person, body="冬は乾燥がつらい", tags="乾燥、 朝", file=SOUND)
    write(browser_of_staff, person, body="贈り物に選んだ", tags="ギフト")
    by_word = browser_of_staff.get(LIST, {"q": "乾燥"}).content.decode()
    by_tag = browser_of_staff.get(LIST, {"tag": "ギフト"}).content.decode()
    assert "冬は乾燥がつらい" in by_word
    assert "贈り物に選んだ" not in by_word
    assert "贈り物に選んだ" in by_tag
    assert "見つかりませんでした" in browser_of_staff.get(LIST, {"q": "価格"}).content.decode()
    shown = browser_of_staff.get(f"{LIST}{note.pk}/").content.decode()
    assert "<audio" in shown
    played = browser_of_staff.get(f"{LIST}{note.pk}/file/")
    assert BytesIO(b"".join(played.streaming_content)).read() == SOUND  # type: ignore[attr-defined]
    assert played.headers["Content-Type"] == "audio/mpeg"
    story = browser_of_staff.get(f"/customers/{person}/voices/").content.decode()
    assert "インタビュー「お話」" in story
    assert "#乾燥 #朝" in story
    table = browser_of_staff.get(LIST, {"csv": "utf-8"})
    lines = b"".join(table.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3


def test_what_a_browser_would_run_is_no_attachment(person: int, browser_of_staff: Client) -> None:
    page = SimpleUploadedFile("a.mp3", b"<html><script>alert(1)</script>")
    said = browser_of_staff.post(f"/customers/{person}/interview/", {"body": "本文", "file": page})
    assert said.status_code == 400
    assert "添付できるのは音声" in said.content.decode()
    assert "本文" in said.content.decode()
    assert not Inquiry.objects.exists()
    folder = Path(settings.OKAERI.data_dir) / "note-files"
    assert not [path for path in folder.iterdir() if path.read_bytes().startswith(b"<html")]


def test_a_recording_is_for_those_who_see_the_person_and_the_log_says_who(
    person: int, browser_of_staff: Client
) -> None:
    note = write(browser_of_staff, person, body="本文", file=SOUND)
    viewer = User.objects.create_user("leo", password="a-long-word", is_staff=True)
    give_role(viewer, Role.VIEWER)
    leo = Client()
    leo.force_login(viewer)
    assert leo.get(f"{LIST}{note.pk}/file/").status_code == 403
    # Read to its end: the client closes it then without closing the database connection.
    assert browser_of_staff.get(f"{LIST}{note.pk}/file/").getvalue()
    entries, _ = customers.list_access(actor="mika", customer_id=person)
    assert any("interview file" in entry.fields for entry in entries)


def test_with_the_person_the_words_and_the_recording_go(
    person: int, browser_of_staff: Client
) -> None:
    note = write(browser_of_staff, person, body="本文", tags="乾燥", file=SOUND)
    path = Path(settings.OKAERI.data_dir) / note.attachment
    assert path.is_file()
    erase_everywhere(person, clock.now())
    assert not path.exists()
    note.refresh_from_db()
    assert (note.subject, note.body, note.tags, note.attachment) == ("", "", [], "")

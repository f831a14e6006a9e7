"""A segment as an audience of LINE, on its page and through the job: coverage, sync, every night."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from pyroaring import BitMap64

from okaeri.deliver import api as deliver
from okaeri.deliver.actions import audiences
from okaeri.deliver.channels.line.audiences import LineAudiences
from okaeri.deliver.models import Audience
from okaeri.foundation import clock
from okaeri.foundation.work.jobs import JobRunner
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
from okaeri.insight.store import segments
from okaeri.project import wiring
from tests.deliver.fake_line import FakeLine, line_on_this_machine
from tests.deliver.test_audiences import NOW, agree, people_of_line
from tests.web.test_pages import JAPANESE

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLine]:
    """An account on this machine that the product has a token of."""
    clock.set_clock(clock.SimulatedClock(NOW))
    known = settings.OKAERI
    with line_on_this_machine() as account:
        client = LineAudiences(account.token, account.url, pause=lambda _: None)
        monkeypatch.setattr(wiring, "line_audiences", lambda: client)
        monkeypatch.setattr(settings, "OKAERI", replace(known, line_token=account.token))
        yield account


def segment_of(people: list[int]) -> int:
    number = insight.create_segment("Dry", {"field": "purchase_count", "op": ">", "value": 90}).id
    segments.save_members(Segment.objects.get(pk=number), BitMap64(people), NOW)
    return number


def work() -> None:
    """Run the jobs that wait, as the worker does."""
    runner = JobRunner(wiring.JOB_HANDLERS)
    while runner.run_one(clock.now()):
        pass


@pytest.mark.covers("H-10")
def test_a_segment_is_synced_to_line_and_shows_how_many_are_linked(
    line: FakeLine, browser_of_staff: Client, in_english: Client
) -> None:
    people = people_of_line(80, agreed=60)
    number = segment_of([*people, 9001, 9002, 9003, 9004, 9005])
    page = f"/analysis/segments/{number}/line/"
    assert page in browser_of_staff.get(f"/analysis/segments/{number}/").content.decode()
    html = browser_of_staff.get(page).content.decode()
    assert "85人のうち、LINEと連携しているのは 80人(連携率 94.1%)、そのうち送れるのは 60人" in html
    assert "まだ同期していません" in html
    # Pressed twice, done once.
    browser_of_staff.post(f"{page}sync/")
    assert (
        "まもなく同期します" in browser_of_staff.post(f"{page}sync/", follow=True).content.decode()
    )
    work()
    (group,) = line.groups.values()
    assert len(group["ids"]) == 60
    told = in_english.get(page).content.decode()
    assert "Ready at LINE" in told
    assert "60 people synced" in told
    body = told.split("<main")[1].split("</main>")[0]
    assert not JAPANESE.search(body)
    csv = b"".join(browser_of_staff.get(f"{page}?csv=utf-8")).decode("utf-8-sig").splitlines()
    assert csv[1].startswith("Dry,85,80,60,ready,60,2026-11-20")

    assert wiring.ask_for_kept_audiences() == 0
    browser_of_staff.post(f"{page}keep/", {"keep": "1"})
    assert wiring.ask_for_kept_audiences() == 1
    segments.save_members(Segment.objects.get(pk=number), BitMap64(people[:55]), NOW)
    work()
    assert [len(group["ids"]) for group in line.groups.values()] == [55]
    browser_of_staff.post(f"{page}keep/", {"keep": "0"})
    assert wiring.ask_for_kept_audiences() == 0

    browser_of_staff.post(f"/analysis/segments/{number}/delete/")
    deliver.keep_audience(f"segment:{number}", is_kept=True)
    wiring.ask_for_kept_audiences()
    work()
    assert line.groups == {}
    assert "人数が足りません" in browser_of_staff.get(page).content.decode()


def test_many_people_are_counted_when_somebody_asks_and_the_page_says_when(
    line: FakeLine, browser_of_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "_AT_ONCE", 50)
    people = people_of_line(60, agreed=55)
    page = f"/analysis/segments/{segment_of(people)}/line/"
    unknown = browser_of_staff.get(page).content.decode()
    assert "まだ数えていません" in unknown
    assert browser_of_staff.get(f"{page}?csv=utf-8").status_code == 200
    # Looking writes nothing.
    assert not Audience.objects.exists()
    browser_of_staff.post(f"{page}count/")
    assert "そのうち送れるのは 55人" in browser_of_staff.get(page).content.decode()
    agree(people[-1])
    clock.set_clock(clock.SimulatedClock(NOW + timedelta(hours=2)))
    html = browser_of_staff.get(page).content.decode()
    assert "そのうち送れるのは 55人" in html
    assert "12:00 に数えました" in html
    browser_of_staff.post(f"{page}count/")
    assert "そのうち送れるのは 56人" in browser_of_staff.get(page).content.decode()


def test_without_a_token_the_page_says_what_to_do(browser_of_staff: Client) -> None:
    html = browser_of_staff.get(f"/analysis/segments/{segment_of([])}/line/").content.decode()
    assert "OKAERI_LINE_TOKEN" in html
    assert "いま同期する" not in html
    assert "いまだれもいません" in html


def test_who_may_only_look_cannot_sync(line: FakeLine, outsider: Client) -> None:
    number = segment_of(people_of_line(60, agreed=60))
    outsider.post(f"/analysis/segments/{number}/line/sync/")
    work()
    assert line.asked == []


def test_after_a_job_that_failed_the_button_works_again(
    line: FakeLine, browser_of_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = segment_of(people_of_line(60, agreed=60))
    page = f"/analysis/segments/{number}/line/"

    def broken() -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(wiring, "line_audiences", broken)
        browser_of_staff.post(f"{page}sync/")
        assert 'button primary" disabled' in browser_of_staff.get(page).content.decode()
        work()
    html = browser_of_staff.get(page).content.decode()
    assert "同期できませんでした" in html
    assert "思わぬエラーで止まりました" in html
    assert 'button primary" disabled' not in html
    browser_of_staff.post(f"{page}sync/")
    work()
    assert len(line.groups) == 1

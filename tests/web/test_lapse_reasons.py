"""Why people leave: one list, chosen in a survey, on the page that stops our news, in a call, and read
from ended subscriptions; then people, return and trend by reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.domain.lapse_reasons import CHOICES, read_reason
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, SubscriptionIn
from okaeri.listen import api as listen
from tests.insight.mixed_shop import order, record
from tests.web.shop import resolve

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
PAGE = "/analysis/reasons/"
Refresh = Callable[[], None]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def who(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def reason_of(member: str) -> tuple[str, str]:
    held = customers.attributes_of([who(member)], TODAY, keys=[customers.LAPSE_REASON])
    answer = held[who(member)][0]
    return str(answer.value), answer.source


def cancel(member: str, reason: str, day: date) -> None:
    contract = SubscriptionIn(
        source="shop",
        subscription_no=f"S-{member}",
        status="cancelled",
        changed_at=clock.now(),
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        cancelled_on=day,
        cancel_reason=reason,
    )
    intake.record_subscriptions([contract])


@pytest.fixture
def refresh(db: None, tmp_path: Path) -> Refresh:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    caller = order("caller", ago(300))
    record(
        *(order(name, ago(300)) for name in ("survey", "leaver", "ended", "back")),
        replace(caller, party=replace(caller.party, phone="09012345678")),
    )
    resolve()

    def run() -> None:
        warehouse = open_warehouse(tmp_path / "warehouse")
        insight.refresh(warehouse=warehouse, as_of=TODAY)
        warehouse.close()

    run()
    return run


def answer_low(member: str, reason: str) -> str:
    """Answer 2 of 5 and choose a reason on the page that thanks; gives that page."""
    path = listen.question_link(who(member), "satisfaction", "", settings.SECRET_KEY)
    thanks = Client().post(path, {"score": "2"}).content.decode()
    assert Client().post(path, {"lapse_reason": reason}).status_code == 200
    return thanks


@pytest.mark.covers("A-04")
@pytest.mark.engine
def test_reasons_chosen_everywhere_stand_in_one_report(
    refresh: Refresh, tmp_path: Path, browser_of_staff: Client, in_english: Client
) -> None:
    begin = browser_of_staff.get(PAGE).content.decode()
    assert "この一覧を使う" in begin
    browser_of_staff.post(f"{PAGE}start/")
    master = {one.value: one.name.ja for one in customers.lapse_reasons()}
    assert "競合" in master["competitor"]
    assert "代用品" in master["substitute"]
    assert "情報を集める" in master["information"]
    # The survey: whoever is content is not asked.
    thanks = answer_low("survey", "competitor")
    assert all(name in thanks for name in master.values())
    happy = listen.question_link(who("back"), "satisfaction", "", settings.SECRET_KEY)
    assert master["competitor"] not in Client().post(happy, {"score": "5"}).content.decode()
    # The page that stops our news.
    choices = customers.preference_link(who("leaver"), "", settings.SECRET_KEY)
    stopped = Client().post(choices, {"action": "leave"}).content.decode()
    assert master["information"] in stopped
    said = Client().post(choices, {"action": "reason", "lapse_reason": "information"})
    assert "ありがとうございました" in said.content.decode()
    # The call log.
    listen.ask_for_call(who("caller"), note="", by="mika", now=clock.now())
    task = listen.take_call(listen.list_calls(clock.now())[0].id, "mika", clock.now())
    assert (
        master["substitute"] in browser_of_staff.get(f"/actions/calls/{task.id}/").content.decode()
    )
    result = {"result": "answered", "lapse_reason": "substitute"}
    browser_of_staff.post(f"/actions/calls/{task.id}/result/", result)
    # Ended subscriptions.
    cancel("ended", "他社の商品に乗り換えたため", ago(120))
    cancel("back", "競合の商品・サービスに移った", ago(150))
    resolve()
    assert customers.read_cancellations(clock.now()) == 2
    assert [reason_of(name) for name in ("survey", "leaver", "caller", "ended")] == [
        ("competitor", "survey"),
        ("information", "form"),
        ("substitute", "call"),
        ("competitor", "cancellation"),
    ]
    record(order("back", ago(100)))
    refresh()
    payload = insight.find_report("lapse_reasons").payload  # type: ignore[union-attr]
    first = payload["reasons"][0]
    assert (first["reason"], first["people"], first["lapsed"]) == ("competitor", 3, 2)
    # Of the two who said so 90 days ago or earlier one ordered within 90 days.
    assert (first["aged"], first["returned"], first["rate"]) == (2, 1, 0.5)
    assert payload["months"][-1] == "2026-05-01"
    assert first["by_month"] == [1, 1, 0, 0, 0, 1]
    html = browser_of_staff.get(PAGE).content.decode()
    assert '<th scope="col" class="n nowrap">2026年5月</th>' in html
    assert "「競合の商品・サービスに移った」で 60.0%" in html
    link = html.split('class="row-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "競合の商品" in browser_of_staff.get(link).content.decode()
    rule = {"field": "attribute:lapse_reason", "op": "=", "value": "competitor"}
    warehouse = open_warehouse(tmp_path / "warehouse")
    segment = insight.create_segment("left", rule, warehouse=warehouse)
    warehouse.close()
    people = {who(name) for name in ("survey", "ended", "back")}
    assert set(insight.segment_members(segment.id)) == people
    english = in_english.get(PAGE).content.decode()
    assert "Went to a competitor" in english
    assert "Came back" in english
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("competitor,競合の商品・サービスに移った,3,0.6,2,")


def test_a_person_counts_once_and_staff_has_the_last_word(
    refresh: Refresh, browser_of_staff: Client
) -> None:
    browser_of_staff.post(f"{PAGE}start/")
    answer_low("survey", "price")
    path = f"/customers/{who('survey')}/attributes/"
    browser_of_staff.post(path, {"key": "lapse_reason", "value": "life"})
    refresh()
    payload = insight.find_report("lapse_reasons").payload  # type: ignore[union-attr]
    assert [(one["reason"], one["people"]) for one in payload["reasons"]] == [("life", 1)]
    with pytest.raises(InputError):
        customers.record_lapse_reason(who("back"), "nonsense", source="form", at=clock.now())


def test_a_list_that_was_put_away_comes_back_as_it_was(
    refresh: Refresh, browser_of_staff: Client
) -> None:
    browser_of_staff.post(f"{PAGE}start/")
    (own,) = (one for one in customers.list_attributes() if one.key == "lapse_reason")
    mine = replace(own, choices=own.choices[:2], is_active=False)
    customers.save_attribute(mine)
    assert customers.lapse_reasons() == ()
    browser_of_staff.post(f"{PAGE}start/")
    assert customers.lapse_reasons() == own.choices[:2]


def test_a_changed_list_reads_what_ended_subscriptions_say_anew(refresh: Refresh) -> None:
    cancel("ended", "家族に反対された", ago(9))
    cancel("nobody-yet", "余っているから", ago(5))
    assert customers.read_cancellations(clock.now()) == 0
    suggested = {one.key: one for one in customers.SUGGESTED_ATTRIBUTES}[customers.LAPSE_REASON]
    customers.save_attribute(suggested)
    # Whose contact nobody has resolved waits.
    assert customers.read_cancellations(clock.now()) == 1
    resolve()
    assert customers.read_cancellations(clock.now()) == 1
    assert customers.read_cancellations(clock.now()) == 0
    assert (reason_of("ended")[0], reason_of("nobody-yet")[0]) == ("other", "surplus")
    family = type(CHOICES[0])("family", Text("家族に反対された", "Family was against it"))
    customers.save_attribute(
        type(suggested)(suggested.key, suggested.name, suggested.kind, (*CHOICES, family))
    )
    assert customers.read_cancellations(clock.now()) == 2
    assert reason_of("ended")[0] == "family"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("競合の商品・サービスに移った", "competitor"),
        ("PRICE", "price"),
        ("他社のほうが価格が安い", "competitor"),
        ("ドラッグストアので足りる", "substitute"),
        ("口コミを読んで不安に", "information"),
        ("なんとなく", "other"),
        ("興味がなくなった", "other"),
        ("味が苦手だった", "unfit"),
        ("経済的に余裕がない", "price"),
        ("まだ余っている", "surplus"),
        ("個人情報が心配", "other"),
        ("It costs too much", "price"),
        ("Maybe later", "other"),
        ("It came late", "service"),
        ("", ""),
    ],
)
def test_what_people_write_is_put_under_one_reason(words: str, reason: str) -> None:
    assert read_reason(words, CHOICES) == reason


def test_without_other_on_the_list_unknown_words_stay_out() -> None:
    assert read_reason("なんとなく", [one for one in CHOICES if one.value != "other"]) == ""

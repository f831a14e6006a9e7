"""Expectation and experience by product and advertisement; the loyalty index by class and month."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.domain.reports.loyalty import loyalty_payload
from okaeri.insight.voice_types import VoiceRules
from okaeri.intake import api as intake
from okaeri.intake.models import Order
from okaeri.intake.types import PartyIn
from okaeri.intake.voice_types import SurveyAnswerIn
from okaeri.listen import api as listen
from okaeri.plan.actions.render import QUESTION_LINKS
from okaeri.project.wiring import answers_for_segments
from okaeri.web.pages.analysis.kpi_elsewhere import find_rows
from tests.insight.mixed_shop import order, record
from tests.web.shop import resolve
from tests.web.test_age_channels import send

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def who(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def answer(member: str, question: str, score: int, subject: str = "") -> str:
    """Answer by the link of a mail; gives what the page asked."""
    path = listen.question_link(who(member), question, "", settings.SECRET_KEY, subject=subject)
    asked = Client().get(path).content.decode()
    assert Client().post(path, {"score": str(score)}).status_code == 200
    return asked


def measure(folder: Path, as_of: date = TODAY) -> None:
    warehouse = open_warehouse(folder / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=as_of)
    reactions = list(deliver.read_reactions(NOW - timedelta(days=365)))
    insight.measure_voices(answers_for_segments(), reactions, warehouse=warehouse, as_of=as_of)
    warehouse.close()


@pytest.fixture
def _today(db: None) -> None:
    clock.set_clock(clock.SimulatedClock(NOW))


@pytest.mark.covers("E-17")
@pytest.mark.engine
@pytest.mark.usefixtures("_today")
def test_the_gap_is_told_by_product_and_by_the_advertisement_that_promised(
    tmp_path: Path, browser_of_staff: Client, in_english: Client
) -> None:
    loud = [f"loud{n}" for n in range(6)]
    calm = [f"calm{n}" for n in range(6)]
    record(
        *(order(name, ago(60), "LOTION", media="sns") for name in loud),
        *(order(name, ago(60), "CREAM", media="magazine") for name in calm),
        # Bought later, without any advertisement: still one of those who came by it.
        order("loud0", ago(20), "SOAP"),
    )
    resolve()
    assert "期待とくらべて" in answer("loud0", "expectation", 1)
    first = Order.objects.get(order_no__startswith="loud1-").pk
    answer("loud1", "expectation", 2, subject=f"order:{first}")
    for name in loud[2:]:
        answer(name, "expectation", 2)
    for name in calm:
        answer(name, "expectation", 4)
    # Another question is none of this.
    answer("calm0", "satisfaction", 1)
    measure(tmp_path)
    payload = insight.find_report("expectations").payload  # type: ignore[union-attr]
    assert payload["answers"] == 12
    products = {row["label"]: (row["answers"], row["gap"]) for row in payload["products"]}
    assert products == {"せっけん": (1, -2.0), "化粧水": (5, -1.0), "クリーム": (6, 1.0)}
    media = {
        row["value"]: (row["answers"], row["below"], row["is_over"]) for row in payload["media"]
    }
    assert media == {"sns": (6, 6, True), "magazine": (6, 0, False)}
    html = browser_of_staff.get("/analysis/expectations/").content.decode()
    assert "広告が約束しすぎていないか" in html
    assert "sns" in html.split("notice is-error")[1].split("</p>")[0]
    link = html.split('class="row-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser_of_staff.get(link).status_code == 200
    assert "promises too much" in in_english.get("/analysis/expectations/").content.decode()
    address = "/analysis/expectations/?csv=utf-8"
    csv = b"".join(browser_of_staff.get(address)).decode("utf-8-sig")
    assert "media,sns,sns,6," in csv
    assert "expectation_url" in QUESTION_LINKS


@pytest.mark.usefixtures("_today")
def test_before_anybody_answered_the_page_says_how_to_ask(
    tmp_path: Path, browser_of_staff: Client
) -> None:
    record(order("one", ago(60)))
    resolve()
    measure(tmp_path)
    html = browser_of_staff.get("/analysis/expectations/").content.decode()
    assert "expectation_url" in html
    # Nobody was sent a link: there is no 0 for that.
    html = browser_of_staff.get("/analysis/loyalty/").content.decode()
    assert "押せた方がいないので、反応は指数から除いています" in html


@pytest.mark.covers("D-21")
@pytest.mark.engine
@pytest.mark.usefixtures("_today")
def test_the_index_joins_voice_answers_and_repeat_by_class_and_keeps_its_months(
    tmp_path: Path, browser_of_staff: Client, in_english: Client
) -> None:
    record(
        *(order(name, ago(day)) for name in ("fan", "friend") for day in (80, 40)),
        *(order(name, ago(30)) for name in ("new", "other")),
    )
    resolve()
    answer("fan", "nps", 9)
    answer("friend", "nps", 6)
    # Five steps make no NPS: beside 0 to 10 they stand under a name of their own.
    answer("fan", "recommend", 5)
    answer("new", "satisfaction", 4)
    # Three is no top box, and a mind that changed counts once.
    answer("other", "satisfaction", 5)
    answer("other", "satisfaction", 3)
    send("fan", "email", 2, clicked=1)
    send("friend", "email", 2, clicked=0)
    send("new", "email", 2, clicked=1, kind="machine_clicked")
    send("other", "email", 2, clicked=0, linked=False)
    clock.set_clock(clock.SimulatedClock(NOW))
    measure(tmp_path, date(2026, 4, 30))
    measure(tmp_path)
    measure(tmp_path)
    payload = insight.find_report("loyalty").payload  # type: ignore[union-attr]
    rows = {row["stage"]: row for row in payload["classes"]}
    # One 9 and one 6 of two: NPS 0; one of two answers; both bought again.
    toddler = rows["toddler"]
    assert (toddler["nps"], toddler["voice"], toddler["engagement"], toddler["repeat"]) == (
        0, 50, 50, 100,
    )  # fmt: skip
    assert round(toddler["index"], 3) == 66.667
    assert (toddler["recommend_share"], toddler["advised"], toddler["asked"]) == (100, 1, 2)
    # Satisfaction 4 of 5 where nobody was asked whether he recommends.
    first = rows["first"]
    # Of a letter without a link nobody knows whether it was liked.
    assert (first["written"], payload["all"]["written"]) == (1, 3)
    assert (first["nps"], first["voice"], first["engagement"], first["repeat"]) == (
        None,
        62.5,
        0,
        0,
    )
    assert round(first["index"], 3) == 20.833
    kpis = {row["key"]: row["now"] for row in find_rows()}
    assert (kpis["csat"]["hits"], kpis["csat"]["of"], kpis["csat"]["value"]) == (1, 2, 0.5)
    assert (kpis["nps"]["value"], kpis["nps"]["of"], kpis["recommend_share"]["of"]) == (0, 2, 1)
    months = [one["month"] for one in payload["history"]]
    assert months == ["2026-04-01", "2026-05-01"]
    html = browser_of_staff.get("/analysis/loyalty/").content.decode()
    assert re.search(r'<p class="answer">まだ\d人なので、何も言えません', html)
    assert html.split("<tbody>")[1].split("</tbody>")[0].count(">参考</span>") == 2
    assert "2026年4月" in html
    link = html.split('class="row-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser_of_staff.get(link).status_code == 200
    assert "Is attachment growing?" in in_english.get("/analysis/loyalty/").content.decode()
    csv = b"".join(browser_of_staff.get("/analysis/loyalty/?csv=utf-8")).decode("utf-8-sig")
    assert "toddler,False,2,66.6" in csv


@pytest.mark.engine
@pytest.mark.usefixtures("_today")
def test_the_nps_of_one_answer_of_each_number_is_that_of_its_definition(
    tmp_path: Path, browser_of_staff: Client
) -> None:
    names = [f"n{number}" for number in range(11)]
    record(*(order(name, ago(30)) for name in names))
    resolve()
    assert "どのくらいすすめたい" in answer("n0", "nps", 0)
    for number in range(1, 6):
        answer(names[number], "nps", number)
    # The others said it in another tool, which a file or the API brings.
    said = [(name, "nps ", str(name[1:])) for name in names[6:]]
    said += [("n1", "NPS", "11"), ("n2", "NPS", "よい"), ("n3", "推奨度", "1")]
    said += [("n4", "CSAT", "6"), ("n5", "CSAT", "5"), ("n6", "CSAT", "8")]
    specs = {spec.key: spec for spec in specs_of(VoiceRules).values()}
    save(specs, {"csat.scale": 7})
    intake.record_survey_answers(
        SurveyAnswerIn(
            "tool", str(no), "", question, score, NOW, NOW, PartyIn(email=f"{name}@example.com")
        )
        for no, (name, question, score) in enumerate(said)
    )
    resolve()
    measure(tmp_path)
    everybody = insight.find_report("loyalty").payload["all"]  # type: ignore[union-attr]
    # 9 and 10 of 11 less 0 to 6 of 11 (domain §2.9).
    assert (everybody["asked"], everybody["nps"]) == (11, pytest.approx(100 * (2 - 7) / 11))
    # Six of seven is one of the top two boxes, five is none; eight is no step of seven.
    assert (everybody["rated"], everybody["satisfied"]) == (2, 1)
    assert everybody["satisfaction"] == pytest.approx(((1 + 4 * 5 / 6) + (1 + 4 * 4 / 6)) / 2)
    html = browser_of_staff.get("/analysis/loyalty/").content.decode()
    assert "9・10の割合(%)から0〜6の割合(%)を引いた値" in html
    refused = Client().post(
        listen.question_link(who("n0"), "nps", "", settings.SECRET_KEY), {"score": "11"}
    )
    assert refused.status_code == 400


def test_the_index_of_parts_that_are_not_known_is_the_mean_of_the_others() -> None:
    row = {
        "stage": "first", "is_lapsed": False, "customers": 4, "repeat": 1, "written": 0,
        "engaged": 0, "asked": 0, "promoters": 0, "detractors": 0, "rated": 0, "score": 0,
        "satisfied": 0, "advised": 0, "advice": 0, "recommenders": 0,
    }  # fmt: skip
    before = [{"month": f"2025-{n:02}-01", "index": 1.0, "classes": {}} for n in range(1, 13)]
    payload = loyalty_payload(
        [row], [*before, {"month": "2026-05-01", "index": 2.0, "classes": {}}], TODAY
    )
    assert (payload["all"]["index"], payload["all"]["engagement"]) == (25, None)
    ten = {**row, "asked": 10, "promoters": 10}
    marks = [loyalty_payload([one], [], TODAY)["all"]["is_few"] for one in (row, ten)]
    assert marks == [True, False]
    assert [payload["history"][0]["month"], payload["history"][-1]["index"]] == ["2025-01-01", 25]
    assert len(payload["history"]) == 13

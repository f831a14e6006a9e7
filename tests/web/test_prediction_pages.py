"""Predictions on pages: the person's panel, lists of whom to reach, and how well it all holds."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.insight import api as insight
from okaeri.insight.models import CustomerPrediction
from okaeri.insight.prediction_types import PredictionRules
from tests.web import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_end() -> None:
    clock.set_clock(clock.SimulatedClock(shop.END))


def _known() -> dict:
    return {spec.key: spec for spec in specs_of(PredictionRules).values()}


@pytest.mark.covers("G-11", "I-13")
def test_the_persons_page_tells_what_is_likely_to_come_with_ranges_and_reasons(
    small_shop: None, browser_of_staff: Client
) -> None:
    row = CustomerPrediction.objects.filter(best_hour__isnull=False).order_by("-value_365_minor")[0]
    page = browser_of_staff.get(f"/customers/{row.customer_id}/").content.decode()
    assert "これからの見込み" in page
    assert f"({row.orders_365_low}〜{row.orders_365_high}回)" in page
    assert f"{row.horizon_days}日以内に戻る見込み" in page
    assert "離脱リスク" in page
    for reason in insight.reasons_in_words(
        insight.list_predictions([row.customer_id])[row.customer_id]
    ):
        assert reason.ja in page
    assert f"{row.best_hour}時台" in page
    assert "80%の予測区間" in page


@pytest.mark.covers("I-15")
def test_the_next_step_names_product_channel_time_and_reason(
    small_shop: None, browser_of_staff: Client
) -> None:
    writable = next(
        told.customer_id
        for told in insight.list_most_valuable().rows
        if any(p.may_be_written for p in customers.contact_points_of(told.customer_id))
    )
    page = browser_of_staff.get(f"/customers/{writable}/").content.decode()
    panel = page[page.index("次の一手") :]
    panel = panel[: panel.index("</dl>")]
    assert "<dt>おすすめの商品</dt>" in panel
    for name in ("おすすめの商品", "チャネル", "時期", "理由"):
        assert name in panel
    assert "メール" in panel
    assert re.search(r"\d+月\d+日", panel)


def test_nothing_is_offered_to_somebody_we_may_not_write_to(
    small_shop: None, browser_of_staff: Client
) -> None:
    told = insight.list_most_valuable().rows[0]
    for point in customers.contact_points_of(told.customer_id):
        customers.suppress(point.channel, point.address, "staff", clock.now())
    page = browser_of_staff.get(f"/customers/{told.customer_id}/").content.decode()
    assert "<dt>おすすめの商品</dt>" not in page
    assert "これからの見込み" in page


def test_the_held_out_page_shows_what_was_told_beside_what_came(
    small_shop: None, browser_of_staff: Client
) -> None:
    report = insight.find_report("predictions")
    assert report is not None
    replay = report.payload["replay"]
    page = browser_of_staff.get("/analysis/predictions/").content.decode()
    assert f"実際は {replay['orders']['came']}回" in page
    assert "80%の範囲に入った割合" in page
    assert "MBG/NBD" in page
    rows = browser_of_staff.get("/analysis/predictions/?csv=utf-8").getvalue().decode("utf-8-sig")
    lines = rows.splitlines()
    assert lines[0] == "kind,group,people,told,came"
    assert sum(line.startswith("orders,") for line in lines) == 10
    came = sum(
        float(line.split(",")[4]) * int(line.split(",")[2])
        for line in lines
        if line.startswith("orders,")
    )
    assert round(came) == replay["orders"]["came"]


@pytest.mark.covers("B-06")
def test_the_call_list_follows_importance_and_its_editable_bars(
    small_shop: None, browser_of_staff: Client
) -> None:
    save(_known(), {"importance.call_from": 10, "importance.call_risk_percent": 5})
    page = browser_of_staff.get("/analysis/importance/").content.decode()
    rows = insight.list_to_call().rows
    assert rows
    places = [page.index(f'/customers/{row.customer_id}/"') for row in rows]
    assert places == sorted(places)
    for word in ("優先度", "重要度", "内訳", "RFM", "予測購入額", "離脱リスク"):
        assert word in page
    asked = {key: spec.default for key, spec in _known().items()}
    form = browser_of_staff.get(reverse("settings", args=["analysis"]))
    fields = {field.spec.key: field.value for field in form.context["fields"]}
    assert set(asked) <= set(fields)
    answer = browser_of_staff.post(
        reverse("settings", args=["analysis"]), {**fields, "importance.call_from": "100"}
    )
    assert answer.status_code == 302
    empty = browser_of_staff.get("/analysis/importance/").content.decode()
    assert "いま電話したい方はいません" in empty


@pytest.mark.covers("L-04")
def test_the_most_valuable_stand_beside_what_they_did_and_their_class(
    small_shop: None, browser_of_staff: Client
) -> None:
    page = browser_of_staff.get("/analysis/valuable/").content.decode()
    rows = insight.list_most_valuable(limit=20).rows
    places = [page.index(f'/customers/{row.customer_id}/"') for row in rows]
    assert places == sorted(places)
    for word in ("実績(直近12か月)", "予測購入回数", "継続の確率", "理由", "優良"):
        assert word in page
    report = insight.find_report("predictions")
    assert report is not None
    top = report.payload["replay"]["top"]
    if top:
        assert f"予測の上位 {top['people']}人" in page


def test_overdue_people_are_listed_and_can_be_taken_away_as_a_file(
    small_shop: None, browser_of_staff: Client
) -> None:
    found = insight.list_overdue()
    page = browser_of_staff.get("/analysis/overdue/").content.decode()
    assert f"現役の方のうち {found.total}人" in page
    body = browser_of_staff.get("/analysis/overdue/?csv=utf-8").getvalue().decode("utf-8-sig")
    assert len(body.splitlines()) == found.total + 1
    numbers = [int(line.split(",")[0]) for line in body.splitlines()[1:]]
    assert numbers == [row.customer_id for row in found.rows]


@pytest.mark.parametrize("name", ["predictions", "importance", "overdue", "valuable"])
def test_every_page_opens_before_the_first_analysis(name: str, browser_of_staff: Client) -> None:
    assert browser_of_staff.get(f"/analysis/{name}/").status_code == 200

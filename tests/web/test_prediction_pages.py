"""Predictions on pages: the person's panel, lists of whom to reach, and how well it all holds."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from okaeri.customers import api as customers
from okaeri.customers.models import AccessEntry, Customer
from okaeri.foundation import clock
from okaeri.foundation.settings import load, save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.shares import wilson_interval
from okaeri.insight.models import CustomerPrediction, ItemFact
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.reaction_types import REACTIONS
from okaeri.listen import api as listen
from okaeri.listen.types import CallReason, CallRules
from okaeri.plan import api as plan
from okaeri.web.pages import people_csv
from tests.web import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_end() -> None:
    clock.set_clock(clock.SimulatedClock(shop.END))


def _known() -> dict:
    return {spec.key: spec for spec in specs_of(PredictionRules).values()}


def _range(low: float | None, high: float | None) -> str:
    assert low is not None
    assert high is not None
    assert low < high
    return f"{low * 100:.0f}〜{high * 100:.0f}%"


@pytest.mark.covers("G-11", "I-13")
def test_the_persons_page_tells_what_is_likely_to_come_with_ranges_and_reasons(
    small_shop: None, browser_of_staff: Client
) -> None:
    known = CustomerPrediction.objects.filter(best_hour_chance__isnull=False)
    row = known.order_by("-value_365_minor")[0]
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
    assert row.best_hour_chance is not None
    sureness = "確か" if row.best_hour_chance >= 0.8 else "まだ不確か"
    assert f"本人の注文{row.best_hour_own}件と店全体から" in page
    assert f"{sureness}({row.best_hour_chance:.0%})" in page
    CustomerPrediction.objects.filter(pk=row.pk).update(best_hour_own=0, best_hour_chance=None)
    others = browser_of_staff.get(f"/customers/{row.customer_id}/").content.decode()
    assert "店全体の注文が多い時間" in others
    assert "本人の注文0件" not in others
    held = browser_of_staff.get("/analysis/predictions/").content.decode()
    learned = insight.find_report("best_hours")
    assert learned is not None
    if learned.payload["replay"]:
        assert f"店全体の最もよい時間は{learned.payload['replay']['shop_hour']}時台です" in held
    assert "範囲はいずれも80%の区間です" in page
    # No chance stands without its interval.
    for low, high in (
        (row.p_alive_low, row.p_alive_high),
        (row.returns_low, row.returns_high),
        (row.lapse_risk_low, row.lapse_risk_high),
    ):
        assert f"({_range(low, high)})" in page
    assert f"今後{row.lapse_days}日に購入がない見込みです" in page


def test_whoever_hardly_buys_again_has_that_said_and_no_mean_beside_zeros(
    small_shop: None, browser_of_staff: Client
) -> None:
    told = insight.list_most_valuable().rows[0]
    nothing = dict.fromkeys(("orders_365_low", "orders_365_high"), 0)
    CustomerPrediction.objects.filter(customer_id=told.customer_id).update(
        orders_365=0.4, value_365_low_minor=0, value_365_high_minor=0, **nothing
    )
    page = browser_of_staff.get(f"/customers/{told.customer_id}/").content.decode()
    assert "買う見込みは10%以下です" in page
    assert "(0〜0回)" not in page
    listed = browser_of_staff.get("/analysis/valuable/").content.decode()
    assert "買う見込み10%以下" in listed
    rows = browser_of_staff.get("/analysis/valuable/?csv=utf-8").getvalue().decode("utf-8-sig")
    line = next(
        row for row in csv.DictReader(io.StringIO(rows)) if row["顧客ID"] == str(told.customer_id)
    )
    assert [line[name] for name in line if name.startswith("予測購入額")] == ["0", "0", "0"]
    assert line["離脱リスクを見る日数"] == str(told.lapse_days)


@pytest.mark.covers("I-15")
def test_the_next_step_names_product_channel_time_and_reason(
    small_shop: None, browser_of_staff: Client
) -> None:
    writable = next(
        told.customer_id
        for told in insight.list_most_valuable().rows
        if told.overdue_ratio < 1
        and any(p.may_be_written for p in customers.contact_points_of(told.customer_id))
    )
    page = browser_of_staff.get(f"/customers/{writable}/").content.decode()
    panel = page[page.index("次の一手") :]
    panel = panel[: panel.index("</dl>")]
    assert "<dt>おすすめの商品</dt>" in panel
    for name in ("おすすめの商品", "チャネル", "時期", "理由"):
        assert name in panel
    assert "メール" in panel
    assert re.search(r"\d+月\d+日", panel)
    # A day stands with its range and with how likely it is that anybody comes at all.
    assert re.search(r"ごろ\(.+〜.+\)です。\d+日以内に戻る見込みは\d+%\(\d+〜\d+%\)です", panel)


def test_a_content_first_buyer_is_offered_what_a_letter_would_show(
    small_shop: None, browser_of_staff: Client
) -> None:
    once = [
        row.customer_id for row in insight.list_customers(limit=500).rows if row.purchase_count == 1
    ]
    histories = customers.purchase_history(once)
    long_ago = shop.END.date() - timedelta(days=30)
    number = next(
        one
        for one in once
        if (day := histories[one][-1].delivered_on) is not None
        and day <= long_ago
        and any(point.may_be_written for point in customers.contact_points_of(one))
        and not plan.list_offers(one, now=clock.now())
    )
    ItemFact.objects.create(
        sku="CREAM", name="夜のクリーム", price_minor=4000, buyers=9, recent_buyers=9, repeat_buyers=0,
        first_on=shop.END.date(), last_on=shop.END.date(),
    )  # fmt: skip
    address = f"/customers/{number}/"
    assert "商品は載せず、ごあいさつだけで" in browser_of_staff.get(address).content.decode()
    link = listen.question_link(number, "satisfaction", "", django_settings.SECRET_KEY)
    listen.record_answer(link.strip("/").split("/")[-1], 5, "", clock.now())
    page = browser_of_staff.get(address).content.decode()
    assert "<dt>おすすめの商品</dt><dd>夜のクリーム" in page


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
    assert lines[0] == "kind,group,people,told,came,low,high"
    assert sum(line.startswith("orders,") for line in lines) == 10
    came = sum(
        float(line.split(",")[4]) * int(line.split(",")[2])
        for line in lines
        if line.startswith("orders,")
    )
    assert round(came) == replay["orders"]["came"]
    # No share of what held, and nothing that came, stands without its interval.
    for kind in ("orders", "value"):
        low, high = replay[kind]["inside_low"], replay[kind]["inside_high"]
        assert low < replay[kind]["inside"] < high
        assert f"{low * 100:.1f}〜{high * 100:.1f}%" in page
    assert (replay["orders"]["inside_low"], replay["orders"]["inside_high"]) == wilson_interval(
        round(replay["orders"]["inside"] * replay["orders"]["people"]), replay["orders"]["people"]
    )
    for row in replay["orders"]["tenths"]:
        if row["came"]:
            assert 0 <= row["low"] < row["came"] < row["high"]
            assert f"{row['low']:.2f}〜{row['high']:.2f}" in page
    for row in (*replay["lapse"]["reliability"], *replay["returns"]):
        assert (row["low"], row["high"]) == wilson_interval(
            round(row["came"] * row["people"]), row["people"]
        )
    assert replay["returns"]
    assert sum(line.startswith("returns,") for line in lines) == len(replay["returns"])
    for misfit in report.payload["misfit"].values():
        assert _range(misfit["low"], misfit["high"]) in page


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
    # Whom the page lists, in its order, the call list has: all but the one without a number.
    everybody = insight.list_to_call(limit=1000).rows
    Customer.objects.filter(id__gt=0).update(phone="0312345678")
    Customer.objects.filter(id=rows[0].customer_id).update(phone="")
    assert "電話リストに載せる" in page
    assert browser_of_staff.post(reverse("calls_fill")).status_code == 302
    tasks = listen.list_calls(clock.now())
    called = [task for task in tasks if task.reason is CallReason.IMPORTANT]
    assert {task.customer_id for task in called} == {row.customer_id for row in everybody[1:]}
    assert len(called) <= load(CallRules).most_offers
    priority = {row.customer_id: round(row.priority) for row in everybody}
    ahead = [priority[task.customer_id] for task in called]
    assert ahead == sorted(ahead, reverse=True)
    listed = browser_of_staff.get(reverse("calls")).content.decode()
    assert "大切で離れそうな方" in listed
    assert (
        f"重要度{round(rows[1].importance)}、離脱リスク{round(100 * rows[1].lapse_risk)}%" in listed
    )
    assert f"離脱リスク({rows[0].lapse_days}日)" in page
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
    for row in rows:
        assert f"{_range(row.p_alive_low, row.p_alive_high)}</span>" in page
    past = browser_of_staff.get("/analysis/valuable/?page=99").content.decode()
    last = insight.list_most_valuable(offset=50 * (len(rows) == 20)).rows
    assert all(f'/customers/{row.customer_id}/"' in past for row in last)
    assert "まだ購入した方がいません" not in past
    report = insight.find_report("predictions")
    assert report is not None
    top = report.payload["replay"]["top"]
    if top:
        assert f"予測の上位 {top['people']}人" in page


@pytest.mark.engine
def test_the_held_out_page_says_how_channels_held(
    small_shop: None, browser_of_staff: Client, tmp_path: Path
) -> None:
    people = [row.customer_id for row in insight.list_most_valuable().rows][:20]

    def reactions(pressed: dict[str, int]) -> list[pa.RecordBatch]:
        rows = [
            {"customer_id": who, "channel": channel, "sent": 10, "opened": 9, "clicked": clicked}
            for who in people
            for channel, clicked in pressed.items()
        ]
        return [pa.RecordBatch.from_pylist(rows, schema=REACTIONS)]

    warehouse = open_warehouse(tmp_path / "warehouse")
    found = insight.measure_best_channels(
        reactions({"email": 1, "line": 4}),
        reactions({"email": 2, "line": 5}),
        days=90,
        warehouse=warehouse,
        as_of=shop.END.date(),
    )
    warehouse.close()
    assert (found["people"], found["messages"], found["own_rate"]) == (20, 400, 0.5)
    page = browser_of_staff.get("/analysis/predictions/").content.decode()
    panel = page[page.index("届けやすいチャネル</h2>") :]
    assert "直近90日より前の反応だけで選び、その後に20人へ送った400件で確かめました" in panel
    assert "50.0%" in panel


def test_overdue_people_are_listed_and_can_be_taken_away_as_a_file(
    small_shop: None, browser_of_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Written in many parts; the access log knows everybody.
    monkeypatch.setattr(people_csv, "_CHUNK", 3)
    found = insight.list_overdue()
    page = browser_of_staff.get("/analysis/overdue/").content.decode()
    assert f"現役の方のうち {found.total}人" in page
    body = browser_of_staff.get("/analysis/overdue/?csv=utf-8").getvalue().decode("utf-8-sig")
    assert len(body.splitlines()) == found.total + 1
    numbers = [int(line.split(",")[0]) for line in body.splitlines()[1:]]
    assert numbers == [row.customer_id for row in found.rows]
    assert AccessEntry.objects.filter(action="export").latest("id").people == found.total
    first = found.rows[0]
    assert f"({_range(first.returns_low, first.returns_high)})" in page
    for line in csv.DictReader(io.StringIO(body)):
        for name in ("離脱リスク", "継続の確率", "期間内に戻る確率"):
            low, high = (float(line[f"{name}の{end}(80%)"]) for end in ("下限", "上限"))
            assert low <= float(line[name]) <= high
            assert low < high


def test_the_shops_own_ratio_says_everywhere_who_is_overdue(
    small_shop: None, browser_of_staff: Client
) -> None:
    everybody = insight.list_most_valuable(limit=1000).rows
    standing = insight.list_insights([row.customer_id for row in everybody])
    ratios = [r.overdue_ratio for r in everybody if not standing[r.customer_id].is_lapsed]
    usual = insight.list_overdue().total
    known = {spec.key: spec for spec in specs_of(CycleRules).values()}
    save(known, {"cycle.overdue_ratio": 1.6, "cycle.at_risk_ratio": 1.7})
    found = insight.list_overdue(limit=1000)
    assert found.total == sum(ratio > 1.6 for ratio in ratios) != usual
    page = browser_of_staff.get("/analysis/overdue/").content.decode()
    assert f"{found.total}人が、いつもの間隔の1.6倍を過ぎています" in page
    assert "1.6を超えると「遅れ」、1.7を超えると「離脱の恐れ」" in page
    shown = found.rows[: page.count('class="row-link"')]
    assert page.count("離脱の恐れ</span>") == sum(row.overdue_ratio > 1.7 for row in shown)
    between = min((r for r in everybody if r.overdue_ratio < 1.6), key=lambda r: -r.overdue_ratio)
    assert between.overdue_ratio > 1.2, "by the old constants he was late"
    person = browser_of_staff.get(f"/customers/{between.customer_id}/").content.decode()
    assert "遅れ</span>" not in person
    save(known, {"cycle.overdue_ratio": 1.1})
    person = browser_of_staff.get(f"/customers/{between.customer_id}/").content.decode()
    assert "遅れ</span>" in person


@pytest.mark.covers("K-08")
def test_who_runs_out_of_what_is_listed_with_its_interval_and_can_be_taken_away(
    small_shop: None, browser_of_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_csv, "_CHUNK", 3)
    as_of = insight.find_report_day("summary")
    assert as_of is not None
    found, total = insight.page_of_run_outs(as_of, as_of + timedelta(days=28))
    assert total > 0
    page = browser_of_staff.get("/analysis/run-outs/?within=28").content.decode()
    assert f"(28日以内): {total}件" in page
    body = browser_of_staff.get("/analysis/run-outs/?within=28&csv=utf-8").getvalue()
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(lines) == total
    assert [int(line["顧客ID"]) for line in lines[: len(found)]] == [r.customer_id for r in found]
    for line in lines:
        low, middle, high = (
            line[f"次にこの商品を買う日{end}"] for end in ("の下限(80%)", "", "の上限(80%)")
        )
        assert as_of.isoformat() < low <= middle <= high
    one = found[0]
    of_one = browser_of_staff.get("/analysis/run-outs/", {"within": "28", "sku": one.sku})
    some, of_sku = insight.page_of_run_outs(as_of, as_of + timedelta(days=28), sku=one.sku)
    assert {row.sku for row in some} == {one.sku}
    assert f"(28日以内): {of_sku}件" in of_one.content.decode()
    person = browser_of_staff.get(f"/customers/{one.customer_id}/").content.decode()
    panel = person[person.index("まもなく使い切る商品") :]
    assert insight.names_of_items([one.sku])[one.sku] in panel
    assert "また買うとすれば" in panel
    everything = browser_of_staff.get(f"/customers/{one.customer_id}/run-outs/").content.decode()
    assert f'href="/customers/{one.customer_id}/run-outs/"' in person
    assert insight.names_of_items([one.sku])[one.sku] in everything
    assert "待っている商品" in everything
    assert 'href="?csv=utf-8"' in everything
    file = browser_of_staff.get(f"/customers/{one.customer_id}/run-outs/?csv=utf-8").getvalue()
    own = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert {line["商品コード"]: line["使い切り予定日"] for line in own}[one.sku] == str(
        one.runs_out_on
    )
    assert len(own) == everything.count('data-label="使い切り予定日"')
    # A person's next purchase of anything, with its range, and the list of the late.
    told = insight.list_predictions([one.customer_id])[one.customer_id]
    assert told.next_low_on <= told.next_on <= told.next_high_on
    assert "次回購入日" in person
    assert browser_of_staff.get("/analysis/overdue/").status_code == 200


@pytest.mark.parametrize("name", ["predictions", "importance", "overdue", "valuable", "run-outs"])
def test_every_page_opens_before_the_first_analysis(name: str, browser_of_staff: Client) -> None:
    assert browser_of_staff.get(f"/analysis/{name}/").status_code == 200

"""Where customers, trials and contracts end, through the refresh and the page."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, SubscriptionIn
from tests.insight.mixed_day import TODAY, ago, warehouse_of_today  # noqa: F401
from tests.insight.mixed_shop import lively, order, record
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def payload_of(warehouse: Warehouse) -> dict[str, Any]:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    return api.find_report("survival").payload  # type: ignore[union-attr]


def cancel(on: date, **contracts: str) -> None:
    """Cancel contracts, by number, of these members."""
    intake.record_subscriptions(
        [
            SubscriptionIn(
                source="shop",
                subscription_no=no,
                status="cancelled",
                changed_at=clock.now(),
                party=PartyIn(member_no=member),
                cancelled_on=on,
            )
            for no, member in contracts.items()
        ]
    )


def test_trials_lead_on_wait_or_are_lost(warehouse: Warehouse) -> None:
    record(
        order("went-on", ago(400), "TRIAL"),
        order("went-on", ago(100), "CREAM"),
        order("lost", ago(60), "TRIAL"),
        order("waits", ago(59), "TRIAL"),
        order("trial-again", ago(300), "TRIAL"),
        order("trial-again", ago(30), "TRIAL"),
    )
    trial = payload_of(warehouse)["trial"]
    assert (trial["reached"], trial["went_on"], trial["lost"], trial["waiting"]) == (4, 1, 1, 2)


def test_contracts_and_people_are_counted_by_deliveries(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record(
        *(
            order("two", ago(day), "SOAP", subscription_no=no, delivery_no=nth)
            for no, days in (("A", (90, 60, 30)), ("B", (60,)))
            for nth, day in enumerate(days, 1)
        ),
        order("gone", ago(90), "SOAP", subscription_no="C", delivery_no=1),
    )
    cancel(B="two", C="gone", on=ago(20))
    payload = payload_of(warehouse)
    contracts = [(s["n"], s["reached"], s["lost"], s["waiting"]) for s in payload["contracts"]]
    assert contracts == [(1, 3, 2, 0), (2, 1, 0, 0), (3, 1, 0, 1)]
    people = [(s["n"], s["reached"], s["lost"], s["waiting"]) for s in payload["customers"]]
    assert people == [(1, 2, 1, 0), (2, 1, 0, 0), (3, 1, 0, 1)]
    page = "/analysis/survival/"
    begun = {
        unit: browser_of_staff.get(page, {"unit": unit}).content.decode()
        for unit in ("contracts", "customers")
    }
    assert 'data-label="届けた">3件</td>' in begun["contracts"]
    assert 'data-label="届けた">2人</td>' in begun["customers"]
    file = browser_of_staff.get(f"{page}?of=deliveries&csv=utf-8")
    rows = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [row.split(",")[:3] for row in rows if row.split(",")[1] == "1"] == [
        ["contracts", "1", "3"],
        ["customers", "1", "2"],
    ]


def test_deliveries_count_by_the_number_of_the_shop_and_up_to_the_cancellation(
    warehouse: Warehouse,
) -> None:
    # Of "late" only deliveries 7 to 9 were imported; "after" got one more when it had cancelled.
    record(
        *(
            order("late", ago(day), "SOAP", subscription_no="L", delivery_no=nth)
            for nth, day in ((7, 70), (8, 40), (9, 10))
        ),
        *(order("after", ago(day), "SOAP", subscription_no="A") for day in (90, 60, 30)),
    )
    cancel(A="after", on=ago(60))
    payload = payload_of(warehouse)
    last = {s["n"]: (s["lost"], s["waiting"]) for s in payload["contracts"]}
    assert [n for n, found in last.items() if any(found)] == [2, 9]
    assert (last[2], last[9]) == ((1, 0), (0, 1))
    # What one delivery brings is of those known of: 5 orders of 1,200.
    loss = next(one for one in payload["losses"] if one["kind"] == "delivery")
    assert loss["next_minor"] == 1200


def test_months_of_subscriptions_count_people_against_the_month_before(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    # March: a and b; April: a (twice) and c; May, under way: nobody.
    record(
        order("a", date(2026, 3, 5), subscription_no="A"),
        order("b", date(2026, 3, 9), subscription_no="B"),
        order("b", date(2026, 4, 9)),
        order("a", date(2026, 4, 5), subscription_no="A"),
        order("a", date(2026, 4, 6), "SOAP", subscription_no="A2"),
        order("c", date(2026, 4, 7), subscription_no="C"),
    )
    months = payload_of(warehouse)["months"]
    assert [(m["month"], m["people"], m["before"], m["stayed"], m["rate"]) for m in months] == [
        ("2026-04", 2, 2, 1, 1.0),
        ("2026-05", 0, 2, 0, 0.0),
    ]
    assert [month["is_open"] for month in months] == [False, True]
    page = "/analysis/survival/"
    html = browser_of_staff.get(page).content.decode()
    assert "定期の前月比" in html
    april = html.split('<th scope="row">2026年4月</th>')[1].split("</a>")[0]
    assert "subscription" in april
    assert april.endswith(">2人")
    file = browser_of_staff.get(f"{page}?of=months&csv=utf-8")
    assert b"2026-04,2,2,1,1.0,False" in b"".join(file.streaming_content)  # type: ignore[attr-defined]
    kpis = browser_of_staff.get("/analysis/kpis/?csv=utf-8")
    rows = b"".join(kpis.streaming_content).decode()  # type: ignore[attr-defined]
    assert "sub_month_ratio,定期の前月比,share,now,2026-04-01,1.0,2" in rows


def test_each_split_adds_up_to_everybody(warehouse: Warehouse) -> None:
    record(*lively(people=60, start=ago(700), end=TODAY))
    payload = payload_of(warehouse)
    everybody = [step["reached"] for step in payload["all"]]
    for facet, parts in payload["facets"].items():
        reached = [0] * len(everybody)
        for part in parts:
            for step in part["steps"]:
                reached[step["n"] - 1] += step["reached"]
        assert reached == everybody, facet
    assert {part["value"] for part in payload["facets"]["kind"]} == {
        "trial",
        "single",
        "subscription",
    }
    assert "化粧水" in {part["label"] for part in payload["facets"]["product"]}
    losses = payload["losses"]
    assert [one["net_minor"] for one in losses] == sorted(
        (one["net_minor"] for one in losses), reverse=True
    )
    assert {"purchase", "trial", "delivery"} == {one["kind"] for one in losses}


def test_who_just_began_lowers_no_rate(warehouse: Warehouse) -> None:
    # Deliveries are 30 days apart and purchases 10: known after 60 days. "new" began 59 days ago.
    record(
        *(
            order(who, ago(day), "SOAP", subscription_no=who)
            for who, days in (("old", (90, 60, 30)), ("new", (59,)), ("left", (61,)))
            for day in days
        ),
        *(order("single", ago(day)) for day in (300, 290)),
        order("young", ago(3)),
    )
    payload = payload_of(warehouse)
    assert payload["ripe_days"] == {"purchases": 60, "deliveries": 60}
    contracts = [(s["n"], s["reached"], s["ripe"], s["rate"]) for s in payload["contracts"]]
    assert contracts == [(1, 3, 2, 0.5), (2, 1, 1, 1.0), (3, 1, 0, None)]
    first = payload["all"][0]
    assert (first["reached"], first["ripe"], first["rate"]) == (5, 3, 2 / 3)


@pytest.mark.covers("E-04", "E-27")
def test_the_page_splits_survival_by_kind_product_and_media_and_names_the_bottleneck(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record(*lively(people=60, start=ago(700), end=TODAY))
    worst = payload_of(warehouse)["losses"][0]
    html = browser_of_staff.get("/analysis/survival/").content.decode()
    for name in ("単品", "トライアル", "定期"):
        assert f'<th scope="row">{name}</th>' in html
    answer = html.split('class="answer">')[1].split("</p>")[0]
    assert f"{worst['lost']}人" in answer
    assert f"{worst['net_minor']:,}円" in answer
    for step in ("回目の購入", "トライアル → 本品・定期", "定期 "):
        assert step in html
    assert "<svg" in html
    by_product = browser_of_staff.get("/analysis/survival/?by=product").content.decode()
    assert '<th scope="row">化粧水</th>' in by_product
    by_media = browser_of_staff.get("/analysis/survival/?by=media").content.decode()
    assert '<th scope="row">magazine</th>' in by_media
    table = browser_of_staff.get("/analysis/survival/?by=media&csv=utf-8")
    assert b"magazine,1," in b"".join(table.streaming_content)  # type: ignore[attr-defined]


def test_people_begin_with_what_they_chose_by_the_name_it_has_today(warehouse: Warehouse) -> None:
    def begun(who: str, days: int, *lines: tuple[str, str, int]) -> OrderIn:
        bought = tuple(LineIn(sku, name, 1, yen, yen) for sku, name, yen in lines)
        return replace(order(who, ago(days)), lines=bought)

    record(
        # Cold post costs more than the soap, whose older name is the last of the alphabet.
        begun("a", 300, ("F", "クール便送料", 1_500), ("BAR", "ん石けん", 900)),
        begun("b", 200, ("BAR", "あ石けん", 900), ("F", "クール便送料", 900)),
        begun("c", 200, ("F", "クール便送料", 1_500), ("LEAF", "冊子", 0)),
        begun("d", 200, ("F", "クール便送料", 1_500)),
    )
    products = payload_of(warehouse)["facets"]["product"]
    found = {(one["value"], one["label"]): one["steps"][0]["reached"] for one in products}
    assert found == {("BAR", "あ石けん"): 2, ("LEAF", "冊子"): 1, ("F", "クール便送料"): 1}
    cube = api.find_report("cohort_cube")
    assert cube is not None
    assert {one["label"] for one in cube.payload["product"]} == {label for _, label in found}

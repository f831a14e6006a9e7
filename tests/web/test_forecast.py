"""The campaign planner: first guesses, then what messages of the shop were followed by."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.domain.shares import forecast_interval, wilson_interval
from okaeri.plan import api as plan
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _sent(
    customer_id: int,
    days_ago: int,
    *,
    kind: str = "sales",
    status: str = "accepted",
    source: tuple[str, int] = ("test", 1),
    channel: str = "email",
) -> None:
    at = NOW - timedelta(days=days_ago)
    Message.objects.create(
        key=f"{customer_id}-{days_ago}-{kind}-{status}-{source}-{channel}",
        source_kind=source[0],
        source_id=source[1],
        customer_id=customer_id,
        channel=channel,
        content_kind=kind,
        template_key="t",
        template_version=1,
        status=status,
        planned_at=at,
        due_at=at,
        expires_at=at,
        claimed_at=at,
    )


def _responses(client: Client, key: str) -> dict[str, tuple[str, ...]]:
    """Class → sent, bought, measured with range, first guess, as a journey's page says."""
    html = client.get(f"/actions/journeys/{key}/").content.decode()
    table = html.split("クラスごとの反応と初期値")[1].split("<tbody>")[1].split("</tbody>")[0]
    found = {}
    for row in table.split("<tr>")[1:]:
        name = re.search(r'class="chip[^>]*>([^<]+)<', row)
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
        assert name
        found[name.group(1)] = tuple(" ".join(re.sub("<[^>]+>", " ", c).split()) for c in cells)
    return found


def _rates(client: Client) -> dict[str, tuple[int, int, str]]:
    """Class → sent, bought, rate used, as the page says."""
    html = client.get("/analysis/forecast/").content.decode()
    found = {}
    for row in html.split("<tbody>")[1].split("<tr>")[1:-1]:
        name = re.search(r'class="chip[^>]*>([^<]+)<', row)
        cells = re.findall(r'data-label="(送った数|購入|使う購入率)">([^<]+)<', row)
        assert name
        sent, bought, rate = (value for _, value in cells)
        found[name.group(1)] = (int(sent), int(bought), rate)
    return found


@pytest.mark.covers("C-11", "C-12", "C-13", "C-14")
def test_the_planner_starts_from_first_guesses_and_moves_to_the_shops_own_rates(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(NOW)):
        record(
            *(order(f"first{n}", ago(60)) for n in range(4)),
            *(order("first0", ago(18)) for _ in range(1)),
            order("steady", ago(200), "SOAP"),
            order("steady", ago(120), "SOAP"),
            order("steady", ago(15), "SOAP"),
        )
        shop.resolve()
        shop.refresh(tmp_path / "warehouse")
        before = _rates(browser_of_staff)
        assert before["初回現役客"] == (0, 0, "1.0%")
        assert [before[name][2] for name in ("よちよち現役客", "コツコツ現役客")] == [
            "5.0%",
            "10.0%",
        ]
        assert [before[name][2] for name in ("流行現役客", "優良現役客")] == ["10.0%", "20.0%"]
        assert before["優良離脱客"][2] == "10.0%"
        html = browser_of_staff.get("/analysis/forecast/").content.decode()
        assert "仮置き" in html
        assert re.search(r"優良現役客</span></span><span class=\"figure-value\">20\.0件", html)
        # Neither a rate nor what comes of a hundred stands without how sure it is.
        low, high = wilson_interval(200 * 0.2, 200)
        assert f"{low * 100:.1f}〜{high * 100:.1f}%" in html
        rows = {(row["stage"], row["is_lapsed"]): row for row in insight.forecast()}
        shown = rows["prime", False]
        variance = 100 * 0.2 * 0.8 * (200 + 100) / (200 + 1)
        ends = forecast_interval(20, variance, 100)
        assert (shown["per_hundred_low"], shown["per_hundred_high"]) == ends
        assert ends[0] < 20 < ends[1]
        assert f"80%の範囲 {ends[0]:.0f}〜{ends[1]:.0f}件" in html
        ids = {
            view.customer_id: view.purchase_count for view in insight.list_customers(limit=10).rows
        }
        steady = next(who for who, count in ids.items() if count == 3)
        # Twenty days ago all five were written to, the day before too; two bought within a week. The
        # letter of help between the second offer and their orders takes no part.
        for who in ids:
            _sent(who, 21)
            _sent(who, 20)
            _sent(who, 19, kind="useful")
            _sent(who, 3)
            _sent(who, 25, kind="transactional")
            _sent(who, 30, status="held_out")
        warehouse = open_warehouse(tmp_path / "warehouse")
        sent = deliver.read_contacts(NOW - timedelta(days=365))
        assert insight.measure_responses(sent, warehouse=warehouse, as_of=TODAY) == 10
        warehouse.close()
        after = _rates(browser_of_staff)
        # An order counts for the last offer before it alone, and four people stay four.
        assert after["初回現役客"] == (8, 1, f"{(200 * 0.01 + 4 / 8) / 204:.1%}")
        assert after["コツコツ現役客"] == (2, 1, f"{(200 * 0.1 + 1 / 2) / 201:.1%}")
        rows = {(row["stage"], row["is_lapsed"]): row for row in insight.forecast()}
        low, high = wilson_interval(4 / 8, 4)
        assert (rows["first", False]["low"], rows["first", False]["high"]) == (low, high)
        html = browser_of_staff.get("/analysis/forecast/").content.decode()
        assert "お役立ちのお便りは5通送り、うち2通のあとに購入がありました" in html
        assert "1件の購入は、その直前に届いた案内1回だけの成果" in html
        assert steady in ids
        chosen = browser_of_staff.get("/analysis/forecast/?class=steady-0").content.decode()
        assert "選んだ1人に案内すると、0.1件ほど(80%の範囲 0〜1件)の購入が見込まれます" in chosen
        assert "(メールは7日、LINEは14日、郵送は30日以内)" in chosen


@pytest.mark.covers("C-12", "C-13")
def test_a_journeys_page_shows_what_each_class_did_beside_the_first_guess(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(NOW)):
        record(
            *(order(f"first{n}", ago(60)) for n in range(40)),
            # Ten of the forty came within a week of the journey's message.
            *(order(f"first{n}", ago(18)) for n in range(10)),
            *(order("steady", ago(days), "SOAP") for days in (200, 120)),
            *(order("trend", ago(days), "CREAM", quantity=9) for days in (130, 100)),
        )
        shop.resolve()
        shop.refresh(tmp_path / "warehouse")
        plan.install_playbooks(NOW)
        keys = ("know_us", "first_follow", "welcome_back")
        one, other, third = map(plan.get_journey, keys)
        found = insight.list_customers(limit=100).rows
        people = {who.customer_id: who.stage for who in found}
        for who in people:
            _sent(who, 20, source=("journey", one.id))
            # On the same day by another campaign, which has no part in the first.
            _sent(who, 20, source=("journey", one.id), kind="story")
            _sent(who, 19, source=("journey", other.id), kind="useful")
        (steady,) = [who for who, stage in people.items() if stage.value == "steady"]
        _sent(steady, 20, source=("journey", other.id))
        # Forty more of another journey, a day before: the orders are not theirs, nor had they no answer.
        for who in people:
            _sent(who, 21, source=("journey", third.id))
        warehouse = open_warehouse(tmp_path / "warehouse")
        sent = deliver.read_contacts(NOW - timedelta(days=365))
        assert insight.measure_responses(sent, warehouse=warehouse, as_of=TODAY) == 84
        warehouse.close()
        low, high = wilson_interval(10, 40)
        assert _responses(browser_of_staff, "know_us") == {
            "初回現役客": (
                "40",
                "10",
                "30",
                f"25.0% {low * 100:.1f}〜{high:.1%}",
                "1.0% 実測が高い",
            ),
            "コツコツ現役客": ("1", "0", "1", "0.0% 0.0〜79.3%", "10.0%"),
            # The seed names no number for them: a first guess, marked as one.
            "流行現役客": ("1", "0", "1", "0.0% 0.0〜79.3%", "10.0% 仮置き"),
        }
        page = browser_of_staff.get("/actions/journeys/know_us/").content.decode()
        link = "/actions/journeys/know_us/silent/"
        assert f'href="{link}?stage=first&amp;lapsed=0">30</a>' in page
        listed = browser_of_staff.get(link, {"stage": "first", "lapsed": "0"}).content.decode()
        assert "期日までに購入のなかった送信は 30件です" in listed
        once = {who.customer_id for who in found if who.purchase_count == 1}
        assert {
            int(one) for one in re.findall(r'row-link" href="/customers/(\d+)/', listed)
        } == once
        everybody = browser_of_staff.get(f"{link}?csv=utf-8")
        rows = b"".join(everybody.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert {int(row.split(",")[0]) for row in rows[1:]} == {
            who.customer_id
            for who in found
            if who.purchase_count == 1 or who.stage.value != "toddler"
        }
        assert len(rows) == 1 + 32
        assert set(_responses(browser_of_staff, "first_follow")) == {"コツコツ現役客"}
        helped = browser_of_staff.get("/actions/journeys/first_follow/").content.decode()
        # Letters of help stand beside no first guess.
        assert "お役立ちのお便りは42通送り、うち10通のあとに購入がありました" in helped
        first = _responses(browser_of_staff, "welcome_back")["初回現役客"]
        assert first[:3] == ("40", "0", "30")
        fourth = browser_of_staff.get("/actions/journeys/win_back/").content.decode()
        assert "クラスごとの購入の割合が出ます" in fourth


def test_each_channel_has_days_of_its_own_to_be_answered(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    ways = ("email", "line", "post")
    with clock.use(clock.SimulatedClock(NOW)):
        record(*(order(way, ago(60)) for way in ways))
        # Ten days after the message: late for a mail, in time for LINE and for a letter.
        record(*(order(way, ago(10)) for way in ways))
        shop.resolve()
        shop.refresh(tmp_path / "warehouse")
        for number, way in enumerate(ways):
            (who,) = customers.search_customers(f"{way}@example.com")
            _sent(who.id, 20, channel=way, source=("journey", number))
            # And a second of each, forty days before, when nobody came.
            _sent(who.id, 55, channel=way, source=("journey", number))
        warehouse = open_warehouse(tmp_path / "warehouse")
        sent = list(deliver.read_contacts(NOW - timedelta(days=365)))
        # Thirty days have not passed since the last letter.
        assert insight.measure_responses(sent, warehouse=warehouse, as_of=TODAY) == 5
        warehouse.close()
        found = [insight.responses_of("journey", number) for number in range(3)]
        assert [[(r["contacts"], r["buyers"]) for r in rows] for rows in found] == [
            [(2, 0)],
            [(2, 1)],
            [(1, 0)],
        ]


@pytest.mark.parametrize(
    ("people", "rate", "weight"), [(4, 0.01, 200), (30, 0.1, 200), (2000, 0.05, 260), (90, 0.5, 40)]
)
def test_the_80_percent_range_of_a_forecast_holds_what_it_says(
    people: int, rate: float, weight: int
) -> None:
    random = np.random.default_rng(7)
    rates = random.beta(rate * weight, (1 - rate) * weight, 20_000)
    came = random.binomial(people, rates)
    variance = people * rate * (1 - rate) * (weight + people) / (weight + 1)
    low, high = forecast_interval(people * rate, variance, people)
    inside = float(((came >= low) & (came <= high)).mean())
    # Purchases are whole, so few of them cannot be told to the point.
    assert 0.78 <= inside <= (0.86 if people > 100 else 1.0)
    assert 0 <= low <= people * rate <= high <= people

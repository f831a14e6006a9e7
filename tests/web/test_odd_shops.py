"""Shops with little or strange data: every analysis page opens and says something."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, OkaeriError
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobContext, JobRunner, submit_job
from okaeri.insight.analysis_types import LtvRules
from okaeri.insight.types import Depth
from okaeri.intake.types import OrderIn
from okaeri.web.pages.analysis.frame import addresses
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def negative(member: str, day: date) -> OrderIn:
    """An order of which a coupon paid more than it cost."""
    return replace(order(member, day, "SOAP"), discount_minor=5000)


SHOPS: dict[str, Callable[[], list[OrderIn]]] = {
    "one_order": lambda: [order("a", ago(3))],
    "one_product": lambda: [
        order(f"m{n}", ago(400 - 37 * n - 40 * k)) for n in range(6) for k in range(3)
    ],
    "one_day": lambda: [order(f"m{n}", TODAY, "SOAP") for n in range(5)],
    "only_refunds": lambda: [
        order("m0", ago(30), refunded_minor=5000),
        *[order(f"m{n}", ago(30), status="returned") for n in (1, 2)],
    ],
    "negative_totals": lambda: [
        negative("a", ago(50)),
        negative("b", ago(400)),
        negative("b", ago(9)),
    ],
    "future_orders": lambda: [order("a", TODAY + timedelta(days=40)), order("b", ago(20))],
    "only_future": lambda: [order("a", TODAY + timedelta(days=40))],
}


# What home and the portfolio must say of each, and single pages besides, in Japanese.
LATER = "先の日付の注文 1件(最も早いものは2026年6月29日)は"
UNCOUNTED = "購入として数えられるものがまだありません。"
HOME: dict[str, list[str]] = {
    "one_order": [],
    "one_product": [],
    "one_day": [],
    "only_refunds": [
        UNCOUNTED,
        "返品・全額返金・キャンセル・未入金などの注文 3件は、購入に数えていません。",
    ],
    "negative_totals": ["代金が残らない注文 3件は、購入には数え、金額は0としています。"],
    "future_orders": [LATER],
    "only_future": [UNCOUNTED, LATER],
}
OTHERS = {
    ("one_day", "lifetime_value"): "最初の方が90日になるのは2026年8月18日です。",
    ("future_orders", "lifetime_value"): "最初の方が90日になるのは2026年7月29日です。",
    ("negative_totals", "deciles"): "この1年に、代金の残る購入をした方がいません。",
    ("one_order", "portfolio"): "優良現役客はまだいません。いちばん多いのは初回現役客の1人",
    ("only_refunds", "kpis"): "お見せできる答えがありません",
    ("one_day", "portfolio"): "購入した5人は全員が現役で、離脱した方はいません。",
}


@pytest.mark.parametrize("name", SHOPS)
def test_every_analysis_of_an_odd_shop_opens_with_a_sentence(
    name: str, browser_of_staff: Client, in_english: Client, tmp_path: Path
) -> None:
    wrong: list[Any] = []
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(*SHOPS[name]())
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        for url_name, page in {"home": "/", **addresses()}.items():
            english = in_english.get(page)
            assert english.status_code == 200, page
            html = browser_of_staff.get(page).content.decode()
            words = _words(html)
            answers = re.findall(r'<p class="answer">(.*?)</p>|<title[^>]*>(.*?)<', html)
            expected = [*(HOME[name] if url_name in ("home", "portfolio") else [])]
            expected += [OTHERS[name, url_name]] if (name, url_name) in OTHERS else []
            if "お見せできる答えがありません" in words:
                expected += HOME[name]
            wrong += [(page, "unsaid", said) for said in expected if said not in words]
            asked = (
                ">受注を取り込む</a>" in html,
                ">Import orders</a>" in english.content.decode(),
            )
            wrong += [(page, "import")] if any(asked) else []
            wrong += [(page, one) for one in answers if "—" in "".join(one)]
            wrong += [(page, one) for one in re.findall(r"\bNone\b|\bnan\b|\binf\b", words)]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/analysis/run-outs/?sku=%00", "/analysis/portfolio/?product=a%00b"]
)
def test_an_address_with_a_letter_no_database_keeps_is_refused(
    browser_of_staff: Client, address: str
) -> None:
    refused = browser_of_staff.get(address)
    assert (refused.status_code, "使えない文字" in refused.content.decode()) == (400, True)
    assert browser_of_staff.get(f"/charts/experiment-{'9' * 5000}.png").status_code == 404


def test_windows_nobody_has_lived_yet_have_no_mean(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        save({spec.key: spec for spec in specs_of(LtvRules).values()}, {"ltv.windows": "730"})
        record(order("a", ago(400)), order("b", ago(30)))
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        words = _words(browser_of_staff.get("/analysis/ltv/").content.decode())
    assert "最初の方が730日になるのは2027年4月15日です。" in words
    assert "平均" not in words


def test_an_empty_shop_is_asked_for_its_orders(browser_of_staff: Client) -> None:
    assert "受注を取り込む" in browser_of_staff.get("/analysis/portfolio/").content.decode()
    record(order("a", ago(3)))
    html = browser_of_staff.get("/analysis/portfolio/").content.decode()
    assert "受注を取り込む" not in html
    assert "集計が終わると、ここに答えが出ます。" in html


def test_an_analysis_that_failed_is_told_where_its_answer_would_stand(
    browser_of_staff: Client, in_english: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(order("a", ago(3)))
        submit_job("refresh", {})
        runner = JobRunner({"refresh": _stop})
        assert runner.run_one(clock.now())
        again = ">もう一度集計する</button>"
        for page in ("/", "/analysis/portfolio/"):
            words = _words(browser_of_staff.get(page).content.decode())
            assert "集計が終わると" not in words
            assert "2026年5月20日(水) 12:00 の集計が終わりませんでした。" in words
            assert "ディスクがいっぱいです。" in words
            assert "もう一度集計する" in words
            assert "The disk is full." in in_english.get(page).content.decode()
        assert again in browser_of_staff.get("/analysis/rfm/").content.decode()
    # One that is asked for later, or was done by hand, takes the word away.
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 4, tzinfo=UTC))):
        submit_job("refresh", {})
        assert "集計が終わると" in browser_of_staff.get("/").content.decode()
        assert runner.run_one(clock.now())
        assert again in browser_of_staff.get("/").content.decode()
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 5, tzinfo=UTC))):
        shop.resolve()
        shop.refresh(tmp_path / "warehouse")
        for page in ("/", "/analysis/portfolio/"):
            assert again not in browser_of_staff.get(page).content.decode()


def _stop(_context: JobContext) -> dict[str, Any]:
    raise InputError(Text("ディスクがいっぱいです。", "The disk is full."))


def _words(html: str) -> str:
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"<svg.*?</svg>|<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)


def test_another_currency_is_refused_with_a_sentence_and_pages_stay(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(order("a", ago(20)))
        with pytest.raises(OkaeriError, match="USD"):
            record(order("b", ago(10), currency="USD"))
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        for page in addresses().values():
            assert browser_of_staff.get(page).status_code == 200, page

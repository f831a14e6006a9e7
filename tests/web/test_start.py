"""The first steps: from an empty shop, by a file or the sample, to three drafts; left and resumed."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.models import Order, Party
from okaeri.plan import api as plan
from okaeri.web.glossary import TERMS, terms_of
from tests.web import shop
from tests.web.conftest import PASSWORD
from tests.web.test_strangers import OPEN, _addresses

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "glossary.md"


@pytest.fixture
def owner(db: None) -> Client:
    """The first administrator, just made."""
    clock.set_clock(clock.SimulatedClock(shop.END))
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "ja"})
    client.post("/setup/", {"username": "owner", "password": PASSWORD})
    return client


def words(client: Client) -> str:
    return client.get("/start/").content.decode()


def refresh() -> None:
    shop.refresh(Path(settings.OKAERI.warehouse_dir))


@pytest.mark.covers("B-14")
def test_a_new_administrator_goes_from_a_file_to_three_drafts(db: None, tmp_path: Path) -> None:
    clock.set_clock(clock.SimulatedClock(shop.END))
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "ja"})
    first = client.post("/setup/", {"username": "owner", "password": PASSWORD}, follow=True)
    assert first.request["PATH_INFO"] == "/start/"
    page = first.content.decode()
    assert 'href="/settings/imports/"' in page
    assert "見本のデータで試す" in page
    # Left in the middle, the way back stands on the first page.
    assert 'href="/start/"' in client.get("/").content.decode()
    path = tmp_path / "orders.csv"
    rows = [
        f"A-{n},2026-{1 + n % 9:02}-10,{n % 20}@example.invalid,A1,石けん,1,3000" for n in range(60)
    ]
    path.write_text(
        "\n".join(["注文番号,注文日,メールアドレス,商品コード,商品名,数量,金額", *rows]), "utf-8"
    )
    columns = {
        "order_no": "注文番号", "ordered_at": "注文日", "email": "メールアドレス",
        "sku": "商品コード", "product_name": "商品名", "quantity": "数量", "unit_price": "金額",
    }  # fmt: skip
    intake.import_file(path, mapping=columns)
    shop.resolve()
    assert "20人" in words(client)
    assert "60件の連絡先" not in words(client)
    refresh()
    page = words(client)
    assert "10のクラス" in page
    assert "chip class-" in page
    page = client.post("/start/journeys/", follow=True).content.decode()
    assert {j.key for j in plan.list_journeys()} >= {"first_follow", "know_us", "welcome_back"}
    assert all(j.status == "draft" for j in plan.list_journeys())
    assert page.count("is-draft") == 3
    home = client.post("/start/finish/", follow=True).content.decode()
    assert "何も送りません" in home
    assert 'href="/start/"' not in home
    assert client.get("/start/").status_code == 200


def test_the_sample_fills_an_empty_shop_and_leaves_nothing_behind(owner: Client) -> None:
    owner.post("/start/sample/")
    assert Customer.objects.count() == 240
    refresh()
    page = words(owner)
    assert "見本のデータです" in page
    assert "240人" in page
    assert insight.find_report("summary") is not None
    owner.post("/start/sample/remove/")
    assert (Order.objects.count(), Party.objects.count(), Customer.objects.count()) == (0, 0, 0)
    assert insight.list_customers(limit=1).total == 0
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    for table in ("orders", "order_lines", "order_areas"):
        assert warehouse.count(warehouse.table(table)) == 0, table
    warehouse.close()
    refresh()
    assert "見本のデータで試す" in words(owner) or "CSV" in words(owner)
    summary = insight.find_report("summary")
    assert summary is None or not summary.payload["orders"]


def test_the_sample_never_comes_into_a_shop_with_orders(owner: Client) -> None:
    intake.record_orders(shop.orders_of_shop(people=2, seed=7, in_japanese=True))
    assert owner.post("/start/sample/").status_code == 400
    assert not Order.objects.filter(source="sample").exists()


def test_only_the_sample_goes_when_it_goes(owner: Client) -> None:
    owner.post("/start/sample/")
    intake.record_orders(shop.orders_of_shop(people=3, seed=7, in_japanese=True))
    shop.resolve()
    orders = Order.objects.exclude(source="sample").count()
    owner.post("/start/sample/remove/")
    assert Customer.objects.count() == 3
    assert Order.objects.count() == orders


def test_every_page_of_staff_explains_its_words(browser_of_staff: Client) -> None:
    for name, path in _addresses():
        if name in OPEN:
            continue
        assert terms_of(path, LifecycleRules()), path
    for path in ("/", "/customers/", "/analysis/portfolio/", "/settings/", "/password/"):
        html = browser_of_staff.get(path).content.decode()
        found = re.search(r'class="account help .*?</details>', html, re.DOTALL)
        assert found is not None, path
        assert found.group().count("<dt>") == len(terms_of(path, LifecycleRules()))


def test_the_help_says_the_days_the_shop_chose() -> None:
    own = LifecycleRules(lapse_days=300, warn_days=200, steady_days=60, prime_days=150, multiple=5.0,
                         threshold_refresh="nightly", f2_late_mode="own_days")  # fmt: skip
    said = [*terms_of("/analysis/", own), *terms_of("/customers/", own)]
    words = " ".join(term.meaning.ja + term.meaning.en for term in said)
    for number in ("300日", "60日から149日", "150日以上", "200日から299日", "5倍"):
        assert number in words
    assert "月のはじめに" not in words
    assert "5人に4人" in words
    assert not re.search(r"[{}]|240|210|180|[^0-9]90日から", words)


def test_the_help_knows_the_words_of_the_glossary() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \| `([a-z0-9_]+)`", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    known = {term.name.ja for term in TERMS.values()}
    # Words of the program that no page shows.
    inner = {"連絡先", "購入回数", "エンロール", "判断", "送信箱", "割り当て", "割り当ての偏り", "変更番号",
             "模擬時計", "平均顧客単価"}  # fmt: skip
    missing = {ja.strip() for ja, _ in rows} - known - inner
    assert missing == set()

"""Carts and channels of other packages join by entry points; and with files alone all of it works."""

import json
import os
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageRequest
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.models import Connection, Event, Order
from okaeri.intake.types import PartyIn
from okaeri.plan import api as plan
from okaeri.project.wiring import refresh_everything, station_duties
from tests.plan.conftest import NOON
from tests.project.test_cli import okaeri
from tests.web.shop import name_the_shop

_MODULE = """
from okaeri.deliver.types import Accepted
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

kaimono = Connector(
    key="kaimono", name=Text("カイモノ", "Kaimono"), note=Text("例", "An example"),
    columns={"order_no": ("伝票",), "ordered_at": ("いつ",), "email": ("だれ",), "sku": ("なに",),
             "product_name": ("なに",), "unit_price": ("いくら",), "quantity": ("いくつ",)},
    required=("order_no", "ordered_at"), signature=("伝票", "いつ", "なに"),
)


class Service:
    def __init__(self, kind, folder):
        self.kind, self._file = kind, folder / f"{kind}.txt"

    def send_batch(self, batch, on_phase):
        for one in batch:
            if on_phase([one.message_id], "data_sent"):
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{one.address}: {one.subject}\\n")
                yield one.message_id, Accepted("ok")

    def find_accepted(self, keys):
        return None


def line(folder):
    return Service("line", folder)


def mail_service(folder):
    return Service("email", folder)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package as pip would install it, with a broken plug-in beside good ones."""
    folder = tmp_path / "site"
    (folder / "kaimono-1.0.dist-info").mkdir(parents=True)
    (folder / "kaimono_okaeri.py").write_text(_MODULE, encoding="utf-8")
    (folder / "kaimono-1.0.dist-info" / "METADATA").write_text("Name: kaimono\nVersion: 1.0\n")
    points = """
        [okaeri.connectors]
        kaimono = kaimono_okaeri:kaimono
        broken = kaimono_okaeri:nothing_of_this_name

        [okaeri.channels]
        line = kaimono_okaeri:line
        service = kaimono_okaeri:mail_service
    """
    written = textwrap.dedent(points)
    (folder / "kaimono-1.0.dist-info" / "entry_points.txt").write_text(written)
    return folder


@pytest.fixture
def shop(db: None, tmp_path: Path) -> Iterator[clock.SimulatedClock]:
    name_the_shop("肌日和")
    standing = clock.SimulatedClock(NOON)
    with clock.use(standing):
        yield standing


@pytest.mark.covers("G-16")
@pytest.mark.slow
def test_a_cart_of_another_package_is_recognised_and_imported(
    package: Path, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("伝票,いつ,だれ,なに,いくら,いくつ\n1,2026-01-01,a@example.test,石けん,900,2\n")
    path = os.pathsep.join((str(package), *sys.path))
    done = okaeri(
        "import", str(file), "--json", "--data-dir", str(tmp_path / "shop"), cwd=tmp_path,
        PYTHONPATH=path,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert (result["connector"], result["orders_new"]) == ("kaimono", 1)


@pytest.mark.covers("G-16")
def test_channels_of_another_package_send_and_may_take_the_place_of_ours(
    package: Path,
    shop: clock.SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
    settings: object,
) -> None:
    monkeypatch.syspath_prepend(str(package))
    who = PartyIn(
        email="hana@example.invalid", line_user_id="U1", family_name="山田", email_opt_in=True
    )
    intake.record_customers([who], source="shop")
    while customers.resolve_new_parties(NOON):
        pass
    (hana,) = customers.search_customers("hana@example.invalid")
    customers.record_consent(
        hana.id, channel="line", action="granted", basis="opt_in", source="line", occurred_at=NOON
    )
    plan.install_playbooks(NOON)
    deliver.submit(
        [
            MessageRequest(
                f"k-{channel}", "journey", 1, channel, hana.id, channel, "transactional",
                "first_follow_thanks", 1, NOON, NOON + timedelta(days=1),
            )
            for channel in ("email", "line")
        ],
        NOON,
    )  # fmt: skip
    folder = settings.OKAERI.data_dir  # type: ignore[attr-defined]
    for kind in ("email", "line"):
        (folder / f"{kind}.txt").unlink(missing_ok=True)
    WorkLoop(station_duties()).run_until_idle()
    assert (folder / "email.txt").read_text().startswith("hana@example.invalid: ")
    assert (folder / "line.txt").read_text().startswith("U1: ")
    assert deliver.audience()["accepted"] == 2


@pytest.mark.covers("G-16")
def test_with_files_alone_people_are_known_analysed_and_written_to(
    shop: clock.SimulatedClock, tmp_path: Path, client: Client
) -> None:
    client.force_login(User.objects.create_superuser("mika", password="a-long-word-of-mine"))
    head = "注文番号,注文日時,メールアドレス,姓,商品コード,商品名,単価(税込),数量,メール許可,到着日"

    def bring(name: str, *rows: str) -> None:
        (tmp_path / name).write_text("\n".join([head, *rows]), encoding="utf-8")
        intake.import_file(tmp_path / name)
        WorkLoop(station_duties()).run_until_idle()

    bring("old.csv", "1,2026-01-10 10:00:00,kei@example.invalid,田中,A,化粧水,5000,1,1,2026-01-12")
    plan.install_playbooks(NOON)
    started = client.post("/actions/journeys/first_follow/activate/", {"holdout": "0"})
    assert started.status_code == 302
    shop.advance(timedelta(hours=1))
    at = "2026-04-01 12:30:00"
    bring("new.csv", f"2,{at},hana@example.invalid,山田,A,化粧水,5000,1,1,2026-04-01")
    for _ in range(3):
        shop.advance(timedelta(days=1))
        WorkLoop(station_duties()).run_until_idle()
    refresh_everything()
    sent = [view.address for view in deliver.list_messages(status="accepted")[0]]
    assert sent
    assert set(sent) == {"hana@example.invalid"}
    page = client.get("/analysis/portfolio/", headers={"accept-language": "ja"})
    assert page.status_code == 200
    assert Order.objects.count() == 2
    assert not Connection.objects.exists()
    assert not Event.objects.exists()

"""The copy of a shop is the shop: same rows, same files, same instant."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.models import Order
from tests.web import filled, shop

pytestmark = pytest.mark.django_db


def test_who_asks_again_gets_the_same_rows_files_and_clock(tmp_path: Path) -> None:
    mailbox = Path(settings.OKAERI.data_dir) / "mailbox.db"
    lived = []

    def live() -> None:
        lived.append(1)
        clock.set_clock(clock.SimulatedClock(shop.END))
        shop.name_the_shop("肌日和")
        intake.record_orders(shop.orders_of_shop(people=5, seed=1, in_japanese=True))
        shop.resolve()
        (tmp_path / "first").mkdir()
        (tmp_path / "first" / "table").write_text("rows")
        (Path(settings.OKAERI.data_dir) / "last-sent.json").write_text("{}")

    key = object()
    with transaction.atomic():
        filled.lived_once(key, tmp_path / "first", live)
        rows = filled.rows_of_okaeri()
        transaction.set_rollback(True)
    mailbox.unlink(missing_ok=True)
    (Path(settings.OKAERI.data_dir) / "last-sent.json").unlink()
    clock.set_clock(clock.SystemClock())
    assert not Order.objects.exists()
    filled.lived_once(key, tmp_path / "second", live)
    assert len(lived) == 1
    assert filled.rows_of_okaeri() == rows
    assert clock.now() == shop.END
    assert (tmp_path / "second" / "table").read_text() == "rows"
    assert (Path(settings.OKAERI.data_dir) / "last-sent.json").read_text() == "{}"
    # A copy is a shop to go on with: new rows do not collide with copied ones.
    more = shop.orders_of_shop(people=6, seed=2, in_japanese=True)
    assert intake.record_orders(more)[0] > 0


def test_a_changed_database_gets_a_shop_of_its_own(tmp_path: Path) -> None:
    lived = []
    key = object()
    filled.lived_once(key, tmp_path / "first", lambda: lived.append(1))
    shop.name_the_shop("別の店")
    filled.lived_once(key, tmp_path / "second", lambda: lived.append(2))
    assert lived == [1, 2]

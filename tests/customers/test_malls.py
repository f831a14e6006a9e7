"""People of a mall whom an older version stored with their addresses: nobody writes to them again."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from okaeri.customers import api
from okaeri.customers.models import ContactPoint, Customer, IdentityKey
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.models import Order, Party
from okaeri.intake.types import PartyIn
from okaeri.project.commands.close_mall import close_mall
from tests.intake.carts import CARTS

pytestmark = pytest.mark.django_db
CART = next(cart for cart in CARTS if cart.key == "nextengine")


def _resolve() -> None:
    while api.resolve_new_parties(clock.now()):
        pass


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Next Engine's orders with everybody's address, as before malls were for analysis only."""
    path = CART.file(tmp_path)
    intake.import_file(path, mapping=_own_shop(path))
    Order.objects.update(extra={"発送先住所1": "渋谷1", "発送先名": "x", "備考": "玄関"})
    _resolve()
    assert ContactPoint.objects.exists()
    return path


def _own_shop(path: Path) -> dict[str, str]:
    return dict(intake.recognised_columns(intake.detect_file(path)))


def test_nothing_is_left_that_reaches_them_and_their_orders_stay(stored: Path) -> None:
    before = sorted(Order.objects.values_list("order_no", "net_minor", "is_purchase"))
    bought = {c.pk: api.purchase_history([c.pk])[c.pk] for c in Customer.objects.all()}
    people = Party.objects.count()
    closed = api.close_mall("nextengine")
    assert (closed.contacts, closed.people) == (people, Customer.objects.count())
    assert intake.count_open_contacts("nextengine") == 0
    assert not ContactPoint.objects.exists()
    assert set(Customer.objects.values_list("email", "phone", "address")) == {("", "", "")}
    assert set(IdentityKey.objects.values_list("kind", flat=True)) <= {"member"}
    assert sorted(Order.objects.values_list("order_no", "net_minor", "is_purchase")) == before
    assert {c.pk: api.purchase_history([c.pk])[c.pk] for c in Customer.objects.all()} == bought
    assert all(set(order.extra) == {"発送先名", "備考"} for order in Order.objects.all())
    _resolve()
    assert not ContactPoint.objects.exists()
    assert Customer.objects.count() == len(bought)
    # The same file, read as malls are read now, is about the same people.
    intake.import_file(stored)
    _resolve()
    assert Customer.objects.filter(merged_into=None).count() == len(bought)
    assert api.close_mall("nextengine").contacts == 0


def test_what_a_person_told_the_own_shop_stays(stored: Path) -> None:
    intake.record_customers(
        [PartyIn(email="hanako@example.com", family_name="髙橋", phone="0311112222")], source="shop"
    )
    _resolve()
    api.close_mall("nextengine")
    assert set(ContactPoint.objects.values_list("address", flat=True)) == {"hanako@example.com"}
    assert Customer.objects.get(email="hanako@example.com").phone_key == "0311112222"


def test_a_file_of_the_own_shop_brings_its_people_back(stored: Path) -> None:
    points = set(ContactPoint.objects.values_list("channel", "address"))
    api.close_mall("nextengine")
    intake.import_file(stored, mapping=_own_shop(stored))
    _resolve()
    assert set(ContactPoint.objects.values_list("channel", "address")) == points
    assert Order.objects.exclude(party__email="").exists()


def test_the_command_counts_first(stored: Path) -> None:
    run = CliRunner()
    told = run.invoke(close_mall, [])
    assert (told.exit_code, str(Party.objects.count()) in told.output) == (0, True)
    assert ContactPoint.objects.exists()
    assert run.invoke(close_mall, ["nextengine", "--take-off"]).exit_code == 0
    assert not ContactPoint.objects.exists()
    assert "no source" in str(run.invoke(close_mall, ["shopify"]).exception)

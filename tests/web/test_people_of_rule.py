"""The customer list by any rule: everybody behind a number, as a list and as a file, for whom it is."""

import json
import re
import shutil
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pyroaring import BitMap64

from okaeri.customers.models import AccessEntry
from okaeri.foundation import clock
from okaeri.foundation.errors import BusyError
from okaeri.foundation.models import Job
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.models import Segment
from okaeri.web.access import Role, give_role
from okaeri.web.pages.segments.counting import count_by
from tests.web.conftest import PASSWORD
from tests.web.shop import fill

pytestmark = pytest.mark.django_db
# Columns of a customer do not answer it: the warehouse does.
BOUGHT = {
    "did": "item",
    "where": [{"field": "sku", "op": "=", "value": "LOTION"}],
    "op": ">=",
    "value": 2,
}
PLAIN = {"field": "purchase_count", "op": ">=", "value": 1}
Enter = Callable[[str], Client]


@pytest.fixture
def enter(db: None) -> Enter:
    """Come into a small shop as somebody of a role."""
    fill(settings.OKAERI.warehouse_dir, people=60, in_japanese=False, is_live=False)

    def come_in(role: str) -> Client:
        user = User.objects.create_user(role, password=PASSWORD, is_staff=True)
        give_role(user, Role(role))
        client = Client(headers={"accept-language": "ja"})
        client.force_login(user)
        return client

    return come_in


def address(rule: object, **words: str) -> str:
    written = rule if isinstance(rule, str) else json.dumps(rule)
    return f"/customers/?{urlencode({'rule': written, **words})}"


def members(rule: dict[str, Any]) -> list[int]:
    with open_warehouse(settings.OKAERI.warehouse_dir) as warehouse:
        return insight.ids_of_customers(meant=rule, warehouse=warehouse)


def listed(html: str) -> list[int]:
    return [int(one) for one in re.findall(r'class="row-link" href="/customers/(\d+)/"', html)]


def file_of(client: Client, where: str) -> list[int]:
    body = b"".join(client.get(where).streaming_content)  # type: ignore[attr-defined]
    return [int(line.split(",")[0]) for line in body.decode("utf-8-sig").splitlines()[1:]]


@pytest.mark.covers("B-08")
@pytest.mark.parametrize("rule", [BOUGHT, PLAIN, {"not": BOUGHT}], ids=["did", "column", "not"])
def test_everybody_a_rule_means_stands_on_the_list_and_in_the_file(
    rule: dict[str, Any], enter: Enter
) -> None:
    client, people = enter("service"), members(rule)
    first = client.get(address(rule, sort="-net_minor")).content.decode()
    assert f"条件に合うのは {len(people)}人です" in first
    assert insight.say_rule(rule).ja.replace("「", "") in first.replace("「", "")
    found = listed(first)
    if len(people) > 50:
        assert len(found) == 50
        # The next page keeps the rule and the order.
        (further,) = re.findall(r'rel="next" href="([^"]+)"', first)
        found += listed(client.get(f"/customers/{further.replace('&amp;', '&')}").content.decode())
    assert sorted(found) == people != []
    spent = insight.list_insights(found)
    amounts = [spent[one].net_minor for one in found]
    assert amounts == sorted(amounts, reverse=True)
    assert file_of(client, address(rule, csv="utf-8")) == people
    noted = AccessEntry.objects.get(action="export")
    assert set(BitMap64.deserialize(bytes(noted.members))) == set(people)
    assert (Segment.objects.count(), Job.objects.count()) == (0, 0)


def test_the_lists_own_filters_and_search_narrow_a_rule(enter: Enter) -> None:
    client = enter("admin")
    html = client.get(address(BOUGHT, name="二本以上", lapsed="0")).content.decode()
    assert "<h1>二本以上</h1>" in html
    lapsed = {"field": "is_lapsed", "op": "=", "value": False}
    active = members({"all": [BOUGHT, lapsed]})
    assert f"条件に合うのは {len(active)}人です" in html
    assert 0 < len(active) < len(members(BOUGHT))
    # The form sends the rule along.
    assert 'name="rule" value="{&quot;did&quot;' in html
    once = next(iter(members({"not": BOUGHT})))
    assert listed(client.get(address(BOUGHT, q=f"#{once}")).content.decode()) == []


@pytest.mark.parametrize(
    "broken",
    [
        "{", "[]", '"x"', "{}", '{"field":"shoe_size","op":"=","value":1}', '{"segment":999}',
        '{"all":[]}', '{"field":"stage","op":"=","value":"\\u0000"}', "[" * 9000,
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_is_refused_in_a_sentence(broken: str, enter: Enter) -> None:
    for role in ("viewer", "marketer"):
        answer = enter(role).get(address(broken))
        assert answer.status_code == 400
        assert re.search(r"[ぁ-ん].*。", answer.content.decode())


def test_a_list_by_rule_shows_no_more_of_people_than_a_role_may_see(enter: Enter) -> None:
    where, packer = address(BOUGHT), enter("warehouse")
    people = members(BOUGHT)
    assert Client().get(where).headers["Location"].startswith("/login/?next=%2Fcustomers%2F")
    outsider = Client()
    outsider.force_login(User.objects.create_user("guest", password=PASSWORD))
    assert outsider.get(where).status_code == 403
    # Who packs parcels sees people; what rules know of them he may not ask.
    assert packer.get("/customers/").status_code == 200
    for asked in (where, address(BOUGHT, csv="utf-8"), address(BOUGHT, q="#1")):
        assert packer.get(asked).status_code == 403
    viewer = enter("viewer")
    seen = viewer.get(where).content.decode()
    assert ("●●" in seen, "Misaki" in seen, "csv=" in seen) == (True, False, False)
    assert "/analysis/segments/new/" not in seen
    assert viewer.get(address(BOUGHT, csv="utf-8")).status_code == 403
    marketer = enter("marketer")
    seen = marketer.get(where).content.decode()
    assert ("●●" in seen, "Misaki" in seen, "csv=utf-8" in seen) == (True, False, True)
    assert "/analysis/segments/new/?rule=" in seen
    assert file_of(marketer, address(BOUGHT, csv="utf-8")) == people
    exports = AccessEntry.objects.filter(action="export")
    assert {entry.actor for entry in exports} == {"marketer"}
    assert "Misaki" in enter("service").get(where).content.decode()


def test_a_list_by_rule_says_that_the_shop_is_being_analysed_anew(enter: Enter) -> None:
    client = enter("viewer")
    assert "集計し直しています" not in client.get(address(BOUGHT)).content.decode()
    Job.objects.create(
        kind="refresh", status="running", run_after=clock.now(), created_at=clock.now()
    )
    assert "集計し直しています" in client.get(address(BOUGHT)).content.decode()
    assert "集計し直しています" not in client.get("/customers/").content.decode()


def test_a_rule_before_the_first_refresh_says_what_to_do(
    db: None, browser_of_staff: Client
) -> None:
    answer = browser_of_staff.get(address(BOUGHT))
    assert answer.status_code == 404
    assert "まず集計が必要です" in answer.content.decode()


def test_a_rule_counted_while_its_tables_are_written_anew_answers_or_says_so(enter: Enter) -> None:
    client, folder = enter("viewer"), settings.OKAERI.warehouse_dir
    expected = members(BOUGHT)
    table = pa.table({"id": [1], "seq": [1]})
    times: list[bool] = []

    def rewritten(warehouse: Warehouse | None) -> list[int]:
        """Read a table that somebody writes anew midway, as often as the test says."""
        assert warehouse is not None
        warehouse.upsert("x", table.to_batches(), key="id", version="seq")
        warehouse.upsert("x", table.to_batches(), key="id", version="seq")
        rows = warehouse.table("x")
        if times.pop(0):
            with open_warehouse(folder) as other:
                other.merge_changes("x")
        assert warehouse.count(rows) == 1
        return insight.ids_of_customers(meant=BOUGHT, warehouse=warehouse)

    times[:] = [True, False]
    assert count_by(BOUGHT, rewritten) == expected
    times[:] = [True, True, True]
    with pytest.raises(BusyError, match="written anew"):
        count_by(BOUGHT, rewritten)
    # A table that is gone for good is said too, as a page.
    shutil.rmtree(folder / ORDERS / "_delta_log")
    (folder / ORDERS / "_delta_log").mkdir()
    answer = client.get(address(BOUGHT))
    assert answer.status_code == 503
    assert "もう一度開いてください" in answer.content.decode()

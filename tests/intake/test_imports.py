"""Imports and live orders in the database: all or nothing, repeatable, numbered by change."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.models import Job
from okaeri.foundation.work.jobs import JobRunner, get_job
from okaeri.intake import actions, api, writing
from okaeri.intake.models import ImportRun, Order, OrderLine, Party, RejectedRow
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from tests.intake.samples import ORDER, TEMPLATE, as_csv, template_file

pytestmark = pytest.mark.django_db


def live_order(number: str = "A-1", **changes: object) -> OrderIn:
    order = OrderIn(
        source="shop",
        order_no=number,
        ordered_at=datetime(2024, 3, 5, 16, 30, tzinfo=UTC),
        status="accepted",
        party=PartyIn(email="Hanako@Example.com", phone="090-1234-5678", family_name="高橋"),
        lines=(LineIn("LOTION", "化粧水", 2, 3300, 6600), LineIn("TRIAL", "お試し", 1, 980, 980)),
        discount_minor=300,
        points_minor=100,
        shipping_minor=550,
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def test_the_same_file_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    path = template_file(tmp_path / "o.csv", {}, {"商品コード*": "SERUM"}, {"注文番号*": "B"})
    first = api.import_file(path)
    assert (first.status, first.rows, first.orders_new) == ("done", 3, 2)
    latest = api.latest_change_no()
    second = api.import_file(path, filename="again.csv")
    assert (second.orders_new, second.orders_updated, second.orders_unchanged) == (0, 0, 2)
    assert api.latest_change_no() == latest
    assert (Order.objects.count(), OrderLine.objects.count(), Party.objects.count()) == (2, 3, 1)
    assert [run.filename for run in api.list_import_runs()] == ["again.csv", "o.csv"]


def _indexes() -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for model in (Order, Party):
            found |= connection.introspection.get_constraints(cursor, model._meta.db_table).keys()
    return found


def test_an_import_that_is_most_of_the_shop_builds_the_indexes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _indexes()
    during: list[set[str]] = []
    monkeypatch.setattr(writing, "_FEW_ORDERS", 0)
    path = template_file(tmp_path / "o.csv", {}, {"注文番号*": "B"})
    result = api.import_file(path, progress=lambda *_: during.append(_indexes()))
    assert result.orders_new == 2
    assert _indexes() == before
    assert ("orders_of_party" not in during[-1]) == (connection.vendor == "sqlite")
    during.clear()
    # As many orders as are stored are no longer most of the shop.
    assert api.import_file(path, progress=lambda *_: during.append(_indexes())).orders_new == 0
    assert "orders_of_party" in during[-1]


def test_changed_contents_update_the_order_and_raise_its_change_number(tmp_path: Path) -> None:
    api.import_file(template_file(tmp_path / "o.csv", {}, {"注文番号*": "B"}))
    before = {order.order_no: order for order in api.list_orders_after(0, 10)}
    result = api.import_file(
        template_file(
            tmp_path / "o.csv", {"ステータス": "返品"}, {"注文番号*": "B"}, {"注文番号*": "C"}
        )
    )
    assert (result.orders_new, result.orders_updated, result.orders_unchanged) == (1, 1, 1)
    after = {order.order_no: order for order in api.list_orders_after(0, 10)}
    assert after["A-1"].id == before["A-1"].id
    assert after["A-1"].status == "returned"
    assert not after["A-1"].is_purchase
    assert after["A-1"].change_no > max(order.change_no for order in before.values())
    assert after["B"] == before["B"]
    assert [len(lines) for lines in api.list_lines([after["A-1"].id, after["B"].id]).values()] == [
        1,
        1,
    ]


def test_lines_of_an_updated_order_are_replaced(tmp_path: Path) -> None:
    api.import_file(template_file(tmp_path / "o.csv", {}, {"商品コード*": "SERUM"}))
    api.import_file(template_file(tmp_path / "o.csv", {"商品コード*": "CREAM", "数量*": "1"}))
    order = api.list_orders_after(0, 10)[0]
    assert order.net_minor == 3300 - 400
    assert [(x.sku, x.quantity, x.amount_minor) for x in api.list_lines([order.id])[order.id]] == [
        ("CREAM", 1, 3300)
    ]


def test_what_goes_in_comes_out_as_records(tmp_path: Path) -> None:
    api.import_file(template_file(tmp_path / "o.csv", {"発送日": "2022/8/11", "媒体コード": "m1"}))
    party = api.list_parties_after(0, 10)[0]
    assert (party.email_key, party.phone_key) == ("hanako@example.com", "09012345678")
    assert (party.family_name, party.email_opt_in) == ("髙橋", True)
    order = api.list_orders_of_parties([party.id])[0]
    assert order.ordered_at == datetime(2022, 8, 10, 1, 33, 9, tzinfo=UTC)
    assert order.ordered_on == date(2022, 8, 10)
    assert (order.shipped_on, order.delivered_on) == (date(2022, 8, 11), None)
    assert (order.media_code, order.party_id, order.margin_minor) == ("m1", party.id, None)


def test_columnar_reading_gives_the_same_values_as_records(tmp_path: Path) -> None:
    api.import_file(
        template_file(tmp_path / "o.csv", {}, {"注文番号*": "B", "商品コード*": "SERUM"})
    )
    batch = next(iter(api.read_order_batches(0)))
    records = api.list_orders_after(0, 10)
    assert batch["order_id"].to_pylist() == [order.id for order in records]
    assert batch["ordered_at"].to_pylist() == [x.ordered_at.replace(tzinfo=None) for x in records]
    assert batch["ordered_on"].to_pylist() == [order.ordered_on for order in records]
    assert batch["is_purchase"].to_pylist() == [True, True]
    lines = next(iter(api.read_line_batches(0)))
    assert lines["sku"].to_pylist() == ["LOTION", "SERUM"]
    assert lines["change_no"].to_pylist() == [order.change_no for order in records]
    assert list(api.read_order_batches(api.latest_change_no())) == []
    assert next(iter(api.read_order_batches(records[0].change_no))).num_rows == 1


def test_rejected_rows_come_back_as_csv_that_a_spreadsheet_does_not_run(tmp_path: Path) -> None:
    path = template_file(
        tmp_path / "o.csv", {"注文日時*": "2022-13-45", "姓": "=1+1"}, {"注文番号*": "B"}
    )
    result = api.import_file(path)
    assert (result.status, result.orders_new, result.rows_rejected) == ("done", 1, 1)
    row = next(api.iter_rejected_rows(result.run_id))
    assert (row.line_no, row.code) == (2, "bad_date")
    assert "注文日時" in row.reason.ja
    stream = io.BytesIO()
    assert api.write_rejected_csv(result.run_id, stream) == 1
    text = stream.getvalue().decode("utf-8-sig")
    header, cells = csv.reader(io.StringIO(text))
    assert header[3:] == list(TEMPLATE)
    assert cells[0] == "2"
    assert cells[3 + TEMPLATE.index("姓")] == "'=1+1"
    cp932 = io.BytesIO()
    api.write_rejected_csv(result.run_id, cp932, "cp932")
    assert cp932.getvalue().decode("cp932").startswith("行,理由")


def test_a_failure_in_the_middle_leaves_nothing_but_the_failed_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = template_file(tmp_path / "o.csv", {}, {"注文番号*": "B"})

    def broken(*_: object) -> None:
        OrderLine.objects.create(
            order_id=Order.objects.latest("id").id, line_no=1, sku="x", quantity=1,
            unit_price_minor=1, amount_minor=1,
        )  # fmt: skip

    # The last step breaks a constraint after contacts, orders and lines were written.
    monkeypatch.setattr(actions, "_finish", broken)
    with pytest.raises(IntegrityError):
        api.import_file(path)
    assert Order.objects.count() == OrderLine.objects.count() == Party.objects.count() == 0
    assert api.latest_change_no() == 0
    run = api.list_import_runs()[0]
    assert (run.status, run.orders_new) == ("failed", 0)
    assert run.error is not None
    assert not list((Path(settings.OKAERI.data_dir) / "staging").glob("*"))


def test_a_file_that_cannot_be_read_is_kept_as_a_failed_run_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(InputError, match="empty"):
        api.import_file(path)
    run = api.list_import_runs()[0]
    assert run.status == "failed"
    assert run.error is not None
    assert run.error.ja == "ファイルが空です。"
    with pytest.raises(NotFoundError):
        api.get_import_run(run.run_id + 1)


def test_a_queued_import_is_done_by_the_worker_and_its_upload_goes(tmp_path: Path) -> None:
    uploads = Path(settings.OKAERI.data_dir) / "uploads"
    uploads.mkdir(exist_ok=True)
    path = template_file(uploads / "u.csv", {})
    job_id = api.submit_import(path, filename="orders.csv")
    run_id = Job.objects.get(id=job_id).payload["run_id"]
    assert api.get_import_run(run_id).status == "queued"
    runner = JobRunner({api.JOB_KIND: api.run_import_job})
    assert runner.run_one(datetime.now(UTC)) == 1
    assert get_job(job_id).result["orders_new"] == 1
    assert api.get_import_run(run_id).status == "done"
    assert not path.exists()


def test_a_saved_mapping_is_found_again_whatever_the_order_of_columns(tmp_path: Path) -> None:
    columns = {
        "order_no": "No", "ordered_at": "When", "sku": "Item", "quantity": "Pieces",
        "amount": "Sum", "email": "Mail",
    }  # fmt: skip
    header = ("No", "When", "Item", "Pieces", "Sum", "Mail")
    api.save_mapping("my cart", header, columns)
    path = tmp_path / "cart.csv"
    path.write_text("Mail,No,When,Item,Pieces,Sum\na@example.com,1,2024-01-05,X,2,500\n")
    layout = api.detect_file(path)
    assert (layout.connector, layout.saved_mapping) == ("mapped", "my cart")
    assert api.import_file(path).orders_new == 1
    order = api.list_orders_after(0, 1)[0]
    assert (order.net_minor, order.source) == (500, "mapped")
    assert api.list_mappings()[0].name == "my cart"
    with pytest.raises(InputError):
        api.save_mapping("bad", header, {"order_no": "No"})
    assert api.detect_file(template_file(tmp_path / "o.csv", {})).connector == "template"


# ---- the live door -----------------------------------------------------------------------------


def test_live_orders_are_new_updated_or_unchanged() -> None:
    assert api.record_orders([live_order(), live_order("B")]) == (2, 0, 0)
    assert api.record_orders([live_order(), live_order("B", status="cancelled")]) == (0, 1, 1)
    assert api.record_orders([]) == (0, 0, 0)
    orders = {order.order_no: order for order in api.list_orders_after(0, 10)}
    assert orders["A-1"].net_minor == 7580 - 400
    assert orders["A-1"].ordered_on == date(2024, 3, 6)
    assert (orders["B"].net_minor, orders["B"].is_purchase) == (0, False)
    assert Party.objects.count() == 1


def test_parties_of_many_orders_in_one_call_are_kept_apart() -> None:
    people = [PartyIn(email=f"p{i}@example.com") for i in range(5)]
    orders = [live_order(f"N{i}", party=people[i % 5]) for i in range(20)]
    orders.append(live_order("GUEST", party=PartyIn()))
    orders.append(live_order("OTHER", source="pos", party=people[3]))
    api.record_orders(orders)
    emails = dict(Party.objects.values_list("id", "email"))
    for order in api.list_orders_after(0, 100):
        if order.order_no.startswith("N"):
            assert emails[order.party_id or 0] == people[int(order.order_no[1:]) % 5].email
    assert Order.objects.get(order_no="GUEST").party_id is None
    assert Party.objects.count() == 6


def test_one_order_that_cannot_be_stored_leaves_the_others_out() -> None:
    for bad in (
        live_order("X", currency="USD"),
        live_order("X", status="perhaps"),
        live_order(" "),
        live_order("X", ordered_at=datetime(2024, 1, 1)),
    ):
        with pytest.raises(InputError):
            api.record_orders([live_order(), bad])
    assert Order.objects.count() == 0


def test_a_file_and_the_live_door_agree_on_what_an_order_is(tmp_path: Path) -> None:
    api.import_file(template_file(tmp_path / "o.csv", {}))
    order = OrderIn(
        source="template",
        order_no="A-1",
        ordered_at=datetime(2022, 8, 10, 1, 33, 9, tzinfo=UTC),
        status="accepted",
        party=PartyIn(
            email="hanako@example.com", phone="090-1234-5678", family_name="髙橋", given_name="花子",
            family_kana="タカハシ", given_kana="ハナコ", postal_code="1500001", prefecture="東京都",
            email_opt_in=True,
        ),
        lines=(LineIn("LOTION", "化粧水①", 2, 3300, 6600),),
        discount_minor=300, points_minor=100, shipping_minor=550,
    )  # fmt: skip
    assert api.record_orders([order]) == (0, 0, 1)


def test_margin_needs_every_cost_and_trials_and_samples_come_from_the_products() -> None:
    api.record_products(
        [
            ProductIn("LOTION", cost_minor=1000),
            ProductIn("TRIAL", cost_minor=200, is_trial=True),
            ProductIn("FREE", cost_minor=50, is_sample=True),
        ]
    )
    lotion, trial = LineIn("LOTION", "", 2, 3300, 6600), LineIn("TRIAL", "", 1, 980, 980)
    free, other = LineIn("FREE", "", 1, 0, 0), LineIn("OTHER", "", 1, 500, 500)
    none = {"discount_minor": 0, "points_minor": 0}
    api.record_orders(
        [
            live_order("both", lines=(lotion, trial), **none),
            live_order("unknown", lines=(lotion, other), **none),
            live_order("trial", lines=(trial, free), **none),
            live_order("sample", lines=(replace(free, amount_minor=10),), **none),
            live_order("cancelled", lines=(lotion,), status="cancelled", **none),
        ]
    )
    found = {order.order_no: order for order in api.list_orders_after(0, 10)}
    assert found["both"].margin_minor == 7580 - 2200
    assert found["unknown"].margin_minor is None
    assert (found["trial"].is_trial, found["both"].is_trial) == (True, False)
    assert found["trial"].is_purchase
    assert not found["sample"].is_purchase
    assert not found["sample"].is_trial
    assert found["cancelled"].margin_minor == 0


def test_a_cost_learnt_late_gives_waiting_orders_their_margin() -> None:
    lotion, trial = LineIn("LOTION", "", 2, 3300, 6600), LineIn("TRIAL", "", 1, 980, 980)
    api.record_products([ProductIn("LOTION", cost_minor=1000), ProductIn("TRIAL")])
    api.record_orders(
        [
            live_order("both", lines=(lotion, trial)),
            live_order("known", lines=(lotion,)),
            live_order("open", lines=(trial, LineIn("OTHER", "", 1, 500, 500))),
            live_order("cancelled", lines=(trial,), status="cancelled"),
        ]
    )
    before = {order.order_no: order for order in api.list_orders_after(0, 10)}
    assert before["both"].margin_minor is None
    api.record_products([ProductIn("TRIAL", cost_minor=300), ProductIn("LOTION", cost_minor=9)])
    after = {order.order_no: order for order in api.list_orders_after(0, 10)}
    # The lotion's cost was known at the time, so only the trial's is new.
    assert after["both"].margin_minor == 7580 - 400 - 2000 - 300
    assert after["both"].change_no > max(order.change_no for order in before.values())
    assert after["cancelled"].margin_minor == 0
    assert (after["known"], after["open"]) == (before["known"], before["open"])
    latest = api.latest_change_no()
    api.record_products([ProductIn("OTHER", cost_minor=100)])
    last = api.list_orders_after(latest, 10)
    assert [(order.order_no, order.margin_minor) for order in last] == [("open", 1480 - 400 - 400)]


def test_a_contact_was_last_seen_when_it_last_ordered(tmp_path: Path) -> None:
    rows = [
        {"注文番号*": "1", "注文日時*": "2022-01-01 12:00:00"},
        {"注文番号*": "3", "注文日時*": "2024-01-01 12:00:00"},
        {"注文番号*": "2", "注文日時*": "2023-01-01 12:00:00"},
    ]
    api.import_file(template_file(tmp_path / "o.csv", *rows))
    party = api.list_parties_after(0, 10)[0]
    assert party.seen_at == datetime(2024, 1, 1, 3, tzinfo=UTC)
    assert party.known_at == datetime(2022, 1, 1, 3, tzinfo=UTC)
    # An older order tells since when it is known, a later one when it was last seen; the rest nothing.
    older = template_file(tmp_path / "o.csv", {"注文番号*": "0", "注文日時*": "2021-01-01"})
    api.import_file(older)
    (known,) = api.list_parties_after(0, 10)
    assert (known.seen_at, known.known_at) == (
        party.seen_at,
        datetime(2020, 12, 31, 15, tzinfo=UTC),
    )
    api.import_file(older)
    assert api.list_parties_after(0, 10) == [known]
    later = {"注文番号*": "4", "注文日時*": "2025-01-01 12:00:00"}
    api.import_file(template_file(tmp_path / "later.csv", later))
    again = api.list_parties_after(party.change_no, 10)
    assert [(one.id, one.seen_at) for one in again] == [
        (party.id, datetime(2025, 1, 1, 3, tzinfo=UTC))
    ]


def test_orders_are_found_by_their_number_newest_first() -> None:
    later = datetime(2025, 1, 1, tzinfo=UTC)
    api.record_orders(
        [live_order("A-1"), live_order("A-10"), live_order("A-1", source="pos", ordered_at=later)]
    )
    assert [order.source for order in api.find_orders_by_no(" A-1 ")] == ["pos", "shop"]
    assert len(api.find_orders_by_no("A-1", limit=1)) == 1
    assert api.find_orders_by_no("A") == []


def test_products_are_counted_when_they_change_and_only_then() -> None:
    one = ProductIn("A", name="化粧水", days_supply=30)
    assert api.record_products([one, ProductIn("B")]) == 2
    latest = api.latest_change_no()
    assert api.record_products([one, ProductIn("B", cost_minor=5)]) == 1
    assert api.latest_change_no() == latest + 1
    assert api.list_products(["A", "Z"]) == {"A": one}
    assert api.list_products()["B"].cost_minor == 5


def test_touched_orders_get_new_change_numbers_in_their_old_order() -> None:
    api.record_orders(
        [live_order("A"), live_order("B"), live_order("C", party=PartyIn(email="x@y.jp"))]
    )
    party_id = api.list_orders_after(0, 1)[0].party_id
    latest = api.latest_change_no()
    api.touch_orders_of_parties([party_id or 0])
    assert [order.order_no for order in api.list_orders_after(latest, 10)] == ["A", "B"]
    assert api.latest_change_no() == latest + 2


def test_ids_and_change_numbers_go_on_growing_after_a_rollback() -> None:
    api.record_orders([live_order("A")])
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - what is rolled back
        api.record_orders([live_order("B")])
        raise RuntimeError
    api.record_orders([live_order("C")])
    first, third = api.list_orders_after(0, 10)
    assert (first.order_no, third.order_no) == ("A", "C")
    assert third.id > first.id
    assert third.change_no > first.change_no


def test_a_file_without_a_usable_row_is_done_with_every_row_rejected(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(as_csv(TEMPLATE, [ORDER | {"数量*": "x"}]), encoding="utf-8")
    result = api.import_file(path)
    assert (result.status, result.orders_new, result.rows_rejected) == ("done", 0, 1)
    assert RejectedRow.objects.count() == ImportRun.objects.count() == 1


# ---- products and customers as files -----------------------------------------------------------


def _file(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\r\n".join([header, *rows]) + "\r\n", encoding="cp932", newline="")
    return path


def test_a_products_file_teaches_costs_and_rejects_by_row(tmp_path: Path) -> None:
    api.record_orders([live_order(lines=(LineIn("LOTION", "", 2, 3300, 6600),))])
    api.record_products([ProductIn("LOTION", name="化粧水", category="水")])
    path = _file(
        tmp_path / "p.csv",
        "商品コード*,商品名,原価,使用日数,お試し",
        'LOTION,化粧水A,"1,000",60,0',
        "TRIAL,お試し,200,7,1",
        "BAD,だめ,高い,7,0",
        "TRIAL,お試し,999,7,1",
        ",名無し,1,1,0",
    )
    assert api.detect_file(path).connector == "products"
    result = api.import_file(path)
    assert (result.status, result.rows, result.orders_new, result.rows_rejected) == (
        "done",
        5,
        0,
        3,
    )
    codes = [(row.line_no, row.code) for row in api.iter_rejected_rows(result.run_id)]
    assert codes == [(4, "bad_amount"), (5, "duplicate_product"), (6, "blank")]
    # The file has no column for the category, so what is known of it stays.
    assert api.list_products() == {
        "LOTION": ProductIn("LOTION", "化粧水A", "水", cost_minor=1000, days_supply=60),
        "TRIAL": ProductIn("TRIAL", "お試し", cost_minor=200, days_supply=7, is_trial=True),
    }
    assert api.list_orders_after(0, 1)[0].margin_minor == 6600 - 400 - 2000
    latest = api.latest_change_no()
    api.import_file(path)
    assert api.latest_change_no() == latest


def test_a_products_file_says_what_is_left_and_where_it_is_sold(tmp_path: Path) -> None:
    path = _file(
        tmp_path / "p.csv",
        "商品コード*,在庫数,商品URL",
        "LOTION,0,https://shop.example/lotion",
        "SOAP,,",
        "BAD,1,javascript:alert(1)",
    )
    result = api.import_file(path)
    assert (result.status, result.rows_rejected) == ("done", 1)
    assert [row.code for row in api.iter_rejected_rows(result.run_id)] == ["bad_address"]
    assert api.list_products() == {
        "LOTION": ProductIn("LOTION", stock=0, url="https://shop.example/lotion"),
        "SOAP": ProductIn("SOAP"),
    }


def test_a_day_of_registration_is_kept_where_it_can_be_believed(tmp_path: Path) -> None:
    path = _file(
        tmp_path / "c.csv",
        "顧客ID,メールアドレス,会員登録日,最終更新日",
        "C1,a@example.com,令和6年5月1日,2025-03-01",
        "C2,b@example.com,-,2025-03-01",
        "C5,e@example.com,,2099-01-01",
        "C3,c@example.com,2026-01-02,2099-01-01",
        "C4,d@example.com,1970-01-01 00:00:00,",
    )
    with clock.use(clock.SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))):
        assert api.detect_file(path).connector == "customers"
        result = api.import_file(path)
    told = [(row.line_no, row.code, row.reason.ja) for row in api.iter_rejected_rows(result.run_id)]
    assert [one[:2] for one in told] == [(5, "bad_registration")]
    assert "まだ来ていない日" in told[0][2]
    first, second, third, fourth = Party.objects.order_by("id")
    # Carts write 1970-01-01 where they do not know.
    assert fourth.registered_at is None
    # What was changed in a year to come is as good as what was changed now.
    assert third.seen_at == third.known_at == datetime(2026, 1, 1, tzinfo=UTC)
    april = datetime(2024, 4, 30, 15, tzinfo=UTC)
    march = datetime(2025, 2, 28, 15, tzinfo=UTC)
    assert (first.registered_at, first.known_at, first.seen_at) == (april, april, march)
    # Where no day is given, the oldest word there is: when the row was last changed.
    assert (second.registered_at, second.known_at, second.seen_at) == (None, march, march)


def test_a_customers_file_makes_contacts_without_orders(tmp_path: Path) -> None:
    path = _file(
        tmp_path / "c.csv",
        "顧客ID*,メールアドレス,姓,電話番号,メール許可,登録日",
        "C1,a@example.com,佐藤,090-1234-5678,1,2024-05-01",
        "C2,b@example.com,鈴木,,0,2024-13-01",
        ",c@example.com,高橋,,1,",
        "C4,d@example.com,田中,,0,",
    )
    assert api.detect_file(path).connector == "customers"
    result = api.import_file(path)
    assert (result.rows, result.orders_new, result.rows_rejected) == (4, 0, 2)
    codes = [(row.line_no, row.code) for row in api.iter_rejected_rows(result.run_id)]
    assert codes == [(3, "bad_date"), (4, "blank")]
    first, fourth = api.list_parties_after(0, 10)
    # The same source as the order template, so that its customer numbers are the same.
    assert (first.member_no, first.source, first.email_opt_in) == ("C1", "template", True)
    assert first.seen_at == datetime(2024, 4, 30, 15, tzinfo=UTC)
    assert (fourth.member_no, fourth.email_opt_in) == ("C4", False)
    assert Order.objects.count() == 0
    latest = api.latest_change_no()
    api.import_file(path)
    assert api.latest_change_no() == latest


@pytest.mark.parametrize(
    ("column", "mangled"),
    [("注文番号*", "1.23E+11"), ("定期番号", "#N/A"), ("商品コード*", "3月1日")],
)
def test_an_order_whose_number_a_spreadsheet_destroyed_touches_no_other(
    column: str, mangled: str, tmp_path: Path
) -> None:
    mine, other = ({column: mangled, "メールアドレス": f"{who}@x.jp"} for who in "ab")
    numbers = [{} if column == "注文番号*" else {"注文番号*": number} for number in "XY"]
    for row, number in zip((mine, other), numbers, strict=True):
        result = api.import_file(template_file(tmp_path / "o.csv", row | number))
        assert (result.orders_new, result.orders_updated, result.rows_rejected) == (0, 0, 1)
        [refused] = api.iter_rejected_rows(result.run_id)
        assert refused.code == "mangled_code"
        assert "書き出したまま" in refused.reason.ja
    assert not Order.objects.exists()


def test_a_code_the_shop_itself_says_is_no_spreadsheets_fault() -> None:
    api.record_orders([live_order(lines=(LineIn("4.9E+12", "化粧水", 1, 100, 100),))])
    with pytest.raises(InputError):
        api.record_orders([live_order("1.23E+11")])
    assert [order.order_no for order in api.list_orders_after(0, 10)] == ["A-1"]

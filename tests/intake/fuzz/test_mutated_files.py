"""Thousands of spoilt files of every cart through the import: a result or a reason, never a half."""

import time
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from okaeri.foundation.errors import OkaeriError
from okaeri.foundation.text import Text
from okaeri.intake import api
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain.cells import clean_text
from okaeri.intake.files.rows import column_positions
from okaeri.intake.models import Order, OrderLine, Party, RejectedRow
from okaeri.intake.types import ImportResult
from tests.intake.carts import CARTS, OLD_RAKUTEN, as_bytes
from tests.intake.fuzz.mutations import MUTATIONS, mutate

GOOD = tuple(
    (cart.key, as_bytes(cart.rows(), cart.encoding, cart.delimiter))
    for cart in (*CARTS, OLD_RAKUTEN)
)
FILES = 10_000
# Rows that are refused while the rest of their order rightly stands.
_ALONE = ("duplicate_order_number",)


def _counts() -> tuple[int, int, int]:
    return Order.objects.count(), OrderLine.objects.count(), Party.objects.count()


def _import(path: Path, raw: bytes) -> str:
    """Import one file, hold what must hold, undo it; gives how it ended."""
    path.write_bytes(raw)
    before, latest = _counts(), api.latest_change_no()
    with transaction.atomic():
        try:
            result = api.import_file(path)
        except OkaeriError as error:
            _check_refused(error, before, latest)
            ended = "refused"
        else:
            _check_done(result)
            ended = "rejected rows" if result.rows_rejected else "imported"
        transaction.set_rollback(True)
    return ended


def _check_refused(error: OkaeriError, before: tuple[int, int, int], latest: int) -> None:
    run = api.list_import_runs(1)[0]
    assert run.status == "failed"
    assert run.error == error.message
    assert isinstance(error.message, Text)
    assert error.message.ja
    assert error.message.en
    assert _counts() == before
    assert api.latest_change_no() == latest


def _check_done(result: ImportResult) -> None:
    assert result.status == "done"
    assert Order.objects.count() == result.orders_new + result.orders_updated
    assert result.orders_unchanged == 0
    # Every order stands with all its goods: its own sum is the sum of its lines.
    lines = OrderLine.objects.filter(order=OuterRef("id")).order_by().values("order")
    goods = Subquery(lines.annotate(sum=Sum("amount_minor")).values("sum"))
    halves = Order.objects.annotate(goods=Coalesce(goods, 0)).exclude(goods=F("lines_minor"))
    assert list(halves.values_list("order_no")) == []
    # An order with a refused row was left out whole.
    stored = set(Order.objects.values_list("order_no", flat=True))
    assert stored.isdisjoint(_numbers_of_rejected(result))
    # Rows of an order that a later row spoilt are counted, and the first of them is listed.
    listed = RejectedRow.objects.count()
    assert (listed > 0) == (result.rows_rejected > 0)
    assert listed <= result.rows_rejected <= result.rows


def _numbers_of_rejected(result: ImportResult) -> set[str]:
    run = RejectedRow.objects.select_related("run").filter(run_id=result.run_id)
    rows = list(run.exclude(code__in=_ALONE))
    known = CONNECTORS.get(result.connector)
    if not rows or known is None:
        return set()
    header = rows[0].run.header
    place = known.find_columns(column_positions(header))["order_no"][0]
    return {clean_text(row.raw[place], 80) for row in rows if len(row.raw) > place} - {""}


def _run(folder: Path, files: int) -> Counter[str]:
    staging = Path(settings.OKAERI.data_dir) / "staging"
    ends: Counter[str] = Counter()
    path = folder / "spoilt.csv"
    for seed in range(files):
        key, good = GOOD[(seed // len(MUTATIONS)) % len(GOOD)]
        raw, kinds = mutate(good, seed)
        try:
            ends[_import(path, raw)] += 1
        except BaseException:
            print(f"seed {seed}, {key}, {kinds}")
            raise
    assert not list(staging.glob("*"))
    return ends


@pytest.mark.django_db
def test_good_files_are_imported_whole(tmp_path: Path) -> None:
    for _, good in GOOD:
        assert _import(tmp_path / "good.csv", good) == "imported"


@pytest.mark.django_db
def test_spoilt_files_end_in_a_result_or_a_reason_and_never_come_in_by_halves(
    tmp_path: Path,
) -> None:
    ends = _run(tmp_path, len(MUTATIONS) * len(GOOD))
    assert set(ends) == {"imported", "rejected rows", "refused"}


@pytest.mark.django_db
@pytest.mark.slow
def test_ten_thousand_spoilt_files_end_in_a_result_or_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = time.monotonic()
    ends = _run(tmp_path, FILES)
    seconds = time.monotonic() - begin
    with capsys.disabled():
        said = ", ".join(f"{count:,} {end}" for end, count in sorted(ends.items()))
        print(f"\n{FILES:,} spoilt files in {seconds:.0f} s: {said}")
    assert sum(ends.values()) == FILES


# Rows of a list or of records: one cell per field, under the first name of its column.
_CELLS = {
    "member_no": "M1", "email": "hana@example.com", "phone": "090-1234-5678", "name": "髙橋 花子",
    "sku": "LOTION", "stars": "5", "written_at": "2026/11/1 10:00", "answered_at": "2026/11/1 10:00",
    "opened_at": "2026/11/1 10:00", "started_at": "2026/11/1 10:00", "changed_at": "2026/11/1 10:00",
    "closed_at": "", "seen_on": "2026/11/1", "started_on": "2026/11/1", "next_on": "2026/12/1",
    "due_on": "2026/11/10", "paid_on": "2026/11/9", "event_on": "2026/11/1", "birth_on": "1980/1/2",
    "cancelled_on": "", "price_minor": "3,300", "cost_minor": "900", "stock": "3", "days_supply": "30",
    "interval_days": "30", "duration_seconds": "95", "event_no": "1", "event_kind": "お届け",
    "medium": "メール", "kind": "質問", "direction": "発信", "result": "応答", "is_published": "公開",
    "url": "https://shop.example/lotion", "postal_code": "150-0001", "is_trial": "1", "is_sample": "0",
    "email_opt_in": "1", "registered_at": "2024/5/1", "order_no": "A-1", "source": "template",
}  # fmt: skip
_STATUSES = {"subscriptions": "有効", "inquiries": "対応中", "payments": "未入金"}
_OTHERS = tuple(
    known for known in CONNECTORS.values() if known.kind in {"customers", "products", "records"}
)


def _list_file(known: Connector) -> bytes:
    """Give three rows in a layout that is no file of orders."""
    cells = {name: _CELLS.get(name, f"{name} 1") for name in known.columns}
    cells |= {"status": _STATUSES.get(known.key, "")} if "status" in cells else {}
    row = {known.columns[name][0]: cell for name, cell in cells.items()}
    rest = (*known.signature, *known.one_of[:1])
    row |= {name: "1" for name in rest if name not in row}
    if known.key == "surveys_by_person":
        row = {
            "タイムスタンプ": "2026/11/1 10:00",
            "メールアドレス": "hana@example.com",
            "肌": "乾燥",
        }
    number = next(iter(row))
    return as_bytes([row, row | {number: row[number]}, dict(row)], "utf-8")


def _import_other(path: Path, raw: bytes) -> str:
    """Import a file that holds no orders, hold what must hold, undo it; gives how it ended."""
    path.write_bytes(raw)
    before = _counts()
    with transaction.atomic():
        try:
            result = api.import_file(path)
        except OkaeriError as error:
            _check_refused(error, before, api.latest_change_no())
            ended = "refused"
        else:
            assert result.status == "done"
            listed = RejectedRow.objects.count()
            assert (listed > 0) == (result.rows_rejected > 0)
            assert listed <= result.rows_rejected <= result.rows
            ended = "rejected rows" if result.rows_rejected else "imported"
        transaction.set_rollback(True)
    return ended


@pytest.mark.django_db
def test_good_lists_and_records_are_imported_whole(tmp_path: Path) -> None:
    for known in _OTHERS:
        raw = _list_file(known)
        (tmp_path / "good.csv").write_bytes(raw)
        assert api.detect_file(tmp_path / "good.csv").connector == known.key
        assert (known.key, _import_other(tmp_path / "good.csv", raw)) == (known.key, "imported")


def _run_others(folder: Path, files: int) -> Counter[str]:
    ends: Counter[str] = Counter()
    good = [(known.key, _list_file(known)) for known in _OTHERS]
    for seed in range(files):
        key, raw = good[(seed // len(MUTATIONS)) % len(good)]
        spoilt, kinds = mutate(raw, seed)
        try:
            ends[_import_other(folder / "spoilt.csv", spoilt)] += 1
        except BaseException:
            print(f"seed {seed}, {key}, {kinds}")
            raise
    return ends


@pytest.mark.django_db
def test_spoilt_lists_and_records_end_in_a_result_or_a_reason(tmp_path: Path) -> None:
    ends = _run_others(tmp_path, len(MUTATIONS) * len(_OTHERS))
    assert set(ends) == {"imported", "rejected rows", "refused"}


@pytest.mark.django_db
@pytest.mark.slow
def test_three_thousand_spoilt_lists_and_records_end_so_too(tmp_path: Path) -> None:
    assert sum(_run_others(tmp_path, 3_000).values()) == 3_000


def test_a_line_that_is_utf8_and_no_cp932_is_named_in_a_file_of_cp932(tmp_path: Path) -> None:
    """Found by the ten thousand: it was taken for CP932 by its length and broke the reader."""
    path = tmp_path / "mixed.csv"
    path.write_bytes(as_bytes(CARTS[3].rows(), "cp932") + b"\xc2\x8b\r\n")
    with pytest.raises(OkaeriError) as refused:
        api.stage_file(path, zone=ZoneInfo("Asia/Tokyo"))
    assert "UTF-8" in refused.value.message.ja

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


def test_a_line_that_is_utf8_and_no_cp932_is_named_in_a_file_of_cp932(tmp_path: Path) -> None:
    """Found by the ten thousand: it was taken for CP932 by its length and broke the reader."""
    path = tmp_path / "mixed.csv"
    path.write_bytes(as_bytes(CARTS[3].rows(), "cp932") + b"\xc2\x8b\r\n")
    with pytest.raises(OkaeriError) as refused:
        api.stage_file(path, zone=ZoneInfo("Asia/Tokyo"))
    assert "UTF-8" in refused.value.message.ja

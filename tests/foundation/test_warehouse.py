"""The warehouse: named tables that change in one step, on whatever engine."""

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from okaeri.foundation.errors import ConfigurationError, NotFoundError
from okaeri.foundation.warehouse import Warehouse, delta, duckdb, open_warehouse
from okaeri.foundation.warehouse import warehouse as rules

pytestmark = pytest.mark.engine


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


def batch(ids: list[int], version: int, word: str) -> pa.RecordBatch:
    columns = {"id": ids, "word": [word] * len(ids), "change_no": [version] * len(ids)}
    return pa.RecordBatch.from_pydict(columns)


def words(warehouse: Warehouse) -> dict[int, str]:
    rows = warehouse.collect(warehouse.table("things")).to_pylist()
    assert len({row["id"] for row in rows}) == len(rows), "a key came twice"
    return {row["id"]: row["word"] for row in rows}


def upsert(warehouse: Warehouse, *batches: pa.RecordBatch) -> int:
    return warehouse.upsert("things", batches, key="id", version="change_no")


def test_a_table_that_was_never_written_is_named_in_the_error(warehouse: Warehouse) -> None:
    with pytest.raises(NotFoundError, match="things"):
        warehouse.table("things")


def test_newest_version_of_a_key_wins_whatever_the_order_of_batches(warehouse: Warehouse) -> None:
    assert upsert(warehouse, batch([1, 2], 2, "new"), batch([2], 1, "old")) == 2
    assert words(warehouse) == {1: "new", 2: "new"}
    upsert(warehouse, batch([2, 3], 4, "newer"), batch([2], 3, "between"))
    upsert(warehouse, batch([3], 5, "newest"))
    assert words(warehouse) == {1: "new", 2: "newer", 3: "newest"}
    assert warehouse.highest("things", "change_no") == 5


def test_repeating_an_upsert_changes_nothing(warehouse: Warehouse) -> None:
    for _ in range(3):
        upsert(warehouse, batch([1, 2], 1, "same"))
    assert words(warehouse) == {1: "same", 2: "same"}


def test_merging_changes_keeps_every_row(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "FEWEST_CHANGES_TO_MERGE", 3)
    upsert(warehouse, batch(list(range(10)), 1, "old"))
    upsert(warehouse, batch([1], 2, "new"))
    assert warehouse.has("things.changes")
    upsert(warehouse, batch([2, 3, 11], 3, "new"))
    assert not warehouse.has("things.changes")
    found = words(warehouse)
    assert {key for key, word in found.items() if word == "new"} == {1, 2, 3, 11}
    assert len(found) == 11


def test_changes_left_over_by_a_crash_after_merging_say_nothing_new(warehouse: Warehouse) -> None:
    upsert(warehouse, batch([1, 2], 1, "old"))
    upsert(warehouse, batch([2], 2, "new"))
    waiting = warehouse.collect(warehouse.table("things"))
    warehouse.merge_changes("things")
    warehouse.replace("things.changes", waiting.filter(pa.compute.equal(waiting["id"], 2)))
    assert words(warehouse) == {1: "old", 2: "new"}


@pytest.mark.parametrize("killed_at", ["key", "newest", "rename"])
def test_a_first_load_that_was_killed_leaves_nothing_half_done(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    class KilledError(Exception):
        pass

    def die(*_: object, **__: object) -> None:
        raise KilledError

    where = {"key": (Path, "write_text"), "newest": (rules, "_newest"), "rename": (Path, "rename")}
    with monkeypatch.context() as patch:
        patch.setattr(*where[killed_at], die)
        with pytest.raises(KilledError):
            upsert(warehouse, batch([1, 2], 2, "new"), batch([2], 1, "old"))
    assert not warehouse.has("things")
    upsert(warehouse, batch([1, 2], 2, "new"), batch([2], 1, "old"))
    assert words(warehouse) == {1: "new", 2: "new"}
    upsert(warehouse, batch([2], 3, "newer"))
    assert words(warehouse) == {1: "new", 2: "newer"}


def test_replacing_with_no_rows_keeps_the_columns(warehouse: Warehouse) -> None:
    upsert(warehouse, batch([1], 1, "a"))
    warehouse.replace("things", batch([], 1, "a").schema.empty_table())
    assert warehouse.count(warehouse.table("things")) == 0
    assert warehouse.table("things").columns == ("id", "word", "change_no")


def test_a_table_replaced_night_after_night_keeps_no_old_files(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "_KEEP_OLD_FILES", timedelta(0))
    for night in range(4):
        warehouse.replace("things", pa.Table.from_batches([batch([1, 2], night, f"night {night}")]))
    assert set(words(warehouse).values()) == {"night 3"}
    assert len(list(tmp_path.rglob("things/*.parquet"))) == 1


def test_staged_sums_stay_64_bit_numbers(warehouse: Warehouse) -> None:
    table = warehouse.upload(pa.table({"a": pa.array([2**40, 2**40], pa.int64())}))
    staged = warehouse.stage("sums", table.aggregate(total=table.a.sum()))
    assert staged.schema()["total"].is_int64()
    assert warehouse.collect(staged)["total"].to_pylist() == [2**41]


def test_what_was_written_is_there_after_opening_again(warehouse: Warehouse) -> None:
    upsert(warehouse, batch([1], 1, "kept"))
    again = open_warehouse(warehouse.folder)
    assert words(again) == {1: "kept"}
    again.close()
    warehouse.clear()
    assert not warehouse.has("things")


@pytest.mark.parametrize(("told", "limit"), [("3221225472\n", "1536MB"), ("1048576", "1024MB")])
def test_a_container_s_memory_is_halved_not_the_machine_s(
    told: str, limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text(told)
    assert duckdb._memory_limit() == limit
    free = duckdb._container_limit
    (tmp_path / "memory.max").write_text("max")
    assert free() == float("inf")


def test_a_staged_column_of_words_reads_compares_and_sorts_as_its_texts(
    warehouse: Warehouse,
) -> None:
    texts = ["b", "", None, "a", "c"]
    plain = warehouse.upload(pa.table({"sku": texts, "nth": list(range(5))}))
    known = warehouse.upload(pa.table({"sku": ["c", "z", "b", None, "", "a"]}))
    staged = warehouse.stage("numbered", plain, words={"sku": known})
    assert staged.schema() == plain.schema()
    in_order = warehouse.collect(staged.order_by("nth"))["sku"].to_pylist()
    assert in_order == texts
    sums = staged.aggregate(
        first=staged.sku.min(),
        after_a=(staged.sku > "a").ifelse(1, 0).sum(),
        empty=(staged.sku == "").ifelse(1, 0).sum(),
        unknown=staged.sku.isin(["q"]).ifelse(1, 0).sum(),
    )
    (row,) = warehouse.collect(sums).to_pylist()
    assert row == {"first": "", "after_a": 2, "empty": 1, "unknown": 0}
    warehouse.replace("kept", staged)
    assert sorted(warehouse.collect(warehouse.table("kept"))["sku"].to_pylist(), key=str) == [
        "", None, "a", "b", "c",
    ]  # fmt: skip
    none = warehouse.stage("nobody", plain.filter(plain.nth > 9), words={"sku": known.limit(0)})
    assert warehouse.count(none) == 0


def test_of_two_who_write_one_waits_for_the_other(tmp_path: Path) -> None:
    mine, theirs = open_warehouse(tmp_path / "w"), open_warehouse(tmp_path / "w")
    steps: list[str] = []
    waits = threading.Event()

    def come_second() -> None:
        with theirs.held(waits.set):
            steps.append("second")

    with mine.held():
        second = threading.Thread(target=come_second)
        second.start()
        assert waits.wait(5)
        steps.append("first")
    second.join(5)
    assert steps == ["first", "second"]
    mine.close()
    theirs.close()


def test_a_kill_while_a_table_is_taken_away_leaves_none_or_all_of_it(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert(warehouse, batch([1, 2], 1, "old"))
    upsert(warehouse, batch([2], 2, "new"))

    def die(path: Path, **_: bool) -> None:
        if path.exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", die)
        with pytest.raises(KeyboardInterrupt):
            warehouse.merge_changes("things")
    assert words(warehouse) == {1: "old", 2: "new"}
    upsert(warehouse, batch([1], 3, "newer"))
    warehouse.merge_changes("things")
    assert words(warehouse) == {1: "newer", 2: "new"}


@pytest.mark.parametrize("name", ["local[x]", "local[", "spark://", "spark://host", "duck"])
def test_an_engine_nobody_could_start_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no engine"):
        open_warehouse(tmp_path, name)

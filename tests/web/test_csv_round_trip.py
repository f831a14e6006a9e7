"""Our CSVs in other programs and back again (reliability F47).

No spreadsheet runs here. Three readers that share no code with each other (Python, Arrow, DuckDB) read
every file alike, no cell of it begins as a formula does, and our own import gives every text back.
"""

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from okaeri.foundation.cells import unguard_cell
from okaeri.intake import api as intake
from okaeri.intake.models import Product
from okaeri.web.pages import shift_jis
from okaeri.web.pages.csv_file import csv_response

RUNS = "=+-@＝＋－＠\t\r\n"
CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=20)
_CELL = st.one_of(
    _TEXT, st.builds(str.__add__, st.sampled_from([*RUNS, '"', "'", ",", " ="]), _TEXT)
)
ODD = [
    "=1+1",
    "+81",
    "-2",
    "@x",
    "'0123",
    "''",
    '="0123"',
    'a"b',
    "a,b",
    "a\r\nb",
    "  =1",
    "＝1",
    "",
]


def _file(rows: list[list[str]], encoding: str) -> bytes:
    columns = [f"列{n}" for n in range(len(rows[0]))]
    return b"".join(csv_response("x", columns, rows, encoding=encoding))


def _by_python(raw: bytes, codec: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode(codec), newline=""), strict=True))


def _by_arrow(raw: bytes, codec: str) -> list[list[str]]:
    table = arrow_csv.read_csv(
        pa.py_buffer(raw.decode(codec).encode()),
        read_options=arrow_csv.ReadOptions(autogenerate_column_names=True),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={f"f{n}": pa.string() for n in range(20)},
            strings_can_be_null=False,
        ),
    )
    return [list(row.values()) for row in table.to_pylist()]


def _by_duckdb(raw: bytes, codec: str, folder: Path) -> list[list[str]]:
    path = folder / "x.csv"
    path.write_bytes(raw.decode(codec).encode())
    read = (
        "SELECT * FROM read_csv(?, header=false, all_varchar=true, auto_detect=false, columns={c}, "
    )
    read += "delim=',', quote='\"', escape='\"', new_line='\\r\\n', null_padding=false)"
    width = len(_by_python(raw, codec)[0])
    columns = "{" + ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width)) + "}"
    with duckdb.connect() as database:
        rows = database.execute(read.replace("{c}", columns), [str(path)]).fetchall()
    return [["" if cell is None else cell for cell in row] for row in rows]


def _is_formula(cell: str) -> bool:
    return cell.startswith(tuple(RUNS)) or cell.lstrip().startswith(tuple(RUNS))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=4),
    st.sampled_from(sorted(CODECS)),
)
@example([ODD], "utf-8")
@example([ODD], "shift_jis")
def test_three_readers_agree_and_no_cell_runs(rows: list[list[str]], encoding: str) -> None:
    raw, codec = _file(rows, encoding), CODECS[encoding]
    assert raw.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8")
    assert raw.endswith(b"\r\n")
    read = _by_python(raw, codec)
    assert read == _by_arrow(raw, codec)
    assert not [cell for row in read for cell in row if _is_formula(cell)]
    told = [row[: len(rows[0])] for row in read[1:]]
    wanted = rows
    if encoding == "shift_jis":
        # Letters that two standards number apart (¬, ￢) come back as one (§2.11).
        wanted = [[shift_jis.fit(c)[0].encode(codec).decode(codec) for c in row] for row in rows]
    assert [[unguard_cell(cell) for cell in row] for row in told] == wanted


@pytest.mark.parametrize("encoding", sorted(CODECS))
def test_a_database_reads_the_same_cells(tmp_path: Path, encoding: str) -> None:
    rows = [ODD, ODD[::-1], ["髙①㈱", "𠮷田😀", *ODD[2:]]]
    raw = _file(rows, encoding)
    assert _by_duckdb(raw, CODECS[encoding], tmp_path) == _by_python(raw, CODECS[encoding])


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", sorted(CODECS))
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'", '"', "＝", ",", "0", "1月1日 "])
def test_what_is_taken_out_comes_in_again_as_it_was(
    tmp_path: Path, encoding: str, start: str
) -> None:
    names: dict[str, Any] = {
        f"{start}C-{n}": f"{start}{rest}" for n, rest in enumerate(("HYPERLINK(1)", "x,y", 'a"b'))
    }
    header = ["商品コード", "商品名", "原価", "謎"]
    rows = [[code, name, 900, name] for code, name in names.items()]
    path = tmp_path / "goods.csv"
    path.write_bytes(b"".join(csv_response("x", header, rows, encoding=encoding)))
    result = intake.import_file(path)
    assert (result.connector, result.rows_rejected) == ("products", 0)
    assert dict(Product.objects.values_list("sku", "name")) == names

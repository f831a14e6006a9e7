"""Cells for spreadsheets: never a formula, and every text comes back as it was (reliability F47)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.foundation.cells import guard_cell, unguard_cell
from okaeri.intake.domain.cells import clean_text

_SIGNS = "=+-@＝＋－＠"
_ANY = st.text(
    st.one_of(
        st.sampled_from(_SIGNS + "'\"\t\r\n\0 \u3000,;0123"),
        st.characters(codec="utf-8"),
    ),
    max_size=12,
)
_CP932 = st.text(
    st.one_of(
        st.sampled_from(_SIGNS + "' \u3000,;髙①"),
        st.characters(codec="cp932", exclude_characters="¢£¬‖−〜"),
    ),
    max_size=12,
)


@given(_ANY)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text


@given(_ANY)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = guard_cell(text)
    assert not cell.startswith(("\t", "\r", "\n", "\0"))
    assert not cell.lstrip().startswith(tuple(_SIGNS))


@pytest.mark.property
@pytest.mark.parametrize(("codec", "texts"), [("utf-8-sig", _ANY), ("cp932", _CP932)])
def test_a_file_brings_every_row_back_in_either_encoding(
    codec: str, texts: st.SearchStrategy[str]
) -> None:
    @given(st.lists(texts, min_size=1, max_size=4))
    def check(row: list[str]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerow([guard_cell(text) for text in row])
        if codec == "cp932" and out.getvalue().encode(codec).decode(codec) != out.getvalue():
            return
        back = io.StringIO(out.getvalue().encode(codec).decode(codec), newline="")
        assert [unguard_cell(cell) for cell in next(csv.reader(back))] == row

    check()


@given(_ANY)
def test_the_importer_reads_a_guarded_cell_as_what_it_was(text: str) -> None:
    stored = clean_text(text)
    if stored.startswith('="'):
        return
    assert clean_text(guard_cell(stored)) == stored.strip()


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'00123", "00123"), ("'=1+1", "=1+1"), ("'n Sync", "'n Sync"), ("''90s", "'90s"), ("'", "'")],
)
def test_only_the_spreadsheets_own_apostrophe_goes(cell: str, text: str) -> None:
    assert unguard_cell(cell) == text

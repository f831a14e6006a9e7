"""CSV a spreadsheet opens, in both encodings, with no cell that runs."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.models import Customer
from okaeri.insight import api as insight
from okaeri.web.pages import shift_jis
from okaeri.web.pages.csv_file import csv_response, guarded
from okaeri.web.pages.people_csv import in_chunks


def _body(response: Any) -> bytes:
    return b"".join(response)


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-2", "@cmd", "\tx", "\rx", "\0x", "  =1", "　=1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["佐藤", "1=1", "", "a-b", -5, 0.5])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert guarded(cell) == cell


def test_a_long_list_is_written_to_its_end() -> None:
    numbers = range(25_000)
    parts = in_chunks(lambda offset, limit: (numbers[offset : offset + limit], len(numbers)))
    assert [number for part in parts for number in part] == list(numbers)


def test_utf8_begins_with_the_mark_that_excel_needs() -> None:
    assert _body(csv_response("x", ["名"], [["葵"]])) == "﻿名\r\n葵\r\n".encode()


def test_shift_jis_says_of_each_row_which_letters_were_replaced() -> None:
    rows = [
        ["髙橋", 1],
        ["𠮷田😀", 2],
        ["か\u3099", 3],
        ["A—B\u00a0C", 4],
        ["José 葛\U000e0100", 5],
    ]
    body = _body(csv_response("x", ["名", "n"], rows, encoding="shift_jis")).decode("cp932")
    assert list(csv.reader(io.StringIO(body, newline=""))) == [
        ["名", "n", "要確認"],
        ["髙橋", "1", ""],
        ["吉田〓", "2", "U+20BB7→吉 U+1F600→〓"],
        # Two letters on a Mac are one elsewhere, and a dash or a space nobody needs to look at.
        ["が", "3", ""],
        ["A―B C", "4", ""],
        ["Jose 葛", "5", "U+00E9→e U+E0100→"],
    ]


def test_a_letter_that_becomes_a_sign_does_not_become_a_formula() -> None:
    body = _body(csv_response("x", ["名"], [["–1+1"]], encoding="shift_jis"))
    assert body.decode("cp932").splitlines()[1] == "'-1+1,"


@given(st.text())
def test_whatever_is_written_shift_jis_holds_and_loses_nothing_in_silence(text: str) -> None:
    fitted, replaced = shift_jis.fit(text)
    fitted.encode("cp932")
    shift_jis.told(replaced).encode("cp932")
    assert fitted.count(shift_jis.MISSING) == text.count(shift_jis.MISSING) or replaced


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "codec"), [("utf-8", "utf-8-sig"), ("shift_jis", "cp932")])
def test_the_customer_list_is_downloaded_as_it_is_narrowed(
    encoding: str, codec: str, browser_of_staff: Client, small_shop: None
) -> None:
    Customer.objects.update(family_name="=HYPERLINK(1)", given_name="髙")
    response = browser_of_staff.get(f"/customers/?stage=first&csv={encoding}")
    rows = list(csv.reader(io.StringIO(_body(response).decode(codec), newline="")))
    count = insight.count_customers_where({"field": "stage", "op": "=", "value": "first"})
    assert len(rows) == count + 1
    assert rows[0][0] == "顧客ID"
    assert (rows[0][-1] == "要確認") == (encoding == "shift_jis")
    assert rows[1][1:3] == ["'=HYPERLINK(1)", "髙"]
    assert all(len(row) == len(rows[0]) for row in rows)

"""Contacts and their comparison keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.intake.domain import contacts, keys, malls, statuses
from okaeri.intake.types import PartyIn


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (" Hanako@Example.COM ", "hanako@example.com"),
        ("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "hanako@example.com"),
        ("abc..def.@docomo.ne.jp", "abc..def.@docomo.ne.jp"),
        ("花子 <h@example.com>", "h@example.com"),
        ("mailto:h@example.com", "h@example.com"),
        ("none", ""), ("a@b", ""), ("a b@example.com", ""), ("", ""), ("a@example.com, b@x.jp", ""),
    ],
)  # fmt: skip
def test_an_address_has_one_key(raw: str, key: str) -> None:
    assert keys.email_key(raw) == key


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("090-1234-5678", "09012345678"), ("０９０ー１２３４ー５６７８", "09012345678"),
        ("+81 90-1234-5678", "09012345678"), ("0081-90-1234-5678", "09012345678"),
        ("+81 (0)90-1234-5678", "09012345678"), ("'+819012345678", "09012345678"),
        ("03(1234)5678 内線12", "0312345678"), ("+44 20 7946 0958", "+442079460958"),
        ("000-0000-0000", ""), ("0000", ""), ("", ""), ("電話なし", ""),
    ],
)  # fmt: skip
def test_a_telephone_number_has_one_key_and_dummies_have_none(raw: str, key: str) -> None:
    assert keys.phone_key(raw.lstrip("'")) == key


def test_names_that_people_write_two_ways_share_a_key() -> None:
    assert keys.name_key("髙﨑　花子") == keys.name_key("高崎花子")
    assert keys.name_key("渡邊") == keys.name_key("渡邉") == keys.name_key("渡辺")
    assert keys.name_key("しゅうとう") == keys.name_key("ｼｭｳﾄｳ") == "シユウトウ"
    assert keys.name_key("佐藤") != keys.name_key("斎藤")


@pytest.mark.parametrize(
    ("raw", "prefecture", "code"),
    [
        ("150-0001", "東京都", "1500001"), ("〒１５０－０００１", "", "1500001"),
        ("600001", "北海道", "0600001"), ("600001", "京都府", "600001"), ("SW1A 1AA", "", "SW1A 1AA"),
    ],
)  # fmt: skip
def test_a_zero_lost_in_a_spreadsheet_comes_back_only_where_it_must(
    raw: str, prefecture: str, code: str
) -> None:
    assert contacts.parse_postal_code(raw, prefecture) == code


def test_a_name_in_one_field_is_split_at_its_first_space_only() -> None:
    assert contacts.split_name("山田　太郎") == ("山田", "太郎")
    assert contacts.split_name("Anna Maria Smith") == ("Anna", "Maria Smith")
    assert contacts.split_name("山田太郎") == ("山田太郎", "")


def test_consent_cells_say_yes_no_or_nothing() -> None:
    assert [contacts.parse_yes_no(raw) for raw in ("はい", "1", "YES", "許可", "○")] == [True] * 5
    assert [contacts.parse_yes_no(raw) for raw in ("いいえ", "0", "no", "拒否", "×")] == [False] * 5
    assert contacts.parse_yes_no("") is contacts.parse_yes_no("未確認") is None


def test_a_contact_is_read_from_the_fields_a_row_has() -> None:
    cells = (
        {"name": "山田 太郎", "kana": "やまだ たろう", "postal_code": "1500001", "birth_on": "S60.4.1",
         "email_opt_in": "yes", "address": "渋谷区", "address2": "神宮前1-1", "member_no": "'0012"}
    )  # fmt: skip
    (party,) = contacts.read_parties(list(cells), [list(cells.values())])
    assert (party.family_name, party.given_name) == ("山田", "太郎")
    assert (party.family_kana, party.given_kana) == ("ヤマダ", "タロウ")
    assert party.birth_on is not None
    assert party.birth_on.year == 1985
    assert party.address == "渋谷区 神宮前1-1"
    assert party.member_no == "0012"
    assert party.email_opt_in is True


_FIELDS = ["name", "kana", "email", "phone", "postal_code", "birth_on", "email_opt_in", "address"]


@given(st.dictionaries(st.sampled_from(_FIELDS), st.text(max_size=400)))
def test_no_contact_makes_the_reader_crash_and_all_of_them_fit_their_columns(
    cells: dict[str, str],
) -> None:
    party = contacts.read_parties(list(cells), [list(cells.values())])[0]
    assert len(party.family_name) <= 80
    assert len(party.email) <= 254
    assert len(party.postal_code) <= 10
    assert len(party.address) <= 255
    assert len(keys.phone_key(party.phone)) <= 20
    assert len(keys.email_key(party.email)) <= 254
    keys.name_key(party.family_name)


@pytest.mark.parametrize(
    ("word", "status"),
    [("", "accepted"), ("発送済み", "accepted"), ("キャンセル", "cancelled"), ("注文取消し", "cancelled"),
     ("Cancelled", "cancelled"), ("返品", "returned"), ("返送", "returned"), ("一部返品", "accepted"),
     ("partially_refunded", "accepted"), ("refunded", "returned"), ("期限切れ", "unpaid"),
     ("テスト注文", "test")],
)  # fmt: skip
def test_a_status_word_decides_whether_an_order_counts(word: str, status: str) -> None:
    assert statuses.decide_status(word) == status


@pytest.mark.parametrize("said", ["0", "ゲスト", "1.23E+11", "#N/A", "-"])
def test_a_malls_guests_are_told_apart_by_their_addresses_not_by_a_placeholder(said: str) -> None:
    guests = [PartyIn(member_no=said, email=email) for email in ("a@x.jp", "b@x.jp", "")]
    numbers = [malls.for_analysis(guest).member_no for guest in guests]
    assert len(set(numbers)) == 3
    assert numbers[2] == ""


@pytest.mark.parametrize(
    "raw", ["1900-01-01", "1900/1/1 0:00", "0000-00-00", "-", "1月2日", "80/5/6"]
)
def test_nobody_is_given_a_birthday_nobody_knows(raw: str) -> None:
    assert contacts.parse_birthday(raw) is None

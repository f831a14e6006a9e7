import pytest

from okaeri.customers.domain.names import (
    address_key,
    kana_key,
    mail_address,
    name_key,
    phone_digits,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("斉藤", "一郎"), ("齋藤", "一郎")),
        (("斎藤", "一郎"), ("齊藤", "一郎")),
        (("渡辺", "花子"), ("渡邊", "花子")),
        (("渡邉", "花子"), ("渡邊", "花子")),
        (("高橋", "健"), ("髙橋", "健")),
        (("山崎", "愛"), ("山﨑", "愛")),
        (("浜田", "優"), ("濱田", "優")),
        (("沢口", "靖子"), ("澤口", "靖子")),
        (("吉野", "翔"), ("𠮷野", "翔")),
        (("山田", "太郎"), ("山 田", "太　郎")),
        (("マイク", "ジョーンズ"), ("マイク・", "ジョーンズ")),
        (("Smith", "John"), ("ＳＭＩＴＨ", "john")),
        (("神谷", "薫"), ("神谷", "薫")),
        # A name that one source leaves in a single field is the same name.
        (("山田太郎", ""), ("山田", "太郎")),
    ],
)
def test_one_name_in_two_hands_has_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_key(*one) == name_key(*other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("山田", "太郎"), ("山田", "次郎")),
        (("山田", "太郎"), ("山口", "太郎")),
        (("佐々木", "愛"), ("佐木", "愛")),
        (("大山", "大"), ("太山", "大")),
    ],
)
def test_different_names_have_different_keys(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_key(*one) != name_key(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ﾔﾏﾀﾞ", "ﾀﾛｳ"), ("ヤマダ", "タロウ")),
        (("やまだ", "たろう"), ("ヤマダ", "タロウ")),
        (("キョウ", "ショウ"), ("キヨウ", "シヨウ")),
        (("ｺｰｴﾝ", "ﾏﾘｰ"), ("コーエン", "マリー")),
        (("コ－エン", "マリ−"), ("コーエン", "マリー")),
    ],
)
def test_one_reading_in_two_hands_has_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert kana_key(*one) == kana_key(*other) != ""


def test_voiced_marks_make_another_reading() -> None:
    assert kana_key("ヤマダ", "") != kana_key("ヤマタ", "")


@pytest.mark.parametrize("blank", ["", " ", "　", "・", "-"])
def test_a_name_of_nothing_but_marks_has_no_key(blank: str) -> None:
    assert name_key(blank, "") == ""


@pytest.mark.parametrize(
    ("written", "key", "sent_to"),
    [
        (" Taro.Yamada@Example.JP ", "taro.yamada@example.jp", "Taro.Yamada@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "taro@example.jp"),
        ("山田 <Taro@Example.jp>", "taro@example.jp", "Taro@example.jp"),
        ("mailto:a@b.jp", "a@b.jp", "a@b.jp"),
        ("..a..b@docomo.ne.jp", "..a..b@docomo.ne.jp", "..a..b@docomo.ne.jp"),
    ],
)
def test_a_mail_address_keeps_its_local_part_and_loses_the_rest(
    written: str, key: str, sent_to: str
) -> None:
    assert mail_address(written, key) == sent_to


def test_addresses_are_compared_without_case_or_width() -> None:
    assert address_key(" Ａ@Example.jp") == address_key("a@example.JP")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("090-1234-5678", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("００８１９０１２３４５６７８", "09012345678"),
        ("+44 20 7946 0000", "+442079460000"),
        ("03(1234)5678", "0312345678"),
    ],
)
def test_a_typed_phone_number_becomes_its_digits(typed: str, digits: str) -> None:
    assert phone_digits(typed) == digits

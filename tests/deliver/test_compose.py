"""Mails are judged by the email package and by the words of the RFCs."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okaeri.deliver.channels.email.compose import Composed, compose, letterhead
from okaeri.deliver.channels.email.headers import clean, encode_text, wire_address
from okaeri.deliver.types import Outgoing
from okaeri.foundation.addresses import is_sender_address
from okaeri.foundation.settings import ShopProfile

NOW = datetime(2026, 4, 8, 3, 0, tzinfo=UTC)
SHOP = ShopProfile(
    name="肌日和",
    sender_name="肌日和 公式ショップ",
    sender_email="hello@hadabiyori.example",
    postal_address="東京都台東区1-2-3 髙橋ビル①",
    contact="03-0000-0000",
)
HEAD = letterhead(SHOP, NOW, "a secret")
ORDINARY = Outgoing(
    message_id=1,
    key="journey:1:a1:7",
    customer_id=7,
    address="hanako@example.com",
    recipient_name="山田 花子",
    content_kind="useful",
    subject="使い方はお分かりですか",
    body_text="山田 花子 様\nこんにちは。",
    body_html="<html><body><p>こんにちは。</p></body></html>",
    unsubscribe_url="https://shop.example/u/1-ab/",
    unsubscribe_post_url="https://shop.example/u/1-ab/one-click/",
)
HEADERS = [
    "Date", "From", "Reply-To", "MIME-Version", "Message-ID", "To", "Subject",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type",
]  # fmt: skip


def parse(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=policy.default)


def made(message: Outgoing) -> Composed:
    composed = compose(message, HEAD)
    assert composed is not None
    return composed


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n").replace("\r", "\n")


def check_form(raw: bytes) -> None:
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b".") for line in lines)
    raw.decode("ascii")


def test_an_ordinary_mail_has_each_header_once_and_both_parts() -> None:
    composed = made(ORDINARY)
    check_form(composed.raw)
    mail = parse(composed.raw)
    assert mail.keys() == HEADERS
    assert mail["Subject"] == "使い方はお分かりですか"
    assert str(mail["From"]) == "肌日和 公式ショップ <hello@hadabiyori.example>"
    assert mail["To"].addresses[0].addr_spec == "hanako@example.com"
    assert mail["To"].addresses[0].display_name == "山田 花子"
    assert mail["Date"].datetime == NOW
    assert mail["Date"].datetime.utcoffset().total_seconds() == 9 * 3600
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain").startswith("山田 花子 様\nこんにちは。")
    assert "<p>こんにちは。</p>" in part(mail, "html")
    assert not mail.defects


def test_a_marketing_mail_offers_one_click_and_names_the_sender_as_the_law_asks() -> None:
    mail = parse(made(ORDINARY).raw)
    assert mail["List-Unsubscribe"] == "<https://shop.example/u/1-ab/one-click/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        words = part(mail, kind)
        for owed in (
            "肌日和 公式ショップ",
            "東京都台東区1-2-3 髙橋ビル①",
            "03-0000-0000",
            "停止できます",
            "https://shop.example/u/1-ab/",
        ):
            assert owed in words
    html = part(mail, "html")
    assert html.index("配信停止") < html.index("</body>")


def test_an_order_mail_carries_no_unsubscribe() -> None:
    mail = parse(made(replace(ORDINARY, content_kind="transactional")).raw)
    assert "List-Unsubscribe" not in mail
    assert "停止" not in part(mail, "plain")


def test_the_message_id_is_the_same_for_the_same_key_and_only_then() -> None:
    one = parse(made(ORDINARY).raw)["Message-ID"]
    again = parse(made(replace(ORDINARY, subject="x")).raw)["Message-ID"]
    other = parse(made(replace(ORDINARY, key="other")).raw)["Message-ID"]
    assert one == again != other
    assert re.fullmatch(r"<\d+\.[0-9a-f]{32}@hadabiyori\.example>", one)
    # Nobody who knows number and key of a message can make it up.
    forged = compose(ORDINARY, replace(HEAD, secret="another secret"))
    assert forged is not None
    assert parse(forged.raw)["Message-ID"] != one


def test_a_mail_without_html_is_plain_text() -> None:
    mail = parse(made(replace(ORDINARY, body_html="")).raw)
    assert mail.get_content_type() == "text/plain"
    assert "こんにちは" in mail.get_content()


@settings(max_examples=300)
@given(subject=st.text(max_size=200), name=st.text(max_size=60), words=st.text(max_size=300))
def test_any_text_comes_out_as_it_went_in(subject: str, name: str, words: str) -> None:
    composed = made(replace(ORDINARY, subject=subject, recipient_name=name, body_text=words))
    check_form(composed.raw)
    mail = parse(composed.raw)
    assert mail.keys() == HEADERS
    # The parser joins runs of ASCII blanks at the seams; nothing else may differ.
    assert str(mail["Subject"]).split() == clean(subject).split()
    assert [a.addr_spec for a in mail["To"].addresses] == ["hanako@example.com"]
    if not re.search("[\ud800-\udfff]", words):
        assert part(mail, "plain").startswith(words.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.text(min_size=1, max_size=300))
def test_encoded_words_are_short_and_cut_between_characters(subject: str) -> None:
    for line in encode_text(subject).split("\r\n "):
        assert len(line) <= 75
        if line.startswith("=?UTF-8?B?"):
            email.header.decode_header(line)[0][0].decode()


_TRICKS = [
    "\r\nBcc: victim@example.com", "\nBcc: victim@example.com", "\rBcc: victim@example.com",
    "\r\n\r\n<script>", "\x00\nBcc: v@example.com", "\u2028Bcc: v@example.com",
    "\u2029Bcc: v@example.com", "\x85Bcc: v@example.com", "\x0bBcc: v@example.com",
    "\x0cBcc: v@example.com", "\x1c\x1d\x1eBcc: v@example.com",
    "=?UTF-8?Q?=0ABcc:_v@example.com?=", "=?utf-8?b?DQpCY2M6IHZAZXhhbXBsZS5jb20=?=",
    "A 💩 x=?UTF-8?Q?=0A?=Bcc: v@example.com", "=?=?UTF-8?Q?=0A?=UTF-8?Q?=0ABcc:_x?=",
    "\r\n\tBcc: v@example.com", "%0d%0aBcc: v@example.com", "\ud800\r\nBcc: v@example.com",
    '"\r\nBcc: v@example.com', "a>\r\nBcc: <v@example.com", "<v@example.com>,",
    "v@example.com, w@example.com", "\r\n.\r\nMAIL FROM:<x@y>", "=?UTF-8?Q?=2C_v=40example=2Ecom?=",
]  # fmt: skip
# Each trick at the start, in the middle and at the end of Japanese and ASCII words: 288 in all.
_CORPUS = [
    form.format(trick=trick)
    for trick in _TRICKS
    for form in ("{trick}", "a{trick}", "{trick}b", "a{trick}b", "花{trick}", "{trick}様",
                 "花{trick}様", "a {trick} b", "💩{trick}", "{trick}{trick}", "=?{trick}?=",
                 "花" * 30 + "{trick}")
]  # fmt: skip


@pytest.mark.property
def test_no_value_can_add_a_header_or_a_recipient() -> None:
    assert len(_CORPUS) >= 200
    for value in _CORPUS:
        message = replace(
            ORDINARY, subject=value, recipient_name=value, body_text=value, body_html=value
        )
        raw = made(message).raw
        check_form(raw)
        mail = parse(raw)
        assert mail.keys() == HEADERS, value
        assert [a.addr_spec for a in mail["To"].addresses] == ["hanako@example.com"], value
        # What a careless reader makes of it after parsing and writing it again.
        again = parse(mail.as_bytes(policy=policy.SMTP))
        assert again.keys() == HEADERS, value


@pytest.mark.property
def test_the_shops_own_settings_cannot_add_a_header_either() -> None:
    for value in _CORPUS:
        head = letterhead(replace(SHOP, sender_name=value, sender_email=f"a@b.jp{value}"), NOW, "")
        composed = compose(ORDINARY, head)
        assert composed is not None
        assert parse(composed.raw).keys() == HEADERS, value


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hanako@example.com", "hanako@example.com"),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("ab.@docomo.ne.jp", '"ab."@docomo.ne.jp'),
        (".ab@ezweb.ne.jp", '".ab"@ezweb.ne.jp'),
        ('"a..b"@docomo.ne.jp', '"a..b"@docomo.ne.jp'),
        ("-ab@docomo.ne.jp", "-ab@docomo.ne.jp"),
        ("a--b@docomo.ne.jp", "a--b@docomo.ne.jp"),
        ("a/b@docomo.ne.jp", "a/b@docomo.ne.jp"),
        ("a+b@gmail.com", "a+b@gmail.com"),
        ("x@日本語.jp", "x@xn--wgv71a119e.jp"),
        ("花@example.com", None),
        ("no at sign", None),
        ("a@", None),
        ("@b.jp", None),
        ("a@b..jp", None),
        ("a@b.jp>\r\nRCPT TO:<c@d.jp", None),
        ("a b@example.com", None),
        ("a\r\n@example.com", None),
        ("a" * 300 + "@example.com", None),
    ],
)
def test_addresses_are_written_as_smtp_takes_them(address: str, expected: str | None) -> None:
    assert wire_address(address) == expected


def test_an_old_carrier_address_is_quoted_alike_on_the_envelope_and_in_the_header() -> None:
    composed = made(replace(ORDINARY, address="a..b@docomo.ne.jp", recipient_name=""))
    assert composed.recipient == '"a..b"@docomo.ne.jp'
    assert b'\r\nTo: "a..b"@docomo.ne.jp\r\n' in composed.raw


def test_an_address_that_cannot_be_written_makes_no_mail() -> None:
    assert compose(replace(ORDINARY, address="花@example.com"), HEAD) is None


@pytest.mark.parametrize("address", ["shop@example.jp", "a..b@docomo.ne.jp", "shop@おかえり.jp"])
def test_a_sender_that_settings_take_can_be_written_into_a_mail(address: str) -> None:
    assert is_sender_address(address)
    assert wire_address(address) is not None

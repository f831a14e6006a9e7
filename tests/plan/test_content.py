"""Templates: escaped for their place, bounded, and every mistake is one sentence."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from okaeri.intake.types import LineRecord, ProductIn
from okaeri.plan.actions.coupons import example_of_a_coupon
from okaeri.plan.content.html import html_from_text
from okaeri.plan.content.library import list_shipped_templates
from okaeri.plan.content.merge import (
    EXAMPLE_OF_A_CART,
    EXAMPLE_OF_A_FORM,
    EXAMPLE_OF_A_WISH,
    buy_link,
    merge_run_out,
)
from okaeri.plan.content.subject import make_header_safe
from okaeri.plan.content.words import Source, render_words
from okaeri.plan.domain.advertising import advertising_in
from okaeri.plan.domain.claims import claims_in
from okaeri.plan.types import CartRules, TemplateError

VALUES = {
    "customer": {"addressee": "山田 様", "family_name": "<b>山田</b>"},
    "shop": {"name": "肌日和", "sender_name": "肌日和", "contact": "03-0000-0000"},
    "order": {
        "order_no": "A1",
        "ordered_on": "8月10日",
        "product": "化粧水",
        "products": ["化粧水", "乳液"],
        "daily_price": "110円",
        "url": "https://shop.example/cart?items=A:1&more=1",
    },
    "satisfaction_url": "https://shop.example/q/abc?x=1&y=2",
    "expectation_url": "https://shop.example/q/def/",
    "nps_url": "https://shop.example/q/ghi/",
    "cart": EXAMPLE_OF_A_CART,
    "run_out": {"product": "化粧水", "url": "https://shop.example/lotion"},
    "coupon": example_of_a_coupon(),
    "my_page": "https://shop.example/my/1-2-abc/",
    "subscription": EXAMPLE_OF_A_WISH,
    "subscription_url": "https://shop.example/w/1-abc/subscriptions/",
    **EXAMPLE_OF_A_FORM,
    "form": {**EXAMPLE_OF_A_FORM["form"], "addressee": "山田 様"},
}


def source(text: str, subject: str = "件名", html: str = "") -> Source:
    return Source("test", subject, text, html)


def test_values_are_escaped_in_html_and_left_alone_in_text() -> None:
    words = render_words(source("{{ customer.family_name }}"), VALUES)
    assert words.body_text == "<b>山田</b>"
    assert "&lt;b&gt;山田&lt;/b&gt;" in words.body_html
    assert "<b>" not in words.body_html


def test_html_is_made_from_paragraphs_and_a_lone_link_becomes_a_button() -> None:
    html = html_from_text(
        "一行目 < 二\n二行目\n\n{{ satisfaction_url }}\n\n{% if true %}はい{% endif %}"
    )
    assert "一行目 &lt; 二<br>" in html
    assert '<a href="{{ satisfaction_url }}"' in html
    words = render_words(source("{{ satisfaction_url }}"), VALUES)
    assert 'href="https://shop.example/q/abc?x=1&amp;y=2"' in words.body_html
    assert words.body_text == "https://shop.example/q/abc?x=1&y=2"


@pytest.mark.parametrize("shipped", list_shipped_templates(), ids=lambda item: item.key)
def test_every_shipped_template_renders(shipped: object) -> None:
    from okaeri.plan.content.library import Shipped

    assert isinstance(shipped, Shipped)
    words = render_words(shipped.source, VALUES)
    assert words.subject
    assert "{" not in words.subject + words.body_text
    assert "山田 様" in words.body_text
    # Customers never read our words for them, nor promises the law forbids.
    for forbidden in ("離脱", "初回客", "よちよち", "予備軍", "治る", "効能", "シワが消え", "必ず"):
        assert forbidden not in words.body_text + words.subject


@pytest.mark.parametrize(
    ("key", "field"), [("runs_out_notice", "run_out"), ("know_us_reorder", "order")]
)
def test_a_reorder_letter_leads_to_where_it_is_bought_and_reads_well_without(
    key: str, field: str
) -> None:
    (shipped,) = (item for item in list_shipped_templates() if item.key == key)
    here = render_words(shipped.source, VALUES)
    address = str(VALUES[field]["url"])
    assert f"\n{address}\n" in here.body_text
    assert f'href="{address.replace("&", "&amp;")}"' in here.body_html
    assert "ご注文はこちら" in here.body_html
    nowhere = {**VALUES[field], "url": ""}
    alone = render_words(shipped.source, {**VALUES, field: nowhere})
    assert "リンク" not in alone.body_text
    assert "<a" not in alone.body_html
    for words in (here, alone):
        assert "<p" in words.body_html
        assert words.body_html.count("<p ") == words.body_html.count("</p>")
        assert "\n\n\n\n" not in words.body_text


def test_what_is_bought_again_lies_in_the_cart_or_has_a_page_or_leads_nowhere() -> None:
    lines = [LineRecord(1, 1, "A", "A", 2, 1000), LineRecord(1, 2, "B", "B", 1, 1)]
    goods = {
        "A": ProductIn("A", url="https://shop.example/a"),
        "B": ProductIn("B", url="javascript:x"),
    }
    cart = CartRules(page="https://shop.example/cart?add={items}")
    empty = CartRules(page="https://shop.example/cart")
    assert buy_link(lines, "A", goods, cart) == "https://shop.example/cart?add=A:2,B:1"
    assert buy_link(lines, "A", goods, empty) == "https://shop.example/a"
    assert buy_link(lines, "B", goods, CartRules()) == buy_link([], "", {}, cart) == ""
    assert merge_run_out(["B", "A"], lines, goods, cart)["url"].endswith("?add=B:1")
    assert merge_run_out(["A"], lines, goods) == {"product": "A", "url": "https://shop.example/a"}


def test_first_time_buyers_learn_to_combine_without_a_price_or_a_button() -> None:
    shipped = {item.key: item.source for item in list_shipped_templates()}
    for key, told in (("", "合わせて使って"), ("_en", "together with what you have")):
        source = shipped[f"first_follow_knowledge{key}"]
        words = render_words(source, VALUES).body_text
        assert told in words
        assert not re.search(r"https?:|円|¥", words)
        assert not any(map(source.mentions, ("recommended", "like_viewed", "coupon")))
        assert not claims_in(words)
        assert not advertising_in("transactional", words)


@pytest.mark.parametrize(
    ("field", "name"), [("expectation_url", "expectation"), ("nps_url", "nps")]
)
def test_a_ready_letter_of_either_language_asks_what_the_reports_wait_for(
    field: str, name: str
) -> None:
    shipped = {item.key: item.source for item in list_shipped_templates()}
    for key in (f"ask_{name}", f"ask_{name}_en"):
        assert str(VALUES[field]) in render_words(shipped[key], VALUES).body_text


def test_no_two_shipped_subjects_are_the_same() -> None:
    subjects = [shipped.template.subject for shipped in list_shipped_templates()]
    assert len(set(subjects)) == len(subjects) >= 13


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
        "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..900) %}{% assign x = x | append: x %}{% endfor %}",
        "{% for i in (1..900) %}{% capture x %}{{ x }}{{ x }}aaaaaaaaaa{% endcapture %}{% endfor %}",
        "{% for i in (1..999) %}" + "a" * 1000 + "{% endfor %}",
        "a" * 200_000,
        "{% if true %}" * 5000,
        "{% for a in (1..10) %}" * 40 + "{% endfor %}" * 40,
        "{{ 1" + " | plus: 1" * 20_000 + " }}",
        "{{ 'a'"
        + " | append: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'" * 3
        + " | replace: 'a', 'aaaaaaaa' }}",
        "{% for i in (1..4) %}{{ order.products | join: '" + "a" * 60_000 + "' }}{% endfor %}",
        "{{ 'x' | truncate: 999999999999 }}{{ nothing }}",
        "{% include 'test' %}",
        "{% render 'test' %}",
        "{% tablerow i in (1..999999) %}x{% endtablerow %}",
        "{% for i in (1..99999999999999999999999999) %}{% endfor %}",
        "{{ 10 | divided_by: 0 }}",
    ],
)
def test_a_template_without_end_is_one_clear_sentence_and_quick(bomb: str) -> None:
    started = time.thread_time()
    with pytest.raises(TemplateError) as refused:
        render_words(source(bomb), VALUES)
    assert time.thread_time() - started < 2
    assert "test" in refused.value.message.ja
    assert "\n" not in refused.value.message.en
    assert len(refused.value.message.en) < 300


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{{ customer.shoe_size }}", "shoe_size"),
        ("{{ settings.SECRET_KEY }}", "settings"),
        ("{{ customer.__class__.__mro__ }}", "__class__"),
        ("{{ 'x' | read_file }}", "read_file"),
        ("一行目\n{% if %}", "2"),
        ("{{ customer.addressee", "1"),
    ],
)
def test_a_mistake_names_its_place(text: str, part: str) -> None:
    with pytest.raises(TemplateError) as refused:
        render_words(source(text), VALUES)
    assert part in refused.value.message.en


HOSTILE = [
    "こんにちは\r\nBcc: thief@example.invalid",
    "a\nb",
    "a\rb",
    "a\x00b",
    "a\u2028Bcc: x@example.invalid",
    "a\u2029b",
    "a\x85b",
    "a\x0bb\x0cc",
    "💩 x=?UTF-8?Q?=0A?=Bcc: thief@example.invalid",
    "=?=??UTF-8?B?Cg==?=",
    "=?==?UTF-8?Q?=0D=0A?=",
    "\u202eevil\u2066",
    "x" * 5000,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_cannot_leave_the_subject(hostile: str) -> None:
    values = {**VALUES, "customer": {"addressee": hostile}}
    subject = render_words(source("本文", "{{ customer.addressee }}へ"), values).subject
    assert "=?" not in subject
    assert len(subject) <= 200
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("body")
    judged = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert judged["Subject"] == subject
    assert set(judged.keys()) == {
        "Subject",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert make_header_safe(subject) == subject


def test_a_button_speaks_the_language_of_its_letter() -> None:
    assert ">Answer here</a>" in html_from_text("Hello {{ customer.addressee }}\n\n{{ nps_url }}")
    assert ">Order here</a>" in html_from_text("Nearly empty?\n\n{{ order.url }}")
    assert ">ご注文はこちら</a>" in html_from_text("{{ run_out.url }}\n\nお待ちしております")
    assert ">こちらから回答できます</a>" in html_from_text("{{ nps_url }}")

"""Opened in the builder and saved unchanged, a rule stays the rule it was."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from okaeri.insight import api as insight
from okaeri.insight.segment_types import DEEPEST, MOST_PARTS, OPERATORS, Field
from okaeri.web.pages.segments.addresses import people_rule
from tests.web.test_segments import form_of, shop  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.engine, pytest.mark.usefixtures("shop")]
NEW = "/analysis/segments/new/"
Rule = dict[str, Any]


def sent_back(browser: Client, rule: Rule) -> Rule:
    """The rule that is stored when the builder is opened with one and saved at once."""
    page = browser.get(NEW, {"rule": json.dumps(rule), "name": "x"})
    form = form_of(page.content.decode())
    made = browser.post(NEW, {**form, "do": "save"})
    assert made.status_code == 302, re.findall(r'role="alert">.*', made.content.decode())
    stored = insight.list_segments()[0].rule
    return stored["all"][0] if set(rule) not in ({"all"}, {"any"}, {"not"}) else stored


def is_same(one: Rule, other: Rule) -> bool:
    return insight.read_rule(one) == insight.read_rule(other)


def one_of_each(kind: str, op: str, field: Field) -> object:
    """A value the checker takes, and one a form could spoil."""
    if op in ("last_days", "before_days", "next_days", "month"):
        return 7
    if kind == "birthday":
        return None
    text = next(iter(field.choices), "a, b")
    number = -3 if field.low is None else int(field.high or 3)
    day = {"int": number, "float": 0.1234567, "bool": False, "date": "2026-05-01"}
    value = day.get(kind, text)
    return [value, value] if op == "in" else value


def test_every_field_keeps_every_comparison_it_may_have(browser_of_staff: Client) -> None:
    catalog = insight.segment_catalog()
    parts: list[Rule] = [
        {"field": name, "op": op, "value": one_of_each(field.kind, op, field)}
        for name, field in catalog.fields.items()
        for op in OPERATORS[field.kind]
    ]
    parts += [{"field": name, "op": "!=", "value": None} for name in catalog.fields]
    for start in range(0, len(parts), MOST_PARTS):
        together = {"all": parts[start : start + MOST_PARTS]}
        stored = sent_back(browser_of_staff, together)
        assert is_same(together, stored)


def test_what_the_form_cannot_draw_travels_whole_in_words_and_can_be_removed(
    browser_of_staff: Client,
) -> None:
    people = [{"field": "customer_id", "op": "in", "value": [1, 2, 3]}]
    long = {"field": "prefecture", "op": "in", "value": [f"県{n}" * 40 for n in range(MOST_PARTS)]}
    many = [{"field": "sku", "op": "!=", "value": f"S{n}"} for n in range(50)]
    comma = {"field": "prefecture", "op": "in", "value": ["東京都, 大阪府", "京都府"]}
    deep: Rule = {"field": "purchase_count", "op": "=", "value": 1}
    for _ in range(DEEPEST - 1):
        deep = {"any": [deep, {"field": "purchase_count", "op": "=", "value": 2}]}
    rule = {
        "all": [*people, {"any": people * 2}, long, {"did": "item", "where": many}, comma, deep]
    }
    assert is_same(rule, sent_back(browser_of_staff, rule))
    page = browser_of_staff.get(NEW, {"rule": json.dumps(rule), "name": "x"}).content.decode()
    assert "一覧にあった3人" in page
    assert "一覧にあった6人" in page
    assert "「東京都, 大阪府」" in page
    form = form_of(page)
    less = form_of(browser_of_staff.post(NEW, {**form, "do": "remove@r.0"}).content.decode())
    assert less["r.0:rule"] == form["r.1:rule"]


def test_a_list_of_more_people_than_one_rule_may_name_is_a_segment_too(
    browser_of_staff: Client,
) -> None:
    everyone = [one.customer_id for one in insight.list_customers(limit=100).rows]
    people = [*range(10_000, 10_000 + 2 * MOST_PARTS), *everyone]
    made = insight.create_segment("関心", people_rule(people))
    assert set(insight.segment_members(made.id)) == set(everyone) != set()
    page = browser_of_staff.get(f"/analysis/segments/{made.id}/edit/").content.decode()
    assert f"一覧にあった{len(people)}人" in page


def test_what_a_rule_names_no_longer_is_said_and_nothing_stands_in_its_place(
    browser_of_staff: Client,
) -> None:
    other = insight.create_segment("ほか", {"field": "purchase_count", "op": "=", "value": 1})
    insight.create_segment("いま", {"field": "purchase_count", "op": "=", "value": 2})
    kept = insight.create_segment("中", {"all": [{"segment": other.id}]})
    insight.delete_segment(kept.id)
    insight.delete_segment(other.id)
    edit = f"/analysis/segments/{kept.id}/edit/"
    page = browser_of_staff.get(edit).content.decode()
    assert f"セグメント {other.id} はありません" in page
    said = browser_of_staff.post(edit, {**form_of(page), "do": "save"})
    assert said.status_code == 400
    assert insight.get_segment(kept.id).rule == {"all": [{"segment": other.id}]}


def test_a_comparison_that_was_put_right_is_shown_before_it_is_kept(
    browser_of_staff: Client,
) -> None:
    form = form_of(browser_of_staff.get(NEW, {"name": "x"}).content.decode())
    # Without scripts the operator and value of the old field come along.
    changed = {**form, "r.0:w0:field": "prefecture", "do": "save"}
    said = browser_of_staff.post(NEW, changed)
    assert said.status_code == 400
    assert "もう一度保存してください" in said.content.decode()
    assert insight.list_segments() == []
    again = browser_of_staff.post(
        NEW, {**form_of(said.content.decode()), "do": "save", "r.0:w0:value": "東京都"}
    )
    assert again.status_code == 302


def test_more_than_a_rule_may_hold_is_refused_in_a_sentence(
    browser_of_staff: Client,
) -> None:
    one = {"kind": "field", "w0:field": "purchase_count", "w0:op": "=", "w0:value": "1"}
    wide = {"r:kind": "all", "name": "x"}
    for n in range(MOST_PARTS + 1):
        wide |= {f"r.{n}:{name}": value for name, value in one.items()}
    path, nested = "r", {"name": "x"}
    for _ in range(DEEPEST + 1):
        nested[f"{path}:kind"] = "any"
        path += ".0"
    nested |= {f"{path}:{name}": value for name, value in one.items()}
    for form in (wide, nested):
        for do in ("save", "redraw"):
            said = browser_of_staff.post(NEW, {**form, "do": do})
            assert said.status_code == 400
            assert "条件が大きすぎます" in said.content.decode()
        counted = browser_of_staff.post("/analysis/segments/count/", form)
        assert "条件が大きすぎます" in counted.content.decode()
    assert insight.list_segments() == []


def test_no_button_and_no_address_breaks_the_builder(
    browser_of_staff: Client,
) -> None:
    form = form_of(browser_of_staff.get(NEW).content.decode())
    for do in (
        "remove@r.x", "where@r.x", "then@r.x", "add-field@r.x", "remove@r.0:wx", "where@r.0:w1",
        "remove@r.9", "remove@r.0:w9", "where@r", "remove@r:w0", "add-did@r.0", "remove@" + "r.1" * 99,
    ):  # fmt: skip
        assert browser_of_staff.post(NEW, {**form, "do": do}).status_code == 200, do
    for rule in (
        {"did": ["a"]},
        {"field": ["a"], "op": "=", "value": 1},
        {"field": "purchase_count", "op": ["="], "value": 1},
        {"all": [{"did": {"a": 1}, "where": [{"field": {}, "op": "=", "value": 1}]}]},
        {"field": "prefecture", "op": "=", "value": "\ud800"},
        {"field": "net_minor", "op": "=", "value": 10**400},
        {"last": {"did": []}, "then": {"did": "order"}},
    ):
        page = browser_of_staff.get(NEW, {"rule": json.dumps(rule)})
        assert page.status_code == 200, rule
        assert "いま " not in page.content.decode()
    for spoilt in ("{", "[]", "[" * 100_000, "3"):
        said = browser_of_staff.post(
            NEW, {"r:kind": "all", "r.0:kind": "kept", "r.0:rule": spoilt, "name": "x"}
        )
        assert said.status_code == 400
    for kind in ("field", "did", "follows", "segment", "nonsense"):
        assert browser_of_staff.post(NEW, {"r:kind": kind, "do": "redraw"}).status_code == 200


def test_every_button_keeps_the_keyboard_where_it_was(browser_of_staff: Client) -> None:
    """Without an id htmx cannot give the focus back after the form is drawn anew."""
    bought = {"did": "item", "where": [{"field": "sku", "op": "=", "value": "A"}]}
    after = {"last": bought, "then": bought, "happened": False}
    rule = {"all": [bought, {"any": [after, {"not": bought}]}]}
    page = browser_of_staff.get(NEW, {"rule": json.dumps(rule)}).content.decode()
    buttons = re.findall(r"<button[^>]*hx-post[^>]*>", page)
    ids = [found.group(1) for one in buttons if (found := re.search(r' id="([^"]+)"', one))]
    assert len(ids) == len(set(ids)) == len(buttons) > 30

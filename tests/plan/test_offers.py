"""Products in letters: for each person, with a reason, held against popular ones."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api as customers
from okaeri.deliver.types import RenderTask
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan.actions.offers import like_viewed_by
from okaeri.plan.models import Template
from okaeri.plan.types import OfferRules
from tests.plan.journeys_for_tests import HEADER, source_of
from tests.web.filled import lived_once

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NAMES = {"FACE": "化粧水", "CREAM": "夜のクリーム", "SOAP": "石けん", "WASH": "洗顔フォーム"}
PRICES = {"FACE": 3000, "CREAM": 3500, "SOAP": 3200, "WASH": 2900}
BODY = """{{ customer.addressee }}
{% for item in recommended %}[{{ item.name }}|{{ item.price }}|{{ item.url }}|{{ item.reason }}]
{% endfor %}{% for item in like_viewed %}<{{ item.name }}|{{ item.reason }}>
{% endfor %}"""


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def order(member: str, days: int, skus: Sequence[str]) -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{member}-{days}",
        ordered_at=datetime.combine(ago(days), time(3), UTC),
        status="accepted",
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        lines=tuple(LineIn(sku, NAMES[sku], 1, PRICES[sku], PRICES[sku]) for sku in skus),
        delivered_on=ago(days - 2),
    )


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Iterator[None]:
    """Whoever began with lotion came back for cream; soap is what most people buy lately."""
    folder = tmp_path / "warehouse"
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        lived_once("offers", folder, lambda: _sell(folder))
        yield


def _sell(folder: Path) -> None:
    orders = [order(f"f{n}", 300 - n, ["FACE"]) for n in range(40)]
    orders += [order(f"f{n}", 200 - n, ["CREAM"]) for n in range(40)]
    orders += [order(f"g{n}", 100, ["FACE"]) for n in range(30)]
    orders += [order(f"g{n}", 5, ["CREAM"]) for n in range(30)]
    orders += [order(f"s{n}", 80, ["SOAP"]) for n in range(60)]
    orders += [order("me", 90, ["FACE"]), order("me", 12, ["WASH"])]
    orders += [order("new", 30, ["FACE"])]
    intake.record_orders(orders)
    intake.record_products(
        [ProductIn("CREAM", NAMES["CREAM"], url="https://shop.example/cream", price_minor=3500)]
    )
    with closing(open_warehouse(folder)) as warehouse:
        insight.refresh(warehouse=warehouse, as_of=TODAY)
    Template.objects.create(
        key="offer", version=1, name={"ja": "o", "en": "o"}, content_kind="sales",
        subject="お知らせ", body_text=BODY, body_html="", created_at=clock.now(),
    )  # fmt: skip


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def share_of_popular(share: float) -> None:
    known = {spec.key: spec for spec in settings.specs_of(OfferRules).values()}
    settings.save(known, {"recommend.popular_share": share})


def letter_to(*members: str) -> list[str]:
    renderer = plan.PlanRenderer(secret="s", base_url="https://shop.example")
    tasks = [
        RenderTask(number, id_of(member), "offer", 1, {}) for number, member in enumerate(members)
    ]
    found = renderer.render(tasks)
    assert [content.error for content in found] == [None] * len(found)
    return [content.body_text for content in found]


def test_a_letter_names_the_product_its_page_and_why() -> None:
    share_of_popular(0)
    (words,) = letter_to("me")
    first = words.split("\n")[1]
    assert first == (
        "[夜のクリーム|3,500円|https://shop.example/cream|「化粧水」をお買い上げの方によく選ばれています]"
    )
    assert "化粧水|" not in words
    assert measure.list_experiments() == []


def test_first_time_buyers_see_other_products_only_once_they_are_content() -> None:
    share_of_popular(0)
    assert "クリーム" not in letter_to("new")[0]
    link = listen.question_link(id_of("new"), "satisfaction", "", django_settings.SECRET_KEY)
    token = link.strip("/").split("/")[-1]
    listen.record_answer(token, 4, "", clock.now())
    assert "クリーム" in letter_to("new")[0]
    specs = {spec.key: spec for spec in settings.specs_of(OfferRules).values()}
    settings.save(specs, {"guard.first_content_from": 5})
    assert "クリーム" not in letter_to("new")[0]
    listen.record_answer(token, 5, "", clock.now())
    assert "クリーム" in letter_to("new")[0]


@pytest.mark.covers("J-08")
def test_some_people_are_shown_popular_products_to_learn_what_the_rest_is_worth() -> None:
    share_of_popular(0.5)
    members = [f"g{n}" for n in range(30)] + ["me"]
    words = dict(zip(members, letter_to(*members), strict=True))
    (experiment,) = measure.list_experiments()
    held = set(measure.list_held_out(experiment.id, 100))
    assert 5 <= len(held) <= 26
    for member, said in words.items():
        is_popular = "いま、よく選ばれています" in said and "次によく" not in said
        assert is_popular or id_of(member) not in held
    assert all("夜のクリーム" not in said for member, said in words.items() if member != "me")
    # The same person stays where he is, and looking at a preview puts nobody anywhere.
    assert letter_to(*members) == list(words.values())
    before = experiment.id, len(held)
    plan.preview("offer", id_of("new"))
    assert (experiment.id, len(measure.list_held_out(experiment.id, 100))) == before


def view(sku: str, *, kind: str = "product_view", query: str = "", member: str = "me") -> None:
    event = EventIn(
        key=f"{kind}-{sku}-{query}-{member}", kind=kind,
        occurred_at=clock.now() - timedelta(days=1),
        party=PartyIn(member_no=member, email=f"{member}@example.com"), sku=sku, query=query,
    )  # fmt: skip
    intake.record_events([event], source="test", received_at=clock.now())
    while customers.resolve_new_parties(clock.now()):
        pass


@pytest.mark.covers("J-09")
@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("viewed", "ご覧になった「石けん」に近い"),
        ("searched", "お探しの言葉に合う「石けん」に近い"),
    ],
)
def test_what_was_viewed_or_searched_brings_what_is_near_to_it(way: str, why: str) -> None:
    share_of_popular(0)
    assert "ご覧になった" not in letter_to("me")[0]
    intake.record_products(
        [ProductIn("SOAP", NAMES["SOAP"], "洗う"), ProductIn("GEL", "洗顔ジェル", "洗う")]
    )
    intake.record_products([ProductIn("CREAM", NAMES["CREAM"], "洗う", price_minor=3500)])
    if way == "viewed":
        view("SOAP")
    else:
        view("", kind="search", query="石けん")
    (words,) = letter_to("me")
    assert f"<夜のクリーム|{why}商品です>" in words
    assert "<石けん" not in words


def test_what_many_viewed_is_read_at_once_and_says_of_each_what_it_says_of_him_alone() -> None:
    members = ["me", *(f"g{n}" for n in range(9))]
    for n, member in enumerate(members):
        view(("SOAP", "FACE", "WASH")[n % 3], member=member)
    view("", kind="search", query="石けん", member="g8")
    ids = [id_of(member) for member in [*members, "new"]]
    with CaptureQueriesContext(connection) as of_two:
        like_viewed_by(ids[:2], clock.now())
    with CaptureQueriesContext(connection) as of_all:
        found = like_viewed_by(ids, clock.now())
    # The names of what is sold are read once more, for those who searched.
    assert len(of_all) <= len(of_two) + 2
    assert sum(map(bool, found.values())) > 2
    assert found == {one: like_viewed_by([one], clock.now())[one] for one in ids}


@pytest.mark.covers("D-03")
def test_recommended_products_stay_out_of_journeys_of_first_time_buyers() -> None:
    step = "  - {id: offer, send: {template: offer%s}}\n  - {id: end, exit: {}}\n"
    late = "  - {id: later, wait: {after_days: 60}}\n"
    plan.save_definition(source_of(late + step % ""), now=clock.now())
    with pytest.raises(plan.DefinitionError) as refused:
        plan.activate("tiny", now=clock.now())
    assert "おすすめ商品" in refused.value.message.ja
    assert plan.get_journey("tiny").status == "draft"
    excused = step % ", override_reason: 店長の判断"
    plan.save_definition(source_of(late + excused), now=clock.now())
    plan.activate("tiny", now=clock.now())
    assert plan.get_journey("tiny").status == "live"
    # After a second purchase nobody is asked for a reason.
    second = HEADER.replace("number: 1", "number: 2").replace("key: tiny", "key: second")
    plan.save_definition(source_of(late + step % "", second), now=clock.now())
    plan.activate("second", now=clock.now())
    assert plan.get_journey("second").status == "live"

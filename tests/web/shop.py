"""A small shop with a known look, lived through the stations' own doors, to fill the pages."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.types import Links
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.rewards import api as rewards
from tests.web.filled import lived_once

END = datetime(2026, 10, 31, 3, 0, tzinfo=UTC)
START = datetime(2024, 11, 1, 3, 0, tzinfo=UTC)
LIVE_FROM = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)
_JA = (
    ("佐藤", "美咲", "サトウ", "ミサキ"),
    ("鈴木", "葵", "スズキ", "アオイ"),
    ("高橋", "陽子", "タカハシ", "ヨウコ"),
    ("田中", "恵", "タナカ", "メグミ"),
    ("渡辺", "翔太", "ワタナベ", "ショウタ"),
    ("伊藤", "由美子", "イトウ", "ユミコ"),
    ("山本", "さくら", "ヤマモト", "サクラ"),
)
_EN = (("Sato", "Misaki", "", ""), ("Suzuki", "Aoi", "", ""), ("Moore", "Ann", "", ""))


def name_the_shop(name: str) -> None:
    """Give the shop a name and a sender."""
    known = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    values = {"shop.name": name, "shop.sender_name": name, "shop.sender_email": "shop@example.com"}
    save(known, {**values, "shop.postal_address": "Tokyo 1-2-3", "shop.contact": "03-0000-0000"})


def orders_of_shop(*, people: int, seed: int, in_japanese: bool) -> list[OrderIn]:
    """Make two years of orders, oldest first; most people buy once, some become regulars."""
    dice = random.Random(seed)
    orders = []
    names = _JA if in_japanese else _EN
    span = (END - START).days
    for number in range(people):
        names_of = names[number % len(names)]
        party = PartyIn(
            member_no=f"M{number:05}",
            email=f"user{number}@example.invalid",
            phone=f"0901{number:07}",
            family_name=names_of[0],
            given_name=names_of[1],
            family_kana=names_of[2],
            given_kana=names_of[3],
            prefecture="東京都" if in_japanese else "Tokyo",
            email_opt_in=True,
        )
        at = START + timedelta(days=dice.randint(0, span - 1), minutes=dice.randint(0, 500))
        price = dice.choice((3200, 4800, 6500, 9800))
        loyalty = dice.choice((0.15, 0.3, 0.3, 0.55, 0.93))
        count = 0
        while at < END:
            count += 1
            orders.append(_order(number, count, at, party, price * (1 + (loyalty > 0.9) * 2)))
            if dice.random() > loyalty:
                break
            at += timedelta(days=dice.randint(18, 62))
    return sorted(orders, key=lambda order: order.ordered_at)


def _order(number: int, count: int, at: datetime, party: PartyIn, price: int) -> OrderIn:
    line = LineIn("LOTION", "Lotion", 1, price, price)
    return OrderIn(
        source="shop",
        order_no=f"{number:05}-{count}",
        ordered_at=at,
        status="accepted",
        party=party,
        lines=(line,),
        total_minor=price,
        shipped_on=at.date() + timedelta(days=1),
        delivered_on=at.date() + timedelta(days=2),
    )


def resolve() -> None:
    """Turn contacts into customers."""
    while customers.resolve_new_parties(clock.now()):
        pass


def refresh(folder: Path, depth: Depth = Depth.CLASSES) -> None:
    """Analyse and evaluate as of the clock's day; who looks at further analyses asks for all.

    A full refresh writes some hundred queries, whatever the size of the shop.
    """
    warehouse = open_warehouse(folder)
    as_of = clock.now().date()
    insight.refresh(warehouse=warehouse, as_of=as_of, depth=depth)
    measure.evaluate_all(warehouse=warehouse, as_of=as_of)
    warehouse.close()


def fill(
    folder: Path, *, people: int = 350, in_japanese: bool = True, is_live: bool = True
) -> None:
    """Live the shop: history, playbooks, six weeks of care, answers, results."""
    lived_once(
        ("shop", people, in_japanese, is_live),
        folder,
        lambda: _live_through(folder, people, in_japanese=in_japanese, is_live=is_live),
    )


def _live_through(folder: Path, people: int, *, in_japanese: bool, is_live: bool) -> None:
    orders = orders_of_shop(people=people, seed=7, in_japanese=in_japanese)
    now = clock.SimulatedClock(LIVE_FROM if is_live else END)
    clock.set_clock(now)
    name_the_shop("肌日和" if in_japanese else "Fair Skin")
    before = LIVE_FROM if is_live else END
    intake.record_orders([order for order in orders if order.ordered_at < before])
    resolve()
    plan.install_playbooks(now.now())
    if is_live:
        refresh(folder)
        _live(now, [order for order in orders if order.ordered_at >= before])
    refresh(folder, Depth.ALL)
    customer = insight.list_customers(limit=1, order_by="-net_minor").rows[0].customer_id
    with transaction.atomic():
        rewards.grant_points(customer, 120, key="t1", reason="welcome", at=clock.now())
    _answer(customer, 5, "")
    late = insight.list_customers(limit=2, order_by="last_on").rows[1].customer_id
    _answer(late, 2, "香りが思ったより強かったです。" if in_japanese else "The scent was strong.")


def _answer(customer_id: int, score: int, comment: str) -> None:
    link = listen.question_link(customer_id, "satisfaction", "", settings.SECRET_KEY)
    listen.record_answer(link.strip("/").split("/")[-1], score, comment, clock.now())


def _live(now: clock.SimulatedClock, orders: list[OrderIn]) -> None:
    for key in ("first_follow", "know_us"):
        plan.activate(key, now=now.now(), holdout_share=0.2)
    links = Links(base_url="http://testserver", secret=settings.SECRET_KEY)
    channel = EmailChannel(MailboxTransport(settings.OKAERI.data_dir / "mailbox.db"))
    renderer = plan.PlanRenderer(secret=settings.SECRET_KEY, base_url="http://testserver")
    delivery = deliver_duties.duties(renderer=renderer, channels={"email": channel}, links=links)
    loop = WorkLoop((*plan_duties.duties(), *delivery))
    while now.now() < END:
        now.advance(timedelta(hours=12))
        fresh = [order for order in orders if order.ordered_at <= now.now()]
        orders = orders[len(fresh) :]
        if fresh:
            intake.record_orders(fresh)
            resolve()
        loop.run_until_idle()

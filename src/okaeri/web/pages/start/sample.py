"""A small invented shop to look around in, and its way out again.

Its orders come from the source "sample" alone; nobody in it can be written to or telephoned.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.jobs import submit_job
from okaeri.insight import api as insight
from okaeri.insight.job_types import REFRESH
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.listen import api as listen
from okaeri.plan import api as plan

SOURCE = "sample"
_PEOPLE = 240
_DAYS = 720
_FAMILY = (("見本", "ミホン"), ("例山", "レイヤマ"), ("試川", "タメシガワ"), ("仮田", "カリタ"))
_GIVEN = (("花", "ハナ"), ("海", "ウミ"), ("空", "ソラ"), ("森", "モリ"), ("風", "カゼ"))
_GOODS = (
    ("S-01", "見本の石けん", 1200),
    ("S-02", "見本の化粧水", 3200),
    ("S-03", "見本のクリーム", 4800),
    ("S-04", "見本の贈り物セット", 9800),
)
# How likely a person buys once more, by chance of character: most do not come back.
_LOYALTIES = (0.1, 0.2, 0.3, 0.3, 0.6, 0.9)
_NOT_EMPTY = Text(
    "すでに注文があります。見本は、空のショップにだけ入れられます。",
    "There are orders already; the sample is for an empty shop only.",
)
_IN_USE = Text(
    "シナリオがもう動いています。先にシナリオを止めて終えてください。見本の方へのメッセージは外に出ません。",
    "A journey has begun with these people, so the sample stays. No message to them ever leaves.",
)


def put_in(now: datetime, currency: str) -> int:
    """Fill an empty shop with the sample; gives how many orders. Raises InputError in another shop."""
    if intake.latest_change_no():
        raise InputError(_NOT_EMPTY)
    orders = list(_orders(now, currency))
    intake.record_orders(orders)
    while customers.resolve_new_parties(now):
        pass
    submit_job(REFRESH, {})
    return len(orders)


def _orders(now: datetime, currency: str) -> Iterator[OrderIn]:
    dice = random.Random(20)  # noqa: S311 - the same shop for everybody, no secret
    for number in range(_PEOPLE):
        party, loyalty = _person(number), dice.choice(_LOYALTIES)
        at = now - timedelta(days=dice.randint(1, _DAYS), minutes=dice.randint(0, 600))
        count = 0
        while at < now:
            count += 1
            yield _order(f"{number:04}-{count}", at, party, dice.choice(_GOODS), currency)
            if dice.random() > loyalty:
                break
            at += timedelta(days=dice.randint(20, 75))


def _person(number: int) -> PartyIn:
    family, given = _FAMILY[number % len(_FAMILY)], _GIVEN[number % len(_GIVEN)]
    return PartyIn(
        member_no=f"SAMPLE{number:04}",
        email=f"sample{number:04}@example.invalid",
        family_name=family[0],
        given_name=given[0],
        family_kana=family[1],
        given_kana=given[1],
        email_opt_in=True,
    )


def _order(
    number: str, at: datetime, party: PartyIn, goods: tuple[str, str, int], currency: str
) -> OrderIn:
    sku, name, price = goods
    return OrderIn(
        source=SOURCE,
        order_no=number,
        ordered_at=at,
        status="accepted",
        party=party,
        lines=(LineIn(sku, name, 1, price, price),),
        total_minor=price,
        currency=currency,
    )


def is_in() -> bool:
    """Tell whether the sample is in the shop."""
    return intake.has_orders_of(SOURCE)


def take_out(now: datetime) -> int:
    """Remove the sample's people and orders; gives how many people. Raises InputError when in use."""
    if any(journey.entered for journey in plan.list_journeys()):
        raise InputError(_IN_USE)
    with transaction.atomic():
        removed = intake.remove_source(SOURCE)
        ids = customers.remove_people_of(removed.party_ids)
        listen.erase_person(ids, now)
        insight.forget_results()
    _clean_warehouse(ids, removed.order_ids)
    submit_job(REFRESH, {})
    return len(ids)


def _clean_warehouse(customer_ids: list[int], order_ids: list[int]) -> None:
    env = settings.OKAERI
    tables = (
        ("orders", "customer_id", customer_ids),
        ("order_lines", "order_id", order_ids),
        *((name, "order_id", order_ids) for name in insight.PERSONAL_ORDER_TABLES),
    )
    with open_warehouse(env.warehouse_dir, env.warehouse_engine) as warehouse, warehouse.held():
        for table, column, values in tables:
            if warehouse.has(table):
                warehouse.forget(table, column, values)

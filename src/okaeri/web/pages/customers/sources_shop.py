"""What a customer did with the shop: orders, contracts, points."""

from datetime import UTC, datetime, time

from okaeri.foundation.keyset import Before
from okaeri.foundation.money import format_minor
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.request_types import SubscriptionRequestView
from okaeri.intake.types import OrderRecord, SubscriptionEventRecord, SubscriptionRecord
from okaeri.rewards import api as rewards
from okaeri.web.pages.customers.happening import Happening, Whose, newest

_ORDER_STATES = {
    "cancelled": Text("キャンセル", "cancelled"),
    "returned": Text("返品", "returned"),
    "unpaid": Text("未入金", "unpaid"),
    "test": Text("テスト", "test"),
}
_FILE = Text("取り込みファイル", "imported file")
_MAPPED = ("mapped", "mapped_mall")
_CONTRACT = {
    "started": Text("定期購入を開始", "Subscription started"),
    "delivered": Text("定期購入のお届け", "Subscription delivered"),
    "skipped": Text("定期購入をスキップ", "Subscription skipped once"),
    "paused": Text("定期購入を休止", "Subscription paused"),
    "resumed": Text("定期購入を再開", "Subscription resumed"),
    "cancelled": Text("定期購入を解約", "Subscription cancelled"),
    "changed": Text("定期購入を変更", "Subscription changed"),
}

_ASKED = {
    "skip": Text("スキップのお申し出", "Asked to skip a delivery"),
    "pause": Text("休止のお申し出", "Asked for a pause"),
    "resume": Text("再開のお申し出", "Asked to start again"),
    "cancel": Text("解約のお申し出", "Asked to cancel"),
}
_ENDED = {
    "open": Text("受付中", "open"),
    "done": Text("手続き済み", "done"),
    "declined": Text("お断り", "declined"),
    "withdrawn": Text("取り消し", "taken back"),
}


def source_name(source: str) -> Text:
    """Name where an order came from as its connector is called; a shop's own name stays."""
    if source in _MAPPED:
        return _FILE
    names = {info.key: info.name for info in intake.list_connectors()}
    return names.get(source, Text(source, source))


def orders(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Orders, numbered by the same rule as the header's count."""
    # One more than asked for tells whether the last one shared its day with an earlier one.
    found = intake.orders_before(person.parties, before, limit + 1)
    numbers = _numbers(found, person, load(LifecycleRules))
    return [_order(order, numbers.get(order.id), person.currency) for order in found[:limit]]


Numbers = dict[int, tuple[int, bool]]


def _numbers(found: list[OrderRecord], person: Whose, rules: LifecycleRules) -> Numbers:
    """Give order id → which purchase it is, and whether it joined one made earlier that day."""
    counted = [o for o in found if o.is_purchase and (rules.count_trial or not o.is_trial)]
    if not counted:
        return {}
    number = intake.count_purchases_before(
        person.parties, counted[-1], by_day=rules.merge_same_day, with_trials=rules.count_trial
    )
    numbers: Numbers = {}
    day = None
    for order in reversed(counted):
        joins = rules.merge_same_day and order.ordered_on == day
        number += not joins
        day = order.ordered_on
        numbers[order.id] = (number, joins)
    return numbers


def _order(order: OrderRecord, number: tuple[int, bool] | None, currency: str) -> Happening:
    ja, en = (format_minor(order.net_minor, currency, language) for language in ("ja", "en"))
    if number is None:
        state = _ORDER_STATES.get(order.status, Text(order.status, order.status))
        if order.is_purchase:
            state = Text("トライアル", "trial")
        title = Text(f"注文({state.ja}) {ja}", f"Order ({state.en}), {en}")
    else:
        count, joins = number
        same = Text("・同じ日の追加", ", added the same day") if joins else Text("", "")
        title = Text(f"{count}回目の購入{same.ja} {ja}", f"Purchase {count}{same.en}, {en}")
    source = source_name(order.source)
    note = Text(f"注文番号 {order.order_no} · {source.ja}", f"Order {order.order_no} · {source.en}")
    return Happening(order.ordered_at, order.id, "order", title, note)


def contracts(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """What happened to the person's subscriptions."""
    entries = [
        _contract_event(contract, position, event)
        for contract in intake.subscriptions_of(person.parties)
        for position, event in enumerate(contract.events)
    ]
    return newest(entries, before, limit)


def requests(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """What the person asked of his subscriptions on his own page, and how it ended."""
    entries = [_request(one) for one in intake.subscription_requests_of(person.parties)]
    return newest(entries, before, limit)


def _request(one: SubscriptionRequestView) -> Happening:
    asked, how = _ASKED[one.kind], _ENDED[one.status]
    why = " · ".join(part for part in (one.reason, one.note, one.ended_note) if part)
    return Happening(
        one.asked_at,
        one.id,
        "contract",
        Text(f"{asked.ja}「{one.product}」({how.ja})", f"{asked.en}: {one.product} ({how.en})"),
        Text(why, why) if why else None,
        is_not=one.kind in ("skip", "cancel"),
    )


def _contract_event(
    contract: SubscriptionRecord, position: int, event: SubscriptionEventRecord
) -> Happening:
    title = _CONTRACT.get(event.kind, Text(event.kind, event.kind))
    product = contract.product_name or contract.sku
    named = Text(f"{title.ja}「{product}」", f"{title.en}: {product}") if product else title
    why = " · ".join(part for part in (event.reason, event.note) if part)
    return Happening(
        datetime.combine(event.occurred_on, time(), UTC),
        contract.id * 10_000 + position,
        "contract",
        named,
        Text(why, why) if why else None,
        is_not=event.kind in ("skipped", "cancelled"),
    )


def points(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Points given and taken back."""
    return [
        Happening(
            entry.occurred_at,
            entry.id,
            "points",
            Text("ポイント {n}", "Points {n}").format(n=f"{entry.points:+,}"),
            Text(entry.reason, entry.reason) if entry.reason else None,
        )
        for entry in rewards.entries_before(person.ids, before, limit)
    ]

"""What happened to and by people, kind by kind in an order that only grows: for programs and for CSV.

Every row bears the live customer, whoever he was when it happened. A cursor is the place of a row in
its kind's order; whoever asks behind the last cursor he saw gets nothing twice. Orders and events go by
change numbers and none is missed. Answers, messages, points and coupons go by row numbers: with several
workers on PostgreSQL a row may come to stand behind a cursor, and its later state is not told again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from okaeri.rewards import api as rewards

Row = dict[str, Any]
Found = list[tuple[int, Row]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its columns with their names, and `read(after, limit)` → (cursor, row)s.

    `personal` columns hold words of or to a person, or his address.
    """

    key: str
    name: Text
    columns: Mapping[str, Text]
    read: Callable[[int, int], Found]
    personal: Sequence[str] = ()


def _rows(found: Sequence[Any], row_of: Callable[[Any], Row]) -> Found:
    """Give (cursor, row) of things that bear an id and the customer as he was then."""
    live = _live(one.customer_id for one in found)
    return [(one.id, {"customer_id": live[one.customer_id], **row_of(one)}) for one in found]


def _fields(one: object, names: Sequence[str]) -> Row:
    return {name: getattr(one, name) for name in names}


def _answers(after: int, limit: int) -> Found:
    names = ("subject", "score", "comment", "answered_at")
    return _rows(
        listen.list_given_after(after, limit),
        lambda one: {"question": one.question_key, **_fields(one, names)},
    )


def _messages(after: int, limit: int) -> Found:
    words = ("id", "channel", "content_kind", "source_kind", "template_key", "status", "address")
    names = (*words, "planned_at", "due_at", "settled_at")
    return _rows(
        deliver.list_messages_after(after, limit),
        lambda one: {"subject": rewards.hide_gifts(one.subject), **_fields(one, names)},
    )


def _points(after: int, limit: int) -> Found:
    names = ("key", "points", "reason", "occurred_at")
    return _rows(rewards.entries_after(after, limit), lambda one: _fields(one, names))


def _coupons(after: int, limit: int) -> Found:
    # Never the code: whoever has it has the money.
    names = ("last4", "issued_at", "valid_until", "redeemed_at")
    return _rows(
        rewards.coupons_after(after, limit),
        lambda one: {"offer": one.offer_key, "state": one.state.value, **_fields(one, names)},
    )


def _events(after: int, limit: int) -> Found:
    found = intake.list_events_after(after, limit)
    by_party = customers.customers_of_parties(
        [one.party_id for one in found if one.party_id is not None]
    )
    by_device = customers.customers_of_devices(
        {(one.device_id, one.occurred_at) for one in found if one.party_id is None}
    )
    names = ("source", "kind", "occurred_at", "url", "title", "sku", "category", "query")
    return [
        (
            one.change_no,
            {
                "customer_id": by_device.get((one.device_id, one.occurred_at))
                if one.party_id is None
                else by_party.get(one.party_id),
                **_fields(one, (*names, "quantity", "value_minor")),
            },
        )
        for one in found
    ]


def _orders(after: int, limit: int) -> Found:
    found = intake.list_orders_after(after, limit)
    owners = customers.customers_of_parties(
        [one.party_id for one in found if one.party_id is not None]
    )
    names = ("source", "order_no", "ordered_at", "status", "is_purchase", "net_minor")
    more = ("total_minor", "currency", "media_code", "shipped_on", "delivered_on")
    return [
        (
            one.change_no,
            {
                "customer_id": owners.get(one.party_id or 0),
                **_fields(one, (*names, *more)),
            },
        )
        for one in found
    ]


def _live(ids: Any) -> dict[int, int]:  # noqa: ANN401 - any iterable of ids
    asked = set(ids)
    roots = customers.roots_of(asked)
    return {number: roots.get(number, number) for number in asked}


_WHO = {"customer_id": Text("顧客ID", "customer_id")}
KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "orders",
            Text("注文", "Orders"),
            _WHO
            | {
                "source": Text("販売元", "source"),
                "order_no": Text("注文番号", "order_no"),
                "ordered_at": Text("注文日時", "ordered_at"),
                "status": Text("状態", "status"),
                "is_purchase": Text("購入に数える", "is_purchase"),
                "net_minor": Text("購入額", "net_minor"),
                "total_minor": Text("合計", "total_minor"),
                "currency": Text("通貨", "currency"),
                "media_code": Text("媒体", "media_code"),
                "shipped_on": Text("出荷日", "shipped_on"),
                "delivered_on": Text("配達日", "delivered_on"),
            },
            _orders,
        ),
        Kind(
            "answers",
            Text("アンケートの回答", "Answers to questions"),
            _WHO
            | {
                "question": Text("質問", "question"),
                "subject": Text("対象", "subject"),
                "score": Text("点数", "score"),
                "comment": Text("コメント", "comment"),
                "answered_at": Text("回答日時", "answered_at"),
            },
            _answers,
            ("comment",),
        ),
        Kind(
            "messages",
            Text("メッセージ", "Messages"),
            {"id": Text("メッセージID", "id")}
            | _WHO
            | {
                "channel": Text("経路", "channel"),
                "content_kind": Text("種類", "content_kind"),
                "source_kind": Text("送り元", "source_kind"),
                "template_key": Text("文面", "template_key"),
                "status": Text("状態", "status"),
                "subject": Text("件名", "subject"),
                "address": Text("宛先", "address"),
                "planned_at": Text("計画", "planned_at"),
                "due_at": Text("予定", "due_at"),
                "settled_at": Text("決着", "settled_at"),
            },
            _messages,
            ("subject", "address"),
        ),
        Kind(
            "points",
            Text("ポイント", "Points"),
            _WHO
            | {
                "key": Text("伝票", "key"),
                "points": Text("ポイント", "points"),
                "reason": Text("理由", "reason"),
                "occurred_at": Text("日時", "occurred_at"),
            },
            _points,
        ),
        Kind(
            "coupons",
            Text("クーポン", "Coupons"),
            _WHO
            | {
                "offer": Text("クーポンの種類", "offer"),
                "state": Text("状態", "state"),
                "last4": Text("コードの末尾", "last4"),
                "issued_at": Text("発行", "issued_at"),
                "valid_until": Text("有効期限", "valid_until"),
                "redeemed_at": Text("使用", "redeemed_at"),
            },
            _coupons,
        ),
        Kind(
            "events",
            Text("ページでの行動", "Visits to the shop's pages"),
            _WHO
            | {
                "source": Text("送り元", "source"),
                "kind": Text("行動", "kind"),
                "occurred_at": Text("日時", "occurred_at"),
                "url": Text("アドレス", "url"),
                "title": Text("ページ名", "title"),
                "sku": Text("商品コード", "sku"),
                "category": Text("カテゴリー", "category"),
                "query": Text("検索語", "query"),
                "quantity": Text("数量", "quantity"),
                "value_minor": Text("金額", "value_minor"),
            },
            _events,
            ("url", "query"),
        ),
    )
}

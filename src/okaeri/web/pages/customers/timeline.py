"""One customer's whole story in one list: orders, messages, decisions, consent, answers, points."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation.money import format_minor
from okaeri.foundation.text import Text
from okaeri.listen import api as listen
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards

TABS = ("all", "orders", "messages", "decisions", "consents", "answers", "points")
# Steps that say nothing a message or the next date does not say; the tab of decisions has them all.
_SMALL_STEPS = ("waited", "sent")
_CHANNELS = {
    "email": Text("メール", "E-mail"),
    "line": Text("LINE", "LINE"),
    "sms": Text("SMS", "SMS"),
    "post": Text("郵送", "Post"),
    "phone": Text("電話", "Phone"),
}
_ORDER_STATES = {
    "cancelled": Text("キャンセル", "cancelled"),
    "returned": Text("返品", "returned"),
    "unpaid": Text("未入金", "unpaid"),
    "test": Text("テスト", "test"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry: `kind` decides its mark, `title` and `note` say it, `address` opens it."""

    at: datetime
    kind: str
    title: Text
    note: Text | None = None
    address: str = ""
    is_not: bool = False


def channel_name(channel: str) -> Text:
    """Name a channel."""
    return _CHANNELS.get(channel, Text(channel, channel))


def list_happenings(customer_id: int, currency: str, tab: str = "all") -> list[Happening]:
    """Give the story, newest first; a tab other than "all" gives one kind."""
    kinds: dict[str, Callable[[], list[Happening]]] = {
        "orders": lambda: _orders(customer_id, currency),
        "messages": lambda: _messages(customer_id),
        "decisions": lambda: _decisions(customer_id, is_whole=tab != "all"),
        "consents": lambda: _consents(customer_id),
        "answers": lambda: _answers(customer_id),
        "points": lambda: _points(customer_id),
    }
    chosen = kinds.values() if tab == "all" else [kinds[tab]]
    found = [happening for tell in chosen for happening in tell()]
    return sorted(found, key=lambda happening: happening.at, reverse=True)


def _orders(customer_id: int, currency: str) -> list[Happening]:
    happenings = []
    count = 0
    for order in customers.purchase_history([customer_id]).get(customer_id, ()):
        count += order.is_purchase
        title = Text(
            f"{count}回目の購入 {format_minor(order.net_minor, currency, 'ja')}",
            f"Purchase {count}, {format_minor(order.net_minor, currency, 'en')}",
        )
        if not order.is_purchase:
            state = _ORDER_STATES.get(order.status, Text(order.status, order.status))
            title = Text(f"注文({state.ja})", f"Order ({state.en})")
        note = Text("注文番号 {no} · {source}", "Order {no} · {source}")
        happenings.append(
            Happening(
                order.ordered_at,
                "order",
                title,
                note.format(no=order.order_no, source=order.source),
            )
        )
    return happenings


def _messages(customer_id: int) -> list[Happening]:
    happenings = []
    for message in deliver.messages_of(customer_id):
        subject = message.subject or message.template_key
        channel = channel_name(message.channel)
        title = Text(
            f"{channel.ja}「{subject}」 {message.status_name.ja}",
            f"{channel.en} “{subject}”: {message.status_name.en}",
        )
        happenings.append(
            Happening(
                message.settled_at or message.due_at,
                "message",
                title,
                message.why,
                f"/actions/messages/{message.id}/",
                is_not=message.status in ("suppressed", "held_out", "expired", "rejected"),
            )
        )
    return happenings


def _decisions(customer_id: int, *, is_whole: bool) -> list[Happening]:
    return [
        Happening(
            decision.decided_at,
            "decision",
            decision.journey_name,
            decision.why,
            f"/actions/journeys/{decision.journey_key}/",
        )
        for decision in plan.decisions_of(customer_id)
        if is_whole or decision.action not in _SMALL_STEPS
    ]


# Codes of the consent ledger in words; a code of another maker is shown as it is.
_SOURCES = {
    "import": Text("取り込み", "from an import"),
    "replay": Text("再現", "from a replay"),
    "staff": Text("担当者", "by staff"),
    "preference_page": Text("配信停止ページ", "on the page for stopping"),
    "one_click": Text("ワンクリック配信停止", "by one-click unsubscribe"),
}
_BASES = {
    "opt_in": Text("本人の同意", "opted in"),
    "written_notice": Text("書面での通知", "told in writing"),
    "business_relationship": Text("取引関係", "business relationship"),
    "published_address": Text("公開された宛先", "published address"),
}


def _words(known: Mapping[str, Text], code: str) -> Text:
    return known.get(code, Text(code or "—", code or "—"))


def _consents(customer_id: int) -> list[Happening]:
    happenings = []
    for entry in customers.list_consents(customer_id):
        channel = channel_name(entry.channel)
        granted = entry.action == "granted"
        title = Text(
            f"{channel.ja}の配信に{'同意' if granted else '停止の申し出'}",
            f"{channel.en}: {'consent given' if granted else 'asked to stop'}",
        )
        source, basis = _words(_SOURCES, entry.source), _words(_BASES, entry.basis)
        happenings.append(
            Happening(
                entry.occurred_at,
                "consent",
                title,
                Text(f"{source.ja} · 根拠: {basis.ja}", f"{source.en} · {basis.en}")
                if granted
                else source,
            )
        )
    return happenings


def _answers(customer_id: int) -> list[Happening]:
    return [
        Happening(
            answer.answered_at,
            "answer",
            Text("満足度 {n} / 5", "Satisfaction {n} of 5").format(n=answer.score),
            Text(answer.comment, answer.comment) if answer.comment else None,
        )
        for answer in listen.answers_of(customer_id)
    ]


def _points(customer_id: int) -> list[Happening]:
    return [
        Happening(
            entry.occurred_at,
            "points",
            Text("ポイント {n}", "Points {n}").format(n=f"{entry.points:+,}"),
            Text(entry.reason, entry.reason),
        )
        for entry in rewards.entries_of(customer_id)
    ]

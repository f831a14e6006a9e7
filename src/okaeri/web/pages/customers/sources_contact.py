"""What the shop did with a customer: messages, decisions, what he agreed to and asked for, merges."""

from collections.abc import Mapping

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentRecord
from okaeri.deliver import api as deliver
from okaeri.foundation.keyset import Before
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.plan.types import DecisionView
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.customers.happening import Happening, Whose, newest

# Steps that say nothing a message or the next date does not say; the tab of decisions has them all.
_SMALL_STEPS = ("waited", "sent")
# Codes of the consent ledger in words; a code of another maker is shown as it is.
_SOURCES = {
    "import": Text("取り込み", "from an import"),
    "replay": Text("再現", "from a replay"),
    "staff": Text("担当者", "by staff"),
    "form": Text("フォーム", "on a form"),
    "preference_page": Text("受け取り方のページ", "on the preference page"),
    "one_click": Text("ワンクリック配信停止", "by one-click unsubscribe"),
}
_BASES = {
    "opt_in": Text("本人の同意", "opted in"),
    "written_notice": Text("書面での通知", "told in writing"),
    "business_relationship": Text("取引関係", "business relationship"),
    "published_address": Text("公開された宛先", "published address"),
}
_WISHED = Text("お知らせの受け取り方を選びました", "Chose what to hear and how often")
_MERGED = Text("顧客 {id} と同じ方として1つにまとめました", "Joined with customer {id}: one person")
_APART = Text("顧客 {id} との統合を取り消しました", "No longer joined with customer {id}")


def messages(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Messages and why each stands where it stands."""
    happenings = []
    found = deliver.messages_before(person.ids, before, limit)
    # What was never rendered has no subject: then the name of its content says what it was.
    names = {one.key: one.name for one in plan.list_templates()} if found else {}
    for message in found:
        name = names.get(message.template_key, Text(message.template_key, message.template_key))
        subject = Text(message.subject, message.subject) if message.subject else name
        channel = channel_name(message.channel)
        title = Text(
            f"{channel.ja}「{subject.ja}」 {message.status_name.ja}",
            f"{channel.en} “{subject.en}”: {message.status_name.en}",
        )
        happenings.append(
            Happening(
                message.settled_at or message.due_at,
                message.id,
                "message",
                title,
                message.why,
                f"/actions/messages/{message.id}/",
                is_not=message.status in ("suppressed", "held_out", "expired", "rejected"),
            )
        )
    return happenings


def turning_points(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Decisions that say something no message says."""
    return _told(plan.decisions_before(person.ids, before, limit, without=_SMALL_STEPS))


def decisions(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Every decision of the engine."""
    return _told(plan.decisions_before(person.ids, before, limit))


def _told(found: list[DecisionView]) -> list[Happening]:
    return [
        Happening(
            decision.decided_at,
            decision.id,
            "decision",
            decision.journey_name,
            decision.why,
            f"/actions/journeys/{decision.journey_key}/",
        )
        for decision in found
    ]


def consents(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """The ledger of consent, and the last time he chose on the preference page."""
    ledger = customers.list_consents(person.id)
    entries = [_consent(number, entry) for number, entry in enumerate(ledger, start=1)]
    wished = customers.find_preference(person.id)
    if wished is not None:
        entries.append(Happening(wished.changed_at, 0, "consent", _WISHED))
    return newest(entries, before, limit)


def _consent(number: int, entry: ConsentRecord) -> Happening:
    channel = channel_name(entry.channel)
    granted = entry.action == "granted"
    title = Text(
        f"{channel.ja}の配信に{'同意' if granted else '停止の申し出'}",
        f"{channel.en}: {'consent given' if granted else 'asked to stop'}",
    )
    source, basis = _words(_SOURCES, entry.source), _words(_BASES, entry.basis)
    both = Text(f"{source.ja} · 根拠: {basis.ja}", f"{source.en} · {basis.en}")
    return Happening(entry.occurred_at, number, "consent", title, both if granted else source)


def _words(known: Mapping[str, Text], code: str) -> Text:
    return known.get(code, Text(code or "—", code or "—"))


def merges(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Other entries of the same person that were joined, or taken apart again."""
    entries = []
    found = {merge.id: merge for number in person.ids for merge in customers.list_merges(number)}
    for merge in found.values():
        other = merge.absorbed_id if merge.absorbed_id != person.id else merge.kept_id
        entries.append(Happening(merge.merged_at, merge.id * 2, "merge", _MERGED.format(id=other)))
        if merge.undone_at is not None:
            undone = _APART.format(id=other)
            entries.append(Happening(merge.undone_at, merge.id * 2 + 1, "merge", undone))
    return newest(entries, before, limit)

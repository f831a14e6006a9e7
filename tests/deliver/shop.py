"""A tiny shop to send from: people, requests, words, and the duties of one worker."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from okaeri.customers.models import ContactPoint, Customer
from okaeri.deliver import api
from okaeri.deliver.duties import duties
from okaeri.deliver.types import Channel, Links, MessageRequest, RenderedContent, RenderTask
from okaeri.foundation.models import Setting
from okaeri.foundation.text import Text
from okaeri.foundation.work.loop import WorkLoop

# A Wednesday, 11:00 in Tokyo: inside the hours in which the shop sends.
NOON = datetime(2026, 4, 8, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LINKS = Links(base_url="https://shop.example", secret="a secret for tests")
PROFILE = {
    "shop.name": "肌日和",
    "shop.sender_name": "肌日和",
    "shop.sender_email": "hello@hadabiyori.example",
    "shop.postal_address": "東京都台東区1-2-3",
    "shop.contact": "03-0000-0000",
}


class EchoRenderer:
    """Makes words from the task's own context; stands in for plan, which deliver does not know."""

    def render(self, tasks: list[RenderTask]) -> list[RenderedContent]:
        return [self._one(task) for task in tasks]

    def _one(self, task: RenderTask) -> RenderedContent:
        if task.context.get("broken"):
            error = Text("3行目の変数がありません。", "Line 3 names an unknown variable.")
            return RenderedContent(message_id=task.message_id, error=error)
        return RenderedContent(
            message_id=task.message_id,
            subject=str(task.context.get("subject", f"お知らせ {task.message_id}")),
            body_text=f"{task.customer_id} 様\nこんにちは。\n",
            body_html=f"<html><body><p>{task.customer_id} 様</p></body></html>",
            asks=bool(task.context.get("asks")),
        )


def set_settings(values: Mapping[str, object]) -> None:
    for key, value in values.items():
        Setting.objects.update_or_create(key=key, defaults={"value": value, "updated_at": NOON})


def make_person(email: str = "", *, consent: str = "granted", name: str = "花") -> int:
    person = Customer.objects.create(family_name="山田", given_name=name, created_at=NOON)
    person.email = email or f"p{person.id}@example.com"
    person.save(update_fields=["email"])
    ContactPoint.objects.create(
        customer=person,
        channel="email",
        address=person.email,
        consent=consent,
        consent_at=NOON,
    )
    return person.id


def make_request(
    customer_id: int,
    part: str = "a1",
    *,
    kind: str = "useful",
    due: datetime = NOON,
    lives: timedelta = 3 * DAY,
    held_out: bool = False,
    **context: object,
) -> MessageRequest:
    return MessageRequest(
        key=f"journey:1:{part}:{customer_id}",
        source_kind="journey",
        source_id=1,
        source_part=part,
        customer_id=customer_id,
        channel="email",
        content_kind=kind,
        template_key="hello",
        template_version=1,
        due_at=due,
        expires_at=due + lives,
        context=context,
        is_held_out=held_out,
    )


def make_loop(email: Channel) -> WorkLoop:
    return WorkLoop(duties(renderer=EchoRenderer(), channels={"email": email}, links=LINKS))


def work(email: Channel) -> int:
    """Let one worker go on until nothing is due."""
    return make_loop(email).run_until_idle()


def statuses(source_id: int = 1) -> dict[str, int]:
    """Give the statuses somebody stands in; the audience identity is checked on the way."""
    counts = api.audience("journey", source_id)
    total = counts.pop("audience")
    assert sum(counts.values()) == total
    return {status: count for status, count in counts.items() if count}


def why(customer_id: int, part: str = "a1") -> tuple[str, str]:
    """Give status and reason, in English, of one person's message."""
    found = [m for m in api.messages_of(customer_id) if m.source_part == part]
    assert len(found) == 1
    return found[0].status, found[0].why.en

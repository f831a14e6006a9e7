"""The brake: stop all sending, go on, and decide about messages of which nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from okaeri.deliver import api as deliver
from okaeri.deliver.types import SendingState
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.measure import api as measure
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.formats import number
from okaeri.web.reader import tell

_LOOKED_AT = 1000
_PAUSED = Text("すべての送信を止めました。", "All sending is paused.")
_RESUMED = Text("送信を再開しました。", "Sending goes on.")
_AGAIN = Text("{n}件をもう一度送ります。", "{n} messages will be sent again.")
_NOT_CLEAR = Text(
    "どのメッセージか分かりませんでした。一覧からもう一度選んでください。",
    "It is not clear which messages are meant; please choose again from the list.",
)
_OTHER = Text("そのほか", "Others")


@dataclass(frozen=True, slots=True)
class UnknownOfSource:
    """How many messages of one journey may or may not have arrived."""

    kind: str
    id: int
    name: Text
    count: int


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether messages leave, how many wait to, which channels rest, what nobody knows."""

    state: SendingState
    waiting: int
    resting: tuple[tuple[Text, SendingState], ...]
    unknown: tuple[UnknownOfSource, ...]


def find_sending(counts: Mapping[str, int]) -> Sending:
    """Look at the brakes; `counts` are the messages by status."""
    resting = deliver.resting_channels()
    return Sending(
        state=deliver.sending_state(),
        waiting=sum(counts.get(status, 0) for status in ("planned", "rendered", "claimed")),
        resting=tuple((channel_name(name), state) for name, state in resting.items()),
        unknown=_unknown() if counts.get("unknown") else (),
    )


def _unknown() -> tuple[UnknownOfSource, ...]:
    names = {(e.source_kind, e.source_id): e.name for e in measure.list_experiments()}
    found, _ = deliver.list_messages(status="unknown", limit=_LOOKED_AT)
    sources = dict.fromkeys((message.source_kind, message.source_id) for message in found)
    return tuple(
        UnknownOfSource(
            kind, id_, names.get((kind, id_), _OTHER), deliver.audience(kind, id_)["unknown"]
        )
        for kind, id_ in sources
    )


@needs("messages.send")
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Stop all sending at once."""
    deliver.pause_sending(now=clock.now())
    return _told(request, _PAUSED)


@needs("messages.send")
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Let messages leave again."""
    deliver.resume_sending(now=clock.now())
    return _told(request, _RESUMED)


@needs("messages.send")
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send a journey's unknown messages again, if there are still as many as the person saw."""
    try:
        source_id = int(request.POST.get("source_id", ""))
        confirmed = int(request.POST.get("confirmed", ""))
    except ValueError:
        raise InputError(_NOT_CLEAR) from None
    kind = request.POST.get("source_kind", "")
    count = deliver.retry_unknown(kind, source_id, confirmed=confirmed, now=clock.now())
    return _told(request, _AGAIN.format(n=number(count)))


def _told(request: HttpRequest, text: Text) -> HttpResponse:
    tell(request, text)
    return redirect("messages")

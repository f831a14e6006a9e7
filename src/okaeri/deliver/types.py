"""What crosses deliver's border: requests, outcomes, the policy's settings, views of messages."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from okaeri.customers.preference_types import Wishes
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import Contradiction, must_be_below, setting
from okaeri.foundation.text import Text

# Where a message is, by the values of `Message.Status`.
STATUS_NAMES: dict[str, Text] = {
    "planned": Text("予定", "Planned"),
    "rendered": Text("送信待ち", "Waiting to leave"),
    "claimed": Text("送信中", "Leaving"),
    "accepted": Text("送信済み", "Sent"),
    "rejected": Text("届かず", "Refused"),
    "unknown": Text("不明", "Unknown"),
    "suppressed": Text("送らない", "Not sent"),
    "held_out": Text("比較のため対象外", "Left out to compare"),
    "expired": Text("期限切れ", "Expired"),
}


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A wish that one message goes to one person. `key` makes the same wish twice one message.

    `is_held_out` writes the row that proves who was left out on purpose; it is never rendered.
    """

    key: str
    source_kind: str
    source_id: int
    source_part: str
    customer_id: int
    channel: str
    content_kind: str
    template_key: str
    template_version: int
    due_at: datetime
    expires_at: datetime
    context: Mapping[str, Any] = field(default_factory=dict)
    is_held_out: bool = False
    # Of a stranger, whose `customer_id` is a negative number of the caller's; "" for customers.
    address: str = ""
    topic: str = ""
    # Which of several contents of its part this is, in the caller's own words; "" where there is one.
    variant: str = ""


class Addressee(NamedTuple):
    """One person of a request that goes to many; takes the place of the request's own fields."""

    key: str
    customer_id: int
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderTask:
    """What a renderer needs to make one message's words."""

    message_id: int
    customer_id: int
    template_key: str
    template_version: int
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedContent:
    """The words of one message. `error` is set instead of words when there are none to send.

    That is a failed template, or one that shows a gift the person cannot use (any more).
    """

    message_id: int
    subject: str = ""
    body_text: str = ""
    body_html: str = ""
    error: Text | None = None
    has_nothing_to_give: bool = False
    # Whether the words ask the person a question, which nobody is asked too often.
    asks: bool = False


class Renderer(Protocol):
    """Makes words for many messages at once; given to deliver by `project.wiring` (plan does it)."""

    def render(self, tasks: list[RenderTask]) -> list[RenderedContent]:
        """One result per task, in the same order; a broken template is an `error`, not an exception."""
        ...


# Asked inside the claim, given by `project.wiring` (listen and customers know it): who of these people
# has a trouble that nobody has dealt with, so that nothing may be sold to them now.
NoSellingTo = Callable[[Collection[int]], Set[int]]
# Asked inside the claim too (plan knows it): who of these first-time buyers has letters of care to come.
InFollow = Callable[[Collection[int]], Set[int]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a channel gets it: everything needed to send, nothing else."""

    message_id: int
    key: str
    customer_id: int
    address: str
    recipient_name: str
    content_kind: str
    subject: str
    body_text: str
    body_html: str
    unsubscribe_url: str
    unsubscribe_post_url: str
    preferences_url: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The far side took responsibility for the message."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The far side, or the message itself, said no. `permanent` means never try again;
    `is_address_dead` means the address itself does not exist and is to be suppressed.
    """

    reason: str
    permanent: bool
    is_address_dead: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection was lost after the point of no return: it may have arrived. Never re-sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The far side could not be talked to; this message did not leave and the channel takes a rest."""

    reason: Text


Outcome = Accepted | Rejected | Unknown | Unreachable

# Called by a channel with message ids just before the step that cannot be taken back, and with the
# phase that begins. Gives the ids that may still go; the others were withdrawn in the meantime.
# What it answers is committed: after a crash the row tells what may have happened.
Gate = Callable[[Sequence[int], str], set[int]]
PHASE_DATA_SENT = "data_sent"


class Channel(Protocol):
    """One way to a person. Knows nothing of the outbox; failures are outcomes, not exceptions."""

    @property
    def kind(self) -> str:
        """Name of the channel as in `Message.channel` ("email")."""
        ...

    def send_batch(self, batch: list[Outgoing], on_phase: Gate) -> Iterator[tuple[int, Outcome]]:
        """Send each message once and give its outcome as soon as it is known.

        A message whose id the gate did not give back is left out without an outcome.
        """
        ...

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        """Which of these keys the far side has; None when it cannot be asked (SMTP)."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages for customers live, and the secret that signs links to them."""

    base_url: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class ContactRules:
    """The contact policy's settings (domain reference §1.3 #18 and A-11). Hours are shop-local."""

    marketing_per_day: int = setting(
        "cap.marketing_per_day",
        1,
        Text("1日の上限(販促・お役立ち)", "Marketing a day at most"),
        minimum=0,
        maximum=50,
    )
    marketing_per_week: int = setting(
        "cap.marketing_per_week",
        3,
        Text("7日間の上限", "Marketing in 7 days at most"),
        minimum=0,
        maximum=100,
    )
    sales_per_30_days_first: int = setting(
        "cap.sales_first",
        1,
        Text("初回客への販促(30日)", "Sales to first-time, 30 days"),
        minimum=0,
        maximum=100,
    )
    useful_per_30_days_first: int = setting(
        "cap.useful_first",
        3,
        Text(
            "初回客へのお役立ちの最少数(購入から30日)",
            "Useful messages to first-time buyers at least, 30 days",
        ),
        minimum=0,
        maximum=30,
    )
    first_sales_after_days: int = setting(
        "guard.first_sales_after_days",
        14,
        Text("初回客に販促しない日数", "Days without sales after a first purchase"),
        minimum=0,
        maximum=365,
    )
    follow_wait_days: int = setting(
        "guard.follow_wait_days",
        45,
        Text(
            "初回フォローが残る間、販促を待つ最長日数(初回購入から、0は待たない)",
            "Days after a first purchase that selling waits for follow-up letters at most (0: never)",
        ),
        minimum=0,
        maximum=365,
    )
    sales_per_30_days_toddler: int = setting(
        "cap.sales_toddler",
        2,
        Text("よちよち客への販促(30日)", "Sales to toddlers, 30 days"),
        minimum=0,
        maximum=100,
    )
    sales_per_30_days_other: int = setting(
        "cap.sales_other",
        4,
        Text("ほかの現役客への販促(30日)", "Sales to other active, 30 days"),
        minimum=0,
        maximum=100,
    )
    sales_per_30_days_lapsed: int = setting(
        "cap.sales_lapsed",
        2,
        Text("離脱客への販促(30日)", "Sales to lapsed, 30 days"),
        minimum=0,
        maximum=100,
    )
    survey_days: int = setting(
        "cadence.survey_days",
        90,
        Text("次のアンケートまでの日数(1人1回まで)", "Days until a person is asked again"),
        minimum=0,
        maximum=3650,
    )
    send_from_hour: int = setting(
        "quiet.send_from_hour",
        9,
        Text("送り始める時刻", "First hour of sending"),
        minimum=0,
        maximum=23,
    )
    send_until_hour: int = setting(
        "quiet.send_until_hour",
        20,
        Text("送り終える時刻", "Last hour of sending"),
        minimum=1,
        maximum=24,
    )
    batch_size: int = setting(
        "deliver.batch_size",
        100,
        Text("一度に送る通数", "Messages a batch"),
        minimum=1,
        maximum=10_000,
    )

    @property
    def send_hours(self) -> range:
        """The shop-local hours of marketing."""
        return range(self.send_from_hour, self.send_until_hour)

    def contradictions(self) -> Iterator[Contradiction]:
        """Give hours that would send at night, and a day's limit the week's would never let be reached."""
        yield from must_be_below(self, "send_from_hour", "send_until_hour", _BY_NIGHT)
        yield from must_be_below(
            self, "marketing_per_day", "marketing_per_week", _NEVER_REACHED, or_equal=True
        )
        if self.useful_per_30_days_first > self.marketing_per_week * _WEEKS:
            yield Contradiction(("cap.useful_first", "cap.marketing_per_week"), _TOO_FEW_LEAVE)


# Whole weeks in thirty days.
_WEEKS = 4
_TOO_FEW_LEAVE = Text(
    "いまのままでは、7日間の上限のために、初回客へのお役立ちが最少数に届きません。",
    "As it is, the limit of 7 days keeps useful messages to first-time buyers below their least number.",
)
_BY_NIGHT = Text("いまのままでは、夜中にも送ります。", "As it is, messages would leave at night.")
_NEVER_REACHED = Text(
    "いまのままでは、1日の上限に届くことがありません。",
    "As it is, the limit of a day could never be reached.",
)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message as pages show it: where it is and why."""

    id: int
    customer_id: int
    channel: str
    content_kind: str
    source_kind: str
    source_id: int
    source_part: str
    template_key: str
    status: str
    status_name: Text
    why: Text
    subject: str
    address: str
    due_at: datetime
    settled_at: datetime | None
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class VariantCount:
    """Messages of one variant by status; of those that left, how many a person opened or pressed."""

    by_status: Mapping[str, int]
    opened: int
    clicked: int


@dataclass(frozen=True, slots=True)
class OpenMessages:
    """How many messages of one content to one class have been asked for and not left yet.

    `of_class` is the key of one of insight's classes.
    """

    source_kind: str
    source_id: int
    template_key: str
    content_kind: str
    channel: str
    due_at: datetime
    of_class: str
    count: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in the local mailbox, as it would have left: `raw` is the full RFC 5322 message."""

    message_id: int
    address: str
    subject: str
    sent_at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class UnsubscribeView:
    """What the page behind an unsubscribe link may show; the address is masked.

    `preferences_path` leads to the page where less can be asked for than an end.
    """

    masked_address: str
    channel: str
    is_done: bool
    preferences_path: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The whole page as one person left it: channels he wants, the words shown beside them, wishes."""

    channels: Collection[str]
    wording: str
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class SendingState:
    """Whether messages leave, and if not, why and until when (None: until somebody resumes)."""

    is_paused: bool
    why: Text | None
    since: datetime | None
    until: datetime | None


class MessageNotFoundError(NotFoundError):
    """There is no such message or mail."""

    code = "message_not_found"


class ConfirmationError(InputError):
    """The number that was confirmed is no longer the number that would be touched."""

    code = "confirmation_differs"


@dataclass(frozen=True, slots=True)
class SentMarketing:
    """One advertisement that left or may have left: what the law asks a proof of consent for."""

    id: int
    channel: str
    subject: str
    template_key: str
    template_version: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class BounceCounts:
    """What became of reports by other mail servers; `unmatched` names no message of ours."""

    bounced: int = 0
    complained: int = 0
    delivered: int = 0
    suppressed: int = 0
    repeated: int = 0
    unmatched: int = 0
    ignored: int = 0

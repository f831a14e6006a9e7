"""What crosses intake's border: layouts of files, orders as given, results of imports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from okaeri.foundation.settings import Contradiction, setting, specs_of
from okaeri.foundation.text import Text


@dataclass(frozen=True, slots=True)
class FileLayout:
    """What a file was recognised as, before anything is read in earnest."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    # Key of the connector that knows this header ("shopify", "eccube", "template"), "" if none does.
    connector: str
    # A saved mapping that fits this header, by name; "" if none.
    saved_mapping: str
    sample: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PartyIn:
    """One contact as its source writes it. Empty text where the source says nothing."""

    member_no: str = ""
    email: str = ""
    phone: str = ""
    line_user_id: str = ""
    family_name: str = ""
    given_name: str = ""
    family_kana: str = ""
    given_kana: str = ""
    postal_code: str = ""
    prefecture: str = ""
    address: str = ""
    birth_on: date | None = None
    email_opt_in: bool | None = None
    # When the source registered him (会員登録日). It says nothing of who he is: no part of equality.
    registered_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LineIn:
    """One product on one order; amounts in the smallest unit, tax included."""

    sku: str
    product_name: str
    quantity: int
    unit_price_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderIn:
    """One order as its source writes it; `status` is a value of `intake.models.Order.Status`."""

    source: str
    order_no: str
    ordered_at: datetime
    status: str
    party: PartyIn
    lines: tuple[LineIn, ...]
    discount_minor: int = 0
    points_minor: int = 0
    shipping_minor: int = 0
    refunded_minor: int = 0
    total_minor: int | None = None
    currency: str = "JPY"
    subscription_no: str = ""
    delivery_no: int | None = None
    media_code: str = ""
    shipped_on: date | None = None
    delivered_on: date | None = None
    extra: dict[str, str] = field(default_factory=dict)
    # Consumption tax inside the lines, None where the source does not say.
    lines_tax_minor: int | None = None
    # The source's own word that `status` was read from, "" where something else decided.
    status_word: str = ""


@dataclass(frozen=True, slots=True)
class ProductIn:
    """One thing the shop sells; None or "" where the source says nothing.

    `stock` is how many pieces are left; `url` its page in the shop.
    """

    sku: str
    name: str = ""
    category: str = ""
    price_minor: int | None = None
    cost_minor: int | None = None
    days_supply: int | None = None
    is_trial: bool = False
    is_sample: bool = False
    stock: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RejectedRowView:
    """One line that could not be used. `line_no` counts the file's lines from 1, header included."""

    line_no: int
    code: str
    reason: Text
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file. Rows are the file's data rows, orders what they made."""

    run_id: int
    filename: str
    connector: str
    encoding: str
    status: str
    error: Text | None
    rows: int
    orders_new: int
    orders_updated: int
    orders_unchanged: int
    rows_rejected: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file read whole and checked, waiting in columnar form on disk; nothing is stored yet.

    `orders_path`, `lines_path` and `parties_path` are Parquet files (schemas in
    `intake.domain.staging`);
    `rejected` holds at most the first 10,000 rejected rows, `rows_rejected` counts them all.
    """

    layout: FileLayout
    folder: Path
    orders_path: Path
    lines_path: Path
    parties_path: Path
    rows: int
    orders: int
    rows_rejected: int
    rejected: tuple[RejectedRowView, ...]
    # Under which source its orders are stored.
    source: str = ""
    # Of a products file: Parquet with only the columns the file has (`staging.PRODUCTS`).
    products_path: Path | None = None


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """One stored party with its normalised keys ("" where absent)."""

    id: int
    source: str
    member_no: str
    email: str
    email_key: str
    phone: str
    phone_key: str
    line_user_id: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    postal_code: str
    prefecture: str
    address: str
    birth_on: date | None
    email_opt_in: bool | None
    seen_at: datetime
    # Since when its source knows it: registered, ordered, wrote; never behind `seen_at`.
    known_at: datetime
    change_no: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One stored order as other stations see it. Amounts in the smallest unit.

    `net_minor`, `margin_minor` and `counted_on` (the day analyses take) follow `CountingRules`.
    """

    id: int
    source: str
    order_no: str
    party_id: int | None
    ordered_at: datetime
    ordered_on: date
    status: str
    is_purchase: bool
    is_trial: bool
    net_minor: int
    margin_minor: int | None
    total_minor: int
    currency: str
    media_code: str
    shipped_on: date | None
    delivered_on: date | None
    change_no: int
    discount_minor: int = 0
    subscription_no: str = ""
    delivery_no: int | None = None
    counted_on: date | None = None

    @property
    def is_delivery(self) -> bool:
        """A subscription's delivery; some carts number deliveries and name no contract."""
        return bool(self.subscription_no) or self.delivery_no is not None

    @property
    def day(self) -> date:
        """The day this order counts on."""
        return self.counted_on or self.ordered_on


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One stored line of an order."""

    order_id: int
    line_no: int
    sku: str
    product_name: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ConnectorInfo:
    """One way of reading a file, for people to choose from."""

    key: str
    name: Text
    note: Text
    # Orders of a mall: counted in every analysis, but its people are never written to.
    is_analysis_only: bool = False
    # Not every column of the layout is documented: people look at the result before they trust it.
    is_partial: bool = False
    # Malls are only some of its shops: staff may say that a file holds none of them.
    is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class RecordKind:
    """What a file of records may hold: our field → its name in the template, and what is needed.

    Columns nobody named are stored with the record, or (a survey) read as questions.
    """

    key: str
    name: Text
    fields: Mapping[str, Text]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappingView:
    """A saved column mapping: our field → column name."""

    name: str
    header_fingerprint: str
    columns: Mapping[str, str]
    created_at: datetime


# ---- live sources ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LiveRules:
    """When a source counts as silent, and how much a program may ask."""

    stale_after_days: int = setting(
        "sources.stale_after_days",
        3,
        Text("データが古いとみなす日数", "Days after which data counts as old"),
        minimum=1,
        maximum=365,
    )
    poll_minutes: int = setting(
        "sources.poll_minutes",
        5,
        Text("Web APIで読みに行く間隔(分)", "Minutes between two looks by Web API"),
        minimum=1,
        maximum=1440,
    )
    requests_per_minute: int = setting(
        "api.requests_per_minute",
        600,
        Text("APIキー1つの1分あたりの回数", "API requests per key and minute"),
        minimum=10,
        maximum=100_000,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give looks so seldom that data would count as old between two of them."""
        if self.poll_minutes >= self.stale_after_days * _MINUTES_A_DAY:
            specs = specs_of(type(self))
            yield Contradiction(
                (specs["stale_after_days"].key, specs["poll_minutes"].key), _OLD_BETWEEN
            )


_MINUTES_A_DAY = 24 * 60
_OLD_BETWEEN = Text(
    "いまのままでは、次に読みに行く前にデータが古いとみなされます。間隔を短くするか、日数を増やしてください。",
    "As it is, data would count as old before it is looked for again; look more often or allow more days.",
)


@dataclass(frozen=True, slots=True)
class SubscriptionEventIn:
    """One thing that happened to a contract; `kind` is a value of `SubscriptionEvent.Kind`."""

    kind: str
    occurred_on: date
    # The n-th shipped delivery; skips do not count.
    delivery_no: int | None = None
    order_no: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionIn:
    """One contract as its source says it stands at `changed_at`; an empty party names nobody anew."""

    source: str
    subscription_no: str
    status: str
    changed_at: datetime
    party: PartyIn = field(default_factory=PartyIn)
    sku: str = ""
    product_name: str = ""
    price_minor: int | None = None
    interval_days: int | None = None
    started_on: date | None = None
    next_on: date | None = None
    cancelled_on: date | None = None
    cancel_reason: str = ""
    events: tuple[SubscriptionEventIn, ...] = ()
    # What else the source told, by its own names; what is known stays where nothing is told.
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InquiryIn:
    """One matter a person brought to the shop, as its source says it stands at `changed_at`."""

    source: str
    inquiry_no: str
    medium: str
    kind: str
    status: str
    opened_at: datetime
    changed_at: datetime
    party: PartyIn = field(default_factory=PartyIn)
    subject: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()
    staff: str = ""
    closed_at: datetime | None = None
    # What else the source told, by its own names; what is known stays where nothing is told.
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallIn:
    """One telephone call with its result, as its source says it at `changed_at`."""

    source: str
    call_no: str
    direction: str
    result: str
    started_at: datetime
    changed_at: datetime
    party: PartyIn = field(default_factory=PartyIn)
    staff: str = ""
    note: str = ""
    duration_seconds: int | None = None
    # The contact that was called, where it is known by its id; `party` says nothing then.
    party_id: int | None = None
    # What else the source told, by its own names; what is known stays where nothing is told.
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentIn:
    """How one order stands with its money at `changed_at`: "open", "paid" or "written_off"."""

    source: str
    order_no: str
    status: str
    changed_at: datetime
    due_on: date | None = None
    paid_on: date | None = None
    # What else the source told, by its own names; what is known stays where nothing is told.
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of given records; `stale` ones were older than what is stored, changing nothing."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.stale + other.stale,
        )


@dataclass(frozen=True, slots=True)
class SubscriptionEventRecord:
    """One stored thing that happened to a contract."""

    kind: str
    occurred_on: date
    delivery_no: int | None
    order_no: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class SubscriptionRecord:
    """One stored contract, what happened to it oldest first.

    `asked` is the kind of what the person asked of it that nobody has carried out yet, "" for nothing.
    """

    id: int
    source: str
    subscription_no: str
    party_id: int | None
    status: str
    sku: str
    product_name: str
    price_minor: int | None
    interval_days: int | None
    started_on: date | None
    next_on: date | None
    cancelled_on: date | None
    cancel_reason: str
    changed_at: datetime
    change_no: int
    events: tuple[SubscriptionEventRecord, ...] = ()
    asked: str = ""


@dataclass(frozen=True, slots=True)
class InquiryRecord:
    """One stored inquiry."""

    id: int
    source: str
    inquiry_no: str
    party_id: int | None
    medium: str
    kind: str
    status: str
    subject: str
    body: str
    tags: tuple[str, ...]
    staff: str
    attachment: str
    opened_at: datetime
    closed_at: datetime | None
    changed_at: datetime
    change_no: int


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One stored call."""

    id: int
    source: str
    call_no: str
    party_id: int | None
    direction: str
    result: str
    staff: str
    note: str
    started_at: datetime
    duration_seconds: int | None
    changed_at: datetime
    change_no: int


@dataclass(frozen=True, slots=True)
class UnpaidOrder:
    """One order whose money was due before the day asked about."""

    party_id: int
    source: str
    order_no: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One live source as staff see it; its secret is never part of this."""

    id: int
    key: str
    kind: str
    name: str
    source: str
    is_active: bool
    created_at: datetime
    last_received_at: datetime | None
    last_error: Text | None
    # Until when the secret before the present one is still accepted; None when there is none.
    previous_secret_until: datetime | None


@dataclass(frozen=True, slots=True)
class PollView:
    """How a source is asked for its news; secrets are never part of this.

    `redirect_url` is what the source must know of us; `is_allowed`: its staff gave their leave.
    """

    shop_url: str
    admin_url: str
    client_id: str
    redirect_url: str
    is_allowed: bool
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One thing a live source sent. `can_retry`: it failed and what was sent is still here."""

    id: int
    delivery_id: str
    topic: str
    status: str
    error: Text | None
    received_at: datetime
    can_retry: bool


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """What a source asks on behalf of a person (Shopify's compliance topics).

    `kind` is "disclosure" or "erasure"; with `whole_shop` nobody in particular is meant.
    """

    kind: str
    source: str
    party: PartyIn
    note: str
    whole_shop: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """How a delivery ended: "done", "ignored", "failed", "duplicate", "unknown", "unsigned", "bad"."""

    outcome: str
    delivery_id: str = ""
    error: Text | None = None


@dataclass(frozen=True, slots=True)
class KindFreshness:
    """One kind of data of one source; `kind` is a value of `SourceMark.Subject`.

    `newest_at` is when the newest of it was, `arrived_at` when something last came (None: before
    that was counted). `rhythm_days` is the usual gap between two days on which something came,
    `limit_days` after how many days without a newer record it is late; None where nobody can say.
    """

    kind: str
    newest_at: datetime
    arrived_at: datetime | None
    rhythm_days: float | None
    limit_days: int | None
    # Whole days of the shop since `newest_at`.
    age_days: int

    @property
    def is_late(self) -> bool:
        return self.limit_days is not None and self.age_days > self.limit_days


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """How fresh one source is, kind by kind; without any it is connected but never sent."""

    source: str
    kinds: tuple[KindFreshness, ...]

    @property
    def age_days(self) -> int | None:
        """Days since the newest of all; None for a source that never sent."""
        return min((kind.age_days for kind in self.kinds), default=None)

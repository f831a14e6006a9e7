"""What crosses intake's border: layouts of files, orders as given, results of imports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class ProductIn:
    """One thing the shop sells; None or "" where the source says nothing."""

    sku: str
    name: str = ""
    category: str = ""
    price_minor: int | None = None
    cost_minor: int | None = None
    days_supply: int | None = None
    is_trial: bool = False
    is_sample: bool = False


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
    change_no: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One stored order as other stations see it. Amounts in the smallest unit."""

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


@dataclass(frozen=True, slots=True)
class MappingView:
    """A saved column mapping: our field → column name."""

    name: str
    header_fingerprint: str
    columns: Mapping[str, str]
    created_at: datetime

"""What crosses the border of customers: people, contact points, purchases, consent."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ConsentAction(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class ConsentBasis(StrEnum):
    """Why we may write (特定電子メール法 3条1項 1号 to 4号)."""

    OPT_IN = "opt_in"
    WRITTEN_NOTICE = "written_notice"
    BUSINESS_RELATIONSHIP = "business_relationship"
    PUBLISHED_ADDRESS = "published_address"


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """One person as staff and templates see him. Empty text where nothing is known."""

    id: int
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    email: str
    phone: str
    postal_code: str
    prefecture: str
    address: str
    birth_on: date | None
    created_at: datetime

    @property
    def full_name(self) -> str:
        """Family name first with one space; the e-mail's local part or 「名前なし」 is the page's business."""
        return " ".join(part for part in (self.family_name, self.given_name) if part)


@dataclass(frozen=True, slots=True)
class ContactPointView:
    """Where one customer is reached on one channel and whether we may.

    `consent` is "granted", "withdrawn" or "none"; `suppressed_because` is "" when not suppressed.
    """

    customer_id: int
    channel: str
    address: str
    consent: str
    consent_at: datetime | None
    suppressed_because: str

    @property
    def may_be_written(self) -> bool:
        """Suppression beats consent, whatever either says of the other."""
        return self.consent == ConsentAction.GRANTED and not self.suppressed_because


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order of one customer, oldest first in a history."""

    order_id: int
    order_no: str
    source: str
    ordered_at: datetime
    ordered_on: date
    is_purchase: bool
    status: str
    net_minor: int
    shipped_on: date | None
    delivered_on: date | None
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One entry of the consent ledger with its proof."""

    channel: str
    action: str
    basis: str
    source: str
    wording: str
    proof: dict[str, str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two customers that became one, by which kinds of keys; `undone_at` when it was taken back."""

    id: int
    kept_id: int
    absorbed_id: int
    evidence: tuple[str, ...]
    party_ids: tuple[int, ...]
    merged_at: datetime
    undone_at: datetime | None

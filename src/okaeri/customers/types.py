"""What crosses the border of customers: people, contact points, purchases, consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from okaeri.foundation.personal import PersonalWords
from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


class ConsentAction(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class ConsentBasis(StrEnum):
    """Why we may write (特定電子メール法 3条1項 1号 to 4号)."""

    OPT_IN = "opt_in"
    WRITTEN_NOTICE = "written_notice"
    BUSINESS_RELATIONSHIP = "business_relationship"
    PUBLISHED_ADDRESS = "published_address"


# The job that looks for one person stored twice.
FIND_CANDIDATES = "find_candidates"


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
    # Since when the shop knows him: registered, ordered, wrote, followed; never behind `created_at`.
    known_at: datetime

    @property
    def full_name(self) -> str:
        """Family name first with one space; the e-mail's local part or 「名前なし」 is the page's business."""
        return " ".join(part for part in (self.family_name, self.given_name) if part)


@dataclass(frozen=True, slots=True)
class PersonTraits:
    """What segments ask of a person beyond his orders."""

    id: int
    birth_on: date | None
    prefecture: str
    known_at: datetime
    # Consent to mail: "granted", "withdrawn" or "none"; None without an address. Blocked addresses are
    # another matter.
    mail_consent: str | None


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
    # A subscription brought it: nobody decided on it that day.
    is_delivery: bool = False
    # Of that subscription; "" and None where the cart names neither.
    subscription_no: str = ""
    delivery_no: int | None = None
    discount_minor: int = 0
    # The day analyses take for it (`intake.counting_types`); None: the day of the order.
    counted_on: date | None = None
    # Of the buyer, where it was asked for.
    prefecture: str = ""

    @property
    def day(self) -> date:
        """The day this purchase counts on."""
        return self.counted_on or self.ordered_on


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
    """Two customers that became one, by which kinds of keys; `undone_at` when it was taken back.

    `merged_by` is "" where a key joined them; `change_no` grows with every merge and every undo.
    """

    id: int
    kept_id: int
    absorbed_id: int
    evidence: tuple[str, ...]
    party_ids: tuple[int, ...]
    merged_at: datetime
    undone_at: datetime | None
    merged_by: str = ""
    undone_by: str = ""
    change_no: int = 0


@dataclass(frozen=True, slots=True)
class DeviceLinkView:
    """From when until (excluded) a device was one person's; None leaves an end open."""

    device_id: str
    customer_id: int
    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies inside."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """One compared field of two people: both sides as they wrote it, and how well they agree.

    `agreement` is "same", "close", "different" or "missing"; `weight` is the evidence in bits, below
    zero where it speaks against one person.
    """

    field: str
    left: str
    right: str
    agreement: str
    weight: float


@dataclass(frozen=True, slots=True)
class CandidateView:
    """Two customers who are probably one: a question to staff. `status`: open, merged or apart."""

    id: int
    left_id: int
    right_id: int
    probability: float
    evidence: tuple[FieldEvidence, ...]
    status: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, kw_only=True)
class MatchingRules:
    """When two customers are alike enough to ask staff whether they are one person."""

    ask_from: float = setting(
        "matching.ask_from",
        0.5,
        Text(
            "名寄せの確認に出す確からしさ(0〜1)",
            "Ask whether two customers are one from this probability (0 to 1)",
        ),
        minimum=0.01,
        maximum=1,
    )


@dataclass(frozen=True, kw_only=True)
class RightsRules:
    """How long proofs are kept and how soon a request must be answered."""

    months_after_stop: int = setting(
        "rights.months_after_stop",
        1,
        Text("停止後に同意の証拠を残す月数", "Months to keep proof after sending stopped"),
        minimum=1,
        maximum=120,
    )
    years_after_ad: int = setting(
        "rights.years_after_ad",
        3,
        Text(
            "最後の広告から同意の証拠を残す年数", "Years to keep proof after the last advertisement"
        ),
        minimum=3,
        maximum=30,
    )
    days_to_answer: int = setting(
        "rights.days_to_answer",
        14,
        Text("開示などの請求に答える日数", "Days to answer a request"),
        minimum=1,
        maximum=90,
    )
    years_of_access: int = setting(
        "rights.years_of_access",
        3,
        Text("閲覧と提供の記録を残す年数", "Years to keep the log of who saw and was given what"),
        minimum=3,
        maximum=30,
    )
    processors: str = setting(
        "rights.processors",
        "",
        Text(
            "個人データの取り扱いを任せている先(「名前: 任せること」を ; で区切る)",
            "Who handles personal data for the shop (name: what for; separated by ;)",
        ),
    )

    def processor_list(self) -> tuple[str, ...]:
        """Give the processors one by one, as written."""
        parts = self.processors.replace("；", ";").split(";")
        return tuple(part.strip() for part in parts if part.strip())


@dataclass(frozen=True, slots=True)
class Retention:
    """Until which day the proof is kept and which rule says so; None: no proof need be kept."""

    until: date | None
    why: Text


@dataclass(frozen=True, slots=True)
class DataRequestView:
    """One request of a person about his data, with its clock."""

    id: int
    kind: str
    status: str
    customer_id: int | None
    source: str
    note: str
    received_at: datetime
    due_on: date
    verified_how: str
    ended_at: datetime | None
    handled_by: str


@dataclass(frozen=True, slots=True)
class ErasureView:
    """One erased person: nothing of him but a number, and until when the sealed proof is kept."""

    token: str
    customer_id: int
    erased_at: datetime
    proof_until: date | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """What one person is known by everywhere: ids for tables, words for texts and files."""

    customer_ids: tuple[int, ...]
    party_ids: tuple[int, ...]
    # Spans of devices that were his: (device, from, until); None leaves an end open.
    devices: tuple[tuple[str, datetime | None, datetime | None], ...]
    words: PersonalWords
    # Mail addresses as they stand in envelopes.
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileOrigins:
    """Part of the profile (`domain.profile.PARTS`) → source it came from; all sources of the person."""

    parts: Mapping[str, str]
    sources: frozenset[str]

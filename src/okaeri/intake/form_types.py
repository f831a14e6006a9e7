"""What crosses intake's border about forms: what a form asks, what people wrote, and the proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

KINDS = ("signup", "document", "popup")
MOST_QUESTIONS = 6


class Need(StrEnum):
    """Whether a form asks for something."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the shop's own; `key` is the attribute of the person that the answer becomes.

    `kind` is "choice" (one of `choices`), "tags" (any of them) or "text".
    """

    key: str
    label: Text
    kind: str
    choices: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that is handed out: its name for people, where it lies, what it is."""

    name: str
    stored: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """What a form shows and asks. The address for mail is always asked for.

    `needs`: contact field ("name", "kana", "phone", "postal", "address", "birth") → `Need`.
    `consent`: the words beside the box, which is never ticked beforehand; both texts empty on a form
    that asks for no consent to advertising. `origins`: where the form may be embedded.
    """

    title: Text
    intro: Text
    consent: Text
    thanks: Text
    needs: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    tags: tuple[str, ...] = ()
    media_code: str = ""
    is_double: bool = True
    # Nobody gets past the form without agreeing; a document request can do without.
    must_agree: bool = False
    file: FormFile | None = None
    origins: tuple[str, ...] = ()
    # LINE's address to become the shop's friend, offered once the form was sent; "" for none.
    line_url: str = ""

    @property
    def asks_consent(self) -> bool:
        return bool(self.consent.ja)


@dataclass(frozen=True, slots=True)
class FormView:
    """One form with its counts. `blocked`: kind of refusal → how often."""

    id: int
    key: str
    kind: str
    version: int
    is_open: bool
    definition: FormDefinition
    entries: int
    confirmed: int
    downloads: int
    blocked: Mapping[str, int]
    changed_at: datetime

    @property
    def confirmed_share(self) -> float | None:
        return self.confirmed / self.entries if self.entries else None

    @property
    def blocked_total(self) -> int:
        return sum(self.blocked.values())


@dataclass(frozen=True, slots=True)
class FormProof:
    """Where and how a form was filled in. The address of the request is a keyed hash, never itself."""

    page: str = ""
    address_mark: str = ""
    browser: str = ""
    language: str = ""
    # sha256 of what the shop says it uses the data for; "" where it never said.
    purpose: str = ""

    def as_json(self) -> dict[str, str]:
        """Give the form that is stored."""
        said = {"purpose": self.purpose} if self.purpose else {}
        return said | {
            "page": self.page[:500],
            "address_mark": self.address_mark,
            "browser": self.browser[:300],
            "language": self.language,
        }


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What somebody wrote, checked and cleaned; contact fields have the names of `PartyIn`."""

    answers: Mapping[str, str | list[str]]
    tags: tuple[str, ...]
    has_agreed: bool
    wording: str


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One filled-in form as other stations see it."""

    id: int
    form_key: str
    form_kind: str
    form_version: int
    token: str
    status: str
    party_id: int | None
    answers: Mapping[str, str | list[str]]
    tags: tuple[str, ...]
    media_code: str
    has_agreed: bool
    wording: str
    proof: Mapping[str, str]
    mails: int
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    downloads: int
    change_no: int

    @property
    def email(self) -> str:
        return str(self.answers.get("email", ""))

    @property
    def language(self) -> str:
        return self.proof.get("language", "ja")


class WrongAnswersError(InputError):
    """What was written cannot be used: field → sentence. Nothing was stored."""

    code = "wrong_answers"

    def __init__(self, problems: Mapping[str, Text]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class FormRules:
    """Limits of all forms."""

    least_seconds: int = setting(
        "forms.least_seconds",
        2,
        Text("これより速い送信は受け付けない(秒)", "Turn away what is sent faster (seconds)"),
        minimum=0,
        maximum=60,
    )
    per_address_an_hour: int = setting(
        "forms.per_address_an_hour",
        20,
        Text("同じ接続元からの1時間の上限", "Entries an hour from one connection at most"),
        minimum=1,
        maximum=10_000,
    )
    per_email_a_day: int = setting(
        "forms.per_email_a_day",
        3,
        Text("同じアドレスへの1日の確認メール", "Confirmation mails a day to one address"),
        minimum=1,
        maximum=100,
    )
    confirm_hours: int = setting(
        "forms.confirm_hours",
        48,
        Text("確認リンクの有効時間", "Hours a confirmation link is good"),
        minimum=1,
        maximum=720,
    )
    file_days: int = setting(
        "forms.file_days",
        14,
        Text("資料のリンクの有効日数", "Days a link to a document is good"),
        minimum=1,
        maximum=365,
    )
    forget_days: int = setting(
        "forms.forget_days",
        30,
        Text(
            "確認されなかった申し込みの内容を消すまでの日数",
            "Days until what was never confirmed is blanked",
        ),
        minimum=1,
        maximum=365,
    )

"""What people said of the shop in other tools, as it crosses intake's border: reviews and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from okaeri.intake.types import PartyIn


@dataclass(frozen=True, slots=True)
class ReviewIn:
    """One review as its source says it stands at `changed_at`; `stars` are 1 to 5.

    Who wrote it: `party`, or nobody but the buyer of `order_no`. `site` is where it stands (the shop
    itself, a mall); `is_published` is None where the source does not say. `extra` holds what else
    the source told, by its own names.
    """

    source: str
    review_no: str
    stars: int
    written_at: datetime
    changed_at: datetime
    party: PartyIn = field(default_factory=PartyIn)
    order_no: str = ""
    sku: str = ""
    product_name: str = ""
    title: str = ""
    body: str = ""
    site: str = ""
    is_published: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SurveyAnswerIn:
    """One answer to one question of another tool's survey, as it stands at `changed_at`.

    Answers to the shop's own one-question mails are `listen`'s.
    """

    source: str
    answer_no: str
    survey: str
    question: str
    answer: str
    answered_at: datetime
    changed_at: datetime
    party: PartyIn = field(default_factory=PartyIn)
    order_no: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One stored review."""

    id: int
    source: str
    review_no: str
    party_id: int | None
    order_no: str
    sku: str
    product_name: str
    stars: int
    title: str
    body: str
    site: str
    is_published: bool | None
    extra: Mapping[str, str]
    written_at: datetime
    changed_at: datetime
    change_no: int


@dataclass(frozen=True, slots=True)
class SurveyAnswerRecord:
    """One stored answer of another tool's survey."""

    id: int
    source: str
    answer_no: str
    party_id: int | None
    order_no: str
    survey: str
    question: str
    answer: str
    extra: Mapping[str, str]
    answered_at: datetime
    changed_at: datetime
    change_no: int

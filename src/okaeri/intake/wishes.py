"""The part of intake's door for what people ask of their subscriptions; `api` gives it to others."""

from collections.abc import Collection, Iterable
from datetime import datetime

from okaeri.intake.domain.subscription_requests import possible_for
from okaeri.intake.records import subscription_requests as requests
from okaeri.intake.records.subscription_requests import Asked
from okaeri.intake.request_types import RequestFilter, SubscriptionRequestView

__all__ = [
    "Asked", "ask_of_subscription", "count_subscription_requests", "end_subscription_request",
    "find_subscription_requests", "get_subscription_request", "leaving", "list_subscription_requests",
    "list_subscription_requests_after", "oldest_open_request", "possible_requests",
    "reason_of_request", "subscription_requests_of", "take_back_request",
]  # fmt: skip


def possible_requests(status: str) -> tuple[str, ...]:
    """Give the kinds a person may ask of a contract in this status."""
    return possible_for(status)


def ask_of_subscription(
    party_ids: Collection[int],
    contract_id: int,
    kind: str,
    *,
    months: int = 0,
    came_from: str,
    language: str,
    now: datetime,
) -> Asked:
    """Keep a wish about one of these contacts' contracts; the same again changes nothing.

    Another open wish about the contract is withdrawn by it. Raises NotFoundError for anybody else's
    contract and InputError for what cannot be asked of it now.
    """
    return requests.ask(
        party_ids,
        contract_id,
        kind,
        months=months,
        came_from=came_from,
        language=language,
        now=now,
    )


def take_back_request(party_ids: Collection[int], request_id: int, now: datetime) -> None:
    """Withdraw a wish that nobody has carried out. Raises NotFoundError, and InputError too late."""
    requests.take_back(party_ids, request_id, now)


def reason_of_request(
    party_ids: Collection[int], request_id: int, *, reason: str, note: str, now: datetime
) -> None:
    """Keep why somebody cancels; both may be empty. Raises NotFoundError, InputError."""
    requests.give_reason(party_ids, request_id, reason=reason, note=note, now=now)


def end_subscription_request(
    request_id: int, *, is_declined: bool = False, by: str, note: str = "", now: datetime
) -> Asked:
    """Say that the cart has carried a wish out (the contract then stands so), or why it cannot.

    The same again changes nothing. Raises NotFoundError, and InputError where it ended otherwise or
    is declined without a reason.
    """
    return requests.end(request_id, is_declined=is_declined, by=by, note=note, now=now)


def get_subscription_request(request_id: int) -> SubscriptionRequestView:
    """Give one wish or raise NotFoundError."""
    return requests.get(request_id)


def find_subscription_requests(request_ids: Collection[int]) -> dict[int, SubscriptionRequestView]:
    """Give id → wish; unknown ids are left out."""
    return requests.find(request_ids)


def subscription_requests_of(party_ids: Iterable[int]) -> list[SubscriptionRequestView]:
    """Give everything these contacts ever asked of their contracts, oldest first."""
    return requests.of_parties(party_ids)


def list_subscription_requests_after(
    change_no: int, limit: int, *, only_open: bool = False
) -> list[SubscriptionRequestView]:
    """Give wishes behind a change number, in the order of change."""
    return requests.after(change_no, limit, only_open=only_open)


def list_subscription_requests(
    which: RequestFilter, offset: int = 0, limit: int | None = None
) -> list[SubscriptionRequestView]:
    """Give part of a list: open wishes by how long they wait, others the newest first."""
    return requests.page(which, offset, limit)


def count_subscription_requests(which: RequestFilter) -> int:
    """Give how many wishes a list holds."""
    return requests.count(which)


def oldest_open_request() -> tuple[int, datetime | None]:
    """Give how many wishes wait, and since when the first of them does."""
    return requests.oldest_open()


def leaving(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts whose wish to cancel or pause is still open."""
    return requests.leaving(party_ids)

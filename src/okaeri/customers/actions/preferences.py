"""What people asked of us, over all numbers of a person; and the signed link that proves who asks."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from okaeri.customers.actions.rights import request_data
from okaeri.customers.domain.preferences import check_wishes, combine
from okaeri.customers.preference_types import PreferenceView, Wishes
from okaeri.customers.store import families, preferences, requests
from okaeri.customers.types import DataRequestView
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.ids import sign, signature_matches
from okaeri.foundation.text import Text

_PURPOSE = "preferences"
_NOBODY = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")


def list_preferences(customer_ids: Iterable[int]) -> dict[int, PreferenceView]:
    """Give asked id → the person's wishes; whoever asked for nothing is left out.

    Before the first wish of a shop this costs one look at an empty table: a claim asks it each time.
    """
    if preferences.is_empty():
        return {}
    numbers = families.families_of(customer_ids)
    said = preferences.read({number for family in numbers.values() for number in family})
    found = {}
    for asked, family in numbers.items():
        words = [said[number] for number in family if number in said]
        if words:
            changed_at = max(at for at, _ in words)
            found[asked] = PreferenceView(family[0], combine(words), changed_at)
    return found


def find_preference(customer_id: int) -> PreferenceView | None:
    """Give one person's wishes; None where he never asked for anything."""
    return list_preferences([customer_id]).get(customer_id)


def record_preference(customer_id: int, wishes: Wishes, at: datetime) -> None:
    """Keep what a person asks for now, in place of all he asked before, whichever number he had then.

    Raises InputError for wishes that cannot be and NotFoundError for an unknown number.
    """
    checked = check_wishes(wishes)
    with transaction.atomic():
        family = families.families_of([customer_id]).get(customer_id)
        if not family:
            raise NotFoundError(_NOBODY.format(id=customer_id))
        spoken = preferences.read(family)
        preferences.write({family[0], *spoken}, checked, at)


def open_requests_of(customer_id: int) -> list[DataRequestView]:
    """Give what a person asked about his data that is not answered yet, oldest first."""
    return requests.open_of(families.families_of([customer_id]).get(customer_id, ()))


def request_data_once(kind: str, customer_id: int, *, source: str, received_at: datetime) -> None:
    """Store a person's request unless the same one is still open: a button may be pressed twice."""
    with transaction.atomic():
        if all(one.kind != kind for one in open_requests_of(customer_id)):
            request_data(kind, customer_id, source=source, received_at=received_at)


def preference_link(customer_id: int, base_url: str, secret: str) -> str:
    """Give the page where one person chooses: his number and 160 bits of HMAC. No database."""
    return f"{base_url}/w/{customer_id}-{sign(secret, _PURPOSE, customer_id)}/"


def subscription_link(customer_id: int, base_url: str, secret: str) -> str:
    """Give the page where one person skips, pauses and cancels his subscriptions; it never ends."""
    return f"{preference_link(customer_id, base_url, secret)}subscriptions/"


def find_by_link(token: str, secret: str) -> int | None:
    """Give whose page a link opens (the live number); None for a link we did not make."""
    number, _, signature = token.partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or not signature.isascii():
        return None
    if not signature_matches(signature, secret, _PURPOSE, int(number)):
        return None
    family = families.families_of([int(number)]).get(int(number))
    return family[0] if family else None

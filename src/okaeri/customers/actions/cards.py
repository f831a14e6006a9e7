"""Membership cards: issued once, found by their code, shown behind a signed link."""

from django.db import transaction

from okaeri.customers.domain.cards import card_code, card_key, read_card
from okaeri.customers.models import IdentityKey
from okaeri.customers.store import families, identity
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.ids import sign, signature_matches
from okaeri.foundation.text import Text

_PURPOSE = "card"
_KIND = IdentityKey.Kind.MEMBER.value
_NOBODY = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")


def issue_card(customer_id: int, secret: str) -> str:
    """Give the person's card code, made now where he has none; from here on tills may name it."""
    with transaction.atomic():
        identity.wait_for_cursor()
        found = find_card(customer_id)
        if found:
            return found
        root = identity.roots_of([customer_id]).get(customer_id)
        if root is None:
            raise NotFoundError(_NOBODY.format(id=customer_id))
        code = card_code(root, secret)
        identity.insert_keys({(_KIND, card_key(code)): root})
    return code


def find_card(customer_id: int) -> str:
    """Give a person's card code, the oldest of several; "" where no card was issued."""
    ids = families.families_of([customer_id]).get(customer_id, ())
    keys = IdentityKey.objects.filter(customer_id__in=ids, kind=_KIND, value__startswith="card:")
    value = keys.order_by("id").values_list("value", flat=True).first()
    return "" if value is None else value.removeprefix("card:")


def find_by_card(text: str) -> int | None:
    """Give whose card a code is (the live number); None where none was issued with it."""
    code = read_card(text)
    if not code:
        return None
    owner = identity.owners_of([(_KIND, card_key(code))]).get((_KIND, card_key(code)))
    return None if owner is None else identity.roots_of([owner]).get(owner)


def card_link(customer_id: int, base_url: str, secret: str) -> str:
    """Give the address of a person's card: his number and 160 bits of HMAC. No database."""
    return f"{base_url}/m/{customer_id}-{sign(secret, _PURPOSE, 'link', customer_id)}/"


def find_by_card_link(token: str, secret: str) -> int | None:
    """Give whose card a link shows (the live number); None for a link we did not make."""
    number, _, signature = token.partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or not signature.isascii():
        return None
    if not signature_matches(signature, secret, _PURPOSE, "link", int(number)):
        return None
    return identity.roots_of([int(number)]).get(int(number))

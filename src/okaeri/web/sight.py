"""What of people a page shows to the one who looks, and the note that he looked.

Every page that shows people passes them through here: whoever may not see personal data gets
山田●●, and the access log hears of both.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.http import HttpRequest

from okaeri.customers import api as customers
from okaeri.customers.access_types import ProvisionBasis
from okaeri.customers.types import ContactPointView, CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.rewards import api as rewards
from okaeri.web.access import may

REVEAL_SECONDS = 15 * 60
# Bases on which somebody else may be given people's data.
GIVEN_ON = (
    *(ProvisionBasis.ENTRUSTED, ProvisionBasis.CONSENT, ProvisionBasis.SHARED),
    ProvisionBasis.LAW,
)
_SESSION_KEY = "revealed"
NAMES = ("name",)
PROFILE = ("name", "email", "phone", "address", "birthday")
_MASKED = ("masked",)


def sees_personal(request: HttpRequest, customer_id: int | None = None) -> bool:
    """Tell whether this person may see names and addresses: by role, or of one for a while."""
    if may(request.user, "customers.see_personal"):
        return True
    if customer_id is None:
        return False
    until = request.session.get(_SESSION_KEY, {}).get(str(customer_id), 0)
    # The wall clock on purpose: a simulated clock that stands still must not keep a door open.
    return bool(until > time.time()) and may(request.user, "customers.reveal")


def reveal(request: HttpRequest, customer_id: int) -> None:
    """Show one person in full to this session for a quarter of an hour, and note it."""
    note(request, "reveal", [customer_id], PROFILE)
    now = time.time()
    open_ones = {k: v for k, v in request.session.get(_SESSION_KEY, {}).items() if v > now}
    request.session[_SESSION_KEY] = {**open_ones, str(customer_id): now + REVEAL_SECONDS}


def note(
    request: HttpRequest,
    action: str,
    customer_ids: Collection[int],
    fields: Sequence[str],
    basis: ProvisionBasis | None = None,
) -> None:
    """Put into the access log who saw whose data on which page; never what was typed.

    A download is given to whom the page of downloads was told, if not on a `basis` of its own.
    """
    if customer_ids or action in ("search", "export"):
        name = request.user.get_username()
        recipient = ""
        if basis is None and action == "export":
            recipient, basis = given_to(request)
            # Masked and for the shop itself: nobody's data went anywhere.
            basis = None if tuple(fields) == _MASKED and not recipient else basis
        customers.log_access(
            *(name, action, customer_ids, fields, request.path_info, clock.now()),
            recipient=recipient,
            basis=basis,
        )


def given_to(request: HttpRequest) -> tuple[str, ProvisionBasis]:
    """Give for whom a download is and why, as its address says: the shop where it says nothing."""
    recipient = request.GET.get("given_to", "").strip()[:150]
    basis = request.GET.get("given_on", "")
    if recipient and basis in GIVEN_ON:
        return recipient, ProvisionBasis(basis)
    return "", ProvisionBasis.OWN


def show(
    request: HttpRequest,
    people: Mapping[int, CustomerProfile],
    *,
    fields: Sequence[str] = NAMES,
    action: str = "view",
) -> dict[int, CustomerProfile]:
    """Give people as this person may see them, and note that he did."""
    shown = {number: veil(request, profile) for number, profile in people.items()}
    in_full = [p.id for p in shown.values() if sees_personal(request, p.id)]
    masked = {profile.id for profile in shown.values()} - set(in_full)
    note_if_any(request, action, in_full, fields)
    note_if_any(request, action, masked, _MASKED)
    return shown


def note_if_any(
    request: HttpRequest, action: str, customer_ids: Collection[int], fields: Sequence[str]
) -> None:
    """Note a look at somebody; nobody is no look."""
    if customer_ids:
        note(request, action, customer_ids, fields)


def show_list(
    request: HttpRequest, people: Iterable[CustomerProfile], *, action: str = "view"
) -> list[CustomerProfile]:
    """Do as `show` for a list."""
    return list(show(request, {p.id: p for p in people}, action=action).values())


def show_one(request: HttpRequest, profile: CustomerProfile) -> CustomerProfile:
    """Do as `show` for one person's own page."""
    return show(request, {profile.id: profile}, fields=PROFILE)[profile.id]


def veil(request: HttpRequest, profile: CustomerProfile) -> CustomerProfile:
    """Give one person as this person may see him."""
    return profile if sees_personal(request, profile.id) else customers.mask_profile(profile)


def veil_address(request: HttpRequest, customer_id: int, address: str) -> str:
    """Give an address as this person may see it."""
    return address if sees_personal(request, customer_id) else customers.mask_address(address)


def veil_point(request: HttpRequest, point: ContactPointView) -> str:
    """Give the address of a contact point as this person may see it."""
    return veil_address(request, point.customer_id, point.address)


def veil_words(request: HttpRequest, profile: CustomerProfile | None, text: str) -> str:
    """Give words about or to one person without his name and addresses, where they are not for all.

    His coupon codes and the links that act in his name are for nobody but him.
    """
    text = rewards.hide_gifts(text)
    if profile is None:
        return text if sees_personal(request) else ""
    return text if sees_personal(request, profile.id) else customers.mask_words(text, profile)


def veil_text(request: HttpRequest, profile: CustomerProfile, text: Text | None) -> Text | None:
    """Do as `veil_words` in both languages."""
    if text is None:
        return None
    return Text(veil_words(request, profile, text.ja), veil_words(request, profile, text.en))

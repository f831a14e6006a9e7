"""Who may see and do what: five roles, one table, and the word every view says about itself.

A view without a word is the administrators' alone; a test walks every address for such views.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User

from okaeri.foundation.errors import OkaeriError
from okaeri.foundation.text import Text

View = TypeVar("View", bound=Callable[..., Any])
Person = AbstractBaseUser | AnonymousUser


class Role(StrEnum):
    """What somebody does in the shop."""

    ADMIN = "admin"
    MARKETER = "marketer"
    SERVICE = "service"
    VIEWER = "viewer"
    WAREHOUSE = "warehouse"


ROLE_NAMES: Mapping[Role, Text] = {
    Role.ADMIN: Text("管理者", "Administrator"),
    Role.MARKETER: Text("販促担当", "Marketer"),
    Role.SERVICE: Text("お客様対応", "Customer service"),
    Role.VIEWER: Text("閲覧のみ", "Viewer"),
    Role.WAREHOUSE: Text("出荷担当", "Warehouse"),
}
_A, _M, _S, _V, _W = Role.ADMIN, Role.MARKETER, Role.SERVICE, Role.VIEWER, Role.WAREHOUSE
# Permission → who has it. "see" is reading, "change" is writing; personal data is a matter of its own.
PERMISSIONS: Mapping[str, frozenset[Role]] = {
    "figures.see": frozenset({_A, _M, _S, _V}),
    "customers.see": frozenset({_A, _M, _S, _V, _W}),
    # Names, addresses and numbers in full, everywhere.
    "customers.see_personal": frozenset({_A, _S}),
    # In full for one person at a time, and the log says so.
    "customers.reveal": frozenset({_A, _S, _M, _W}),
    "customers.change": frozenset({_A, _S, _M}),
    "customers.export": frozenset({_A, _S, _M}),
    "segments.change": frozenset({_A, _M}),
    "journeys.see": frozenset({_A, _M, _S, _V}),
    "journeys.change": frozenset({_A, _M}),
    "messages.see": frozenset({_A, _M, _S, _V}),
    "messages.send": frozenset({_A, _M}),
    # The call list: names and numbers of people to telephone.
    "calls.make": frozenset({_A, _M, _S}),
    "voices.see": frozenset({_A, _M, _S, _V}),
    "voices.change": frozenset({_A, _M, _S}),
    "imports.see": frozenset({_A, _M, _S}),
    "imports.change": frozenset({_A, _M}),
    "jobs.see": frozenset({_A, _M, _S, _V}),
    "jobs.change": frozenset({_A, _M}),
    # Forms, pop-ups, the script on the shop's pages.
    "forms.see": frozenset({_A, _M, _S, _V}),
    "forms.change": frozenset({_A, _M}),
    # What goes into the parcel: cards and inserts for one person's order.
    "fulfilment.see": frozenset({_A, _S, _W}),
    "settings.see": frozenset({_A, _M, _S, _V}),
    "settings.change": frozenset({_A}),
    # Keys, secrets, live sources.
    "connections.change": frozenset({_A}),
    "requests.change": frozenset({_A, _S}),
    "privacy.see": frozenset({_A}),
    "privacy.erase": frozenset({_A}),
    "staff.change": frozenset({_A}),
    # Palette, own password: every member of staff.
    "self": frozenset({_A, _M, _S, _V, _W}),
}


_NOT_YOURS = Text(
    "あなたの役割ではこの操作はできません。必要なときは管理者に頼んでください。",
    "Your role does not allow this. Ask an administrator if you need it.",
)


class NotAllowedError(OkaeriError):
    """Somebody's role does not allow what was asked."""

    def __init__(self) -> None:
        super().__init__(_NOT_YOURS)


def open_to_all(view: View) -> View:
    """Mark a view that needs no login (login itself, first run, pages for customers)."""
    view.is_open_to_all = True  # type: ignore[attr-defined]
    return view


def needs(permission: str, *, to_post: str = "") -> Callable[[View], View]:
    """Say which permission a view asks for; `to_post` another one for changing by it."""
    for name in filter(None, (permission, to_post)):
        if name not in PERMISSIONS:
            raise ValueError(f"there is no permission {name!r}")

    def mark(view: View) -> View:
        view.needs = (permission, to_post or permission)  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any], method: str) -> str | None:
    """Give what a view asks for; None where it says nothing."""
    said: tuple[str, str] | None = getattr(view, "needs", None)
    if said is None:
        return None
    return said[0] if method in ("GET", "HEAD", "OPTIONS") else said[1]


def role_of(user: Person) -> Role | None:
    """Give somebody's role; None for whoever is not active staff. Without a role staff may only look."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return None
    if user.is_superuser:
        return Role.ADMIN
    known: Role | None = getattr(user, "_okaeri_role", None)
    if known is None:
        names = set(user.groups.values_list("name", flat=True))
        known = next((role for role in Role if role in names), Role.VIEWER)
        user._okaeri_role = known  # type: ignore[attr-defined]
    return known


def may(user: Person, permission: str) -> bool:
    """Tell whether somebody has a permission."""
    role = role_of(user)
    return role is not None and role in PERMISSIONS[permission]


def require(user: Person, permission: str) -> None:
    """Raise NotAllowedError where somebody lacks a permission."""
    if not may(user, permission):
        raise NotAllowedError


def give_role(user: User, role: Role) -> None:
    """Make a role somebody's only one; an administrator is a superuser as well."""
    group, _ = Group.objects.get_or_create(name=role.value)
    user.groups.set([group])
    is_admin = role is Role.ADMIN
    User.objects.filter(pk=user.pk).update(is_superuser=is_admin, is_staff=True)
    user.is_superuser, user.is_staff = is_admin, True
    user.__dict__.pop("_okaeri_role", None)

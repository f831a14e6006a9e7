"""Who works here: invited by a link, given a role, let go again; one administrator always stays."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.text import Text
from okaeri.web import onetime
from okaeri.web.access import Role, give_role, role_of

_NAME_LENGTH = 150
_NO_NAME = Text("名前を入力してください。", "Give a name.")
_TAKEN = Text(
    "「{name}」はもういます。別の名前にしてください。", "{name} exists; choose another name."
)
_NO_ROLE = Text("役割を選んでください。", "Choose a role.")
_NOBODY = Text("そのスタッフは見つかりません。", "There is no such member of staff.")
_LAST = Text(
    "最後の管理者です。先に別の方を管理者にしてください。",
    "This is the last administrator; make somebody else one first.",
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff."""

    id: int
    name: str
    role: Role
    is_active: bool
    has_password: bool
    last_login: datetime | None


def list_members() -> list[Member]:
    """Give everybody who works or worked here."""
    rows = User.objects.filter(is_staff=True).prefetch_related("groups").order_by("id")
    return [
        Member(
            row.pk, row.get_username(), _role(row), row.is_active,
            row.has_usable_password(), row.last_login,
        )
        for row in rows
    ]  # fmt: skip


def _role(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMIN
    names = {group.name for group in user.groups.all()}
    return next((role for role in Role if role in names), Role.VIEWER)


def invite(name: str, role: str, base_url: str) -> str:
    """Let somebody in: gives the link, which is shown once and works once."""
    name = name.strip()
    if not 0 < len(name) <= _NAME_LENGTH:
        raise InputError(_NO_NAME)
    with transaction.atomic():
        next_numbers("web.staff")
        if User.objects.filter(username__iexact=name).exists():
            raise InputError(_TAKEN.format(name=name))
        user = User.objects.create_user(username=name, password=None, is_staff=True)
        give_role(user, _known(role))
        return onetime.issue_invitation(user, base_url)


def new_link(user_id: int, base_url: str) -> str:
    """Give a new link to somebody who lost his; the earlier one ends."""
    user = _get(user_id)
    if not user.is_active:
        raise NotFoundError(_NOBODY)
    return onetime.issue_invitation(user, base_url)


def change_role(user_id: int, role: str) -> None:
    """Give somebody another role."""
    with transaction.atomic():
        # Two administrators who demote each other at once come one after the other.
        next_numbers("web.staff")
        user, wanted = _get(user_id), _known(role)
        if wanted is not Role.ADMIN:
            _keep_one_administrator(user)
        give_role(user, wanted)


def set_active(user_id: int, *, is_active: bool) -> None:
    """Let somebody go, at once for open sessions too, or let him back in."""
    with transaction.atomic():
        next_numbers("web.staff")
        user = _get(user_id)
        if not is_active:
            _keep_one_administrator(user)
            onetime.withdraw_links(user)
        User.objects.filter(pk=user.pk).update(is_active=is_active)


def _keep_one_administrator(user: User) -> None:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if role_of(user) is Role.ADMIN and not others.exists():
        raise InputError(_LAST)


def _get(user_id: int) -> User:
    user = User.objects.filter(pk=user_id, is_staff=True).first()
    if user is None:
        raise NotFoundError(_NOBODY)
    return user


def _known(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise InputError(_NO_ROLE) from None

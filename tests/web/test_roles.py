"""Roles: what each may open, what each sees of people, and who may let others in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver

from okaeri.customers.models import AccessEntry, Customer
from okaeri.deliver.models import Message
from okaeri.insight import api as insight
from okaeri.listen.models import Answer
from okaeri.web.access import PERMISSIONS, Role, give_role, needs
from okaeri.web.urls import urlpatterns
from tests.web.conftest import PASSWORD
from tests.web.test_strangers import _addresses

pytestmark = pytest.mark.django_db
Enter = Callable[[str], Client]


@pytest.fixture
def enter(db: None) -> Enter:
    """Come in as somebody of a role."""

    def come_in(role: str) -> Client:
        user = User.objects.create_user(f"{role}-person", password=PASSWORD, is_staff=True)
        give_role(user, Role(role))
        client = Client(headers={"accept-language": "ja"})
        client.force_login(user)
        return client

    return come_in


def _views(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(list(pattern.url_patterns))
        elif isinstance(pattern, URLPattern):
            yield str(pattern.pattern), pattern.callback


def test_every_view_says_what_it_needs_or_that_it_is_open_to_all() -> None:
    silent = [
        f"{address} ({view.__module__}.{view.__name__})"
        for address, view in _views(list(urlpatterns))
        if not getattr(view, "needs", None) and not getattr(view, "is_open_to_all", False)
    ]
    assert silent == []


def test_a_view_cannot_ask_for_a_permission_that_is_not_in_the_table() -> None:
    with pytest.raises(ValueError, match=r"customers\.fly"):
        needs("customers.fly")


@pytest.mark.covers("Q-22")
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_the_table_says_and_nothing_else(role: Role, enter: Enter) -> None:
    asked = {
        "/analysis/portfolio/": "figures.see",
        "/customers/": "customers.see",
        "/actions/journeys/": "journeys.see",
        "/actions/calendar/": "journeys.see",
        "/actions/calendar/new/": "journeys.change",
        "/actions/messages/": "messages.see",
        "/voices/": "voices.see",
        "/settings/": "settings.see",
        "/settings/imports/": "imports.see",
        "/settings/jobs/": "jobs.see",
        "/settings/privacy/": "requests.change",
        "/settings/privacy/access/": "privacy.see",
        "/settings/privacy/provisions/": "privacy.see",
        "/settings/privacy/purpose/": "settings.see",
        "/settings/staff/": "staff.change",
    }
    client = enter(role.value)
    for address, permission in asked.items():
        allowed = role in PERMISSIONS[permission]
        assert client.get(address).status_code == (200 if allowed else 403), address


@pytest.mark.parametrize(
    ("address", "fields", "permission"),
    [
        ("/settings/", {}, "settings.change"),
        ("/actions/sending/pause/", {}, "messages.send"),
        ("/actions/journeys/install/", {}, "journeys.change"),
        ("/actions/calendar/new/", {"title": "x"}, "journeys.change"),
        ("/actions/calendar/1/draft/", {}, "journeys.change"),
        ("/settings/jobs/refresh/", {}, "jobs.change"),
        ("/settings/staff/invite/", {"name": "x", "role": "admin"}, "staff.change"),
        ("/customers/1/erase/", {}, "privacy.erase"),
    ],
)
def test_who_may_only_look_changes_nothing(
    address: str, fields: dict[str, str], permission: str, enter: Enter
) -> None:
    for role in set(Role) - PERMISSIONS[permission]:
        before = User.objects.count() + 1
        assert enter(role.value).post(address, fields).status_code == 403
        assert User.objects.count() == before


@pytest.mark.parametrize("role", ["marketer", "service", "viewer"])
def test_a_count_leads_whoever_reads_figures_to_its_people(role: str, enter: Enter) -> None:
    client, address = enter(role), "/analysis/segments/new/?stage=prime&lapsed=0"
    may_keep = Role(role) in PERMISSIONS["segments.change"]
    page = client.get(address)
    # Who keeps no segments sees the list of these people at once.
    assert page.status_code == (200 if may_keep else 302)
    text = (page if may_keep else client.get(page.headers["Location"])).content.decode()
    assert ("0人 います" if may_keep else "条件に合うのは 0人です") in text
    assert "優良" in text
    assert ('id="builder"' in text) == may_keep
    assert ('value="save"' in text) == may_keep
    assert (
        'href="/analysis/segments/new/"' in client.get("/analysis/segments/").content.decode()
    ) == may_keep
    assert (client.post(address, {"name": "x"}).status_code == 403) == (not may_keep)


def test_a_segments_file_is_offered_to_whoever_may_take_it(enter: Enter) -> None:
    kept = insight.create_segment("x", {"field": "purchase_count", "op": ">=", "value": 1})
    for role in ("marketer", "viewer"):
        text = enter(role).get(f"/analysis/segments/{kept.id}/").content.decode()
        assert ("csv=utf-8" in text) == (Role(role) in PERMISSIONS["customers.export"])


def _mark_people() -> set[str]:
    """Give everybody personal data that stands nowhere else."""
    for person in Customer.objects.all():
        Customer.objects.filter(pk=person.pk).update(
            family_name="苗字",
            given_name=f"隠密{person.pk:04}",
            family_kana="ミョウジ",
            given_kana=f"オンミツ{person.pk:04}",
            email=f"himitsu{person.pk}@example.com",
            phone=f"080-9999-{person.pk:04}",
            postal_code="999-9999",
            prefecture="京都府",
            address="隠密町9-9-9",
        )
    for message in Message.objects.exclude(address=""):
        Message.objects.filter(pk=message.pk).update(
            address=f"himitsu{message.customer_id}@example.com"
        )
    Answer.objects.update(comment="himitsu")
    answer = Answer.objects.filter(score__lte=2).latest("id")
    Answer.objects.filter(pk=answer.pk).update(comment=f"隠密{answer.customer_id:04}です")
    return {"隠密", "オンミツ", "himitsu1", "himitsu2", "080-9999", "999-9999"}


@pytest.mark.covers("G-13")
@pytest.mark.parametrize("role", ["viewer", "marketer", "warehouse"])
def test_no_page_shows_a_person_to_who_may_not_see_personal_data(
    role: str, living_shop: None, enter: Enter
) -> None:
    secrets = _mark_people()
    client = enter(role)
    person = insight.list_customers(limit=1, order_by="-net_minor").rows[0].customer_id
    sent = Message.objects.filter(status="accepted").latest("id").pk
    addresses = [
        path.replace("/customers/1/", f"/customers/{person}/")
        .replace("/messages/1/", f"/messages/{sent}/")
        .replace("/mailbox/1/", f"/mailbox/{sent}/")
        for _, path in _addresses()
    ]
    addresses += [
        "/customers/?csv=utf-8",
        "/actions/messages/?csv=utf-8",
        "/palette/?q=隠密",
        "/palette/?q=M00",
    ]
    opened = 0
    for address in addresses:
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        opened += response.status_code == 200
        found = {word for word in secrets if word in body.decode("utf-8", "ignore")}
        assert not found, (address, found)
    assert opened > (5 if role == "warehouse" else 20)


def _somebody() -> Customer:
    from okaeri.intake import api as intake
    from okaeri.intake.types import PartyIn
    from tests.customers.people import order_in
    from tests.web import shop

    party = PartyIn(
        email="taro@example.com", family_name="山田", given_name="太郎", phone="09012345678"
    )
    intake.record_orders(
        [
            order_in(
                "X-1",
                **{n: getattr(party, n) for n in ("email", "family_name", "given_name", "phone")},
            )
        ]
    )
    shop.resolve()
    return Customer.objects.get(email="taro@example.com")


@pytest.mark.covers("G-13")
def test_a_masked_person_keeps_a_family_name_and_is_revealed_by_a_button_that_is_noted(
    enter: Enter,
) -> None:
    person = _somebody()
    client = enter("marketer")
    page = client.get(f"/customers/{person.pk}/").content.decode()
    assert "山田●●" in page
    assert "t***@example.com" in page
    assert "***-****-5678" in page
    assert "太郎" not in page
    client.post(f"/customers/{person.pk}/reveal/")
    assert "山田 太郎" in client.get(f"/customers/{person.pk}/").content.decode()
    entry = AccessEntry.objects.get(action="reveal")
    assert (entry.actor, entry.customer_id) == ("marketer-person", person.pk)
    assert Client.post(enter("viewer"), f"/customers/{person.pk}/reveal/").status_code == 403


def test_an_address_finds_somebody_only_for_who_may_see_it(enter: Enter) -> None:
    person = _somebody()
    found = enter("service").get("/customers/?q=taro@example.com")
    assert found.headers["Location"] == f"/customers/{person.pk}/"
    for text in ("taro@example.com", "山田", "0901234"):
        assert (
            "山田" not in enter_once(enter, "viewer").get("/palette/", {"q": text}).content.decode()
        )
    by_number = enter_once(enter, "viewer").get("/customers/?q=X-1")
    assert by_number.headers["Location"] == f"/customers/{person.pk}/"


def enter_once(enter: Enter, role: str) -> Client:
    """Come in again as the person of a role who is there already."""
    user = User.objects.filter(username=f"{role}-person").first()
    if user is None:
        return enter(role)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(user)
    return client


@pytest.mark.covers("G-13")
def test_the_log_says_who_looked_searched_and_took_and_never_what_was_typed(enter: Enter) -> None:
    person = _somebody()
    client = enter("service")
    client.get("/customers/?q=taro@example.com")
    client.get(f"/customers/{person.pk}/")
    b"".join(client.get("/customers/?csv=utf-8&q=taro@example.com"))
    actions = list(AccessEntry.objects.order_by("id").values_list("action", "customer_id"))
    assert {("search", person.pk), ("view", person.pk), ("export", person.pk)} <= set(actions)
    assert not [e for e in AccessEntry.objects.all() if "taro" in e.where + str(e.fields)]


# ---- owner, team mate, outsider ----------------------------------------------------------------


def test_the_owner_invites_a_team_mate_who_comes_in_once_and_chooses_a_password(
    browser_of_staff: Client, outsider: Client
) -> None:
    page = browser_of_staff.post("/settings/staff/invite/", {"name": "mate", "role": "viewer"})
    html = page.content.decode()
    link = html[html.index("/login/once/") :].split("<")[0]
    assert (
        outsider.post("/settings/staff/invite/", {"name": "x", "role": "admin"}).status_code == 403
    )
    mate = Client(headers={"accept-language": "ja"})
    assert mate.post(link).headers["Location"] == "/account/password/"
    assert mate.get("/settings/staff/").status_code == 403
    mate.post("/account/password/", {"password": PASSWORD})
    again = Client()
    again.post("/login/", {"username": "mate", "password": PASSWORD})
    assert again.get("/customers/").status_code == 200
    assert Client().post(link).status_code == 410


def test_a_team_mate_who_is_let_go_is_out_at_once(browser_of_staff: Client, enter: Enter) -> None:
    mate = enter("service")
    assert mate.get("/customers/").status_code == 200
    user = User.objects.get(username="service-person")
    browser_of_staff.post(f"/settings/staff/{user.pk}/active/", {"active": "0"})
    assert mate.get("/customers/").status_code == 302


def test_a_change_of_role_counts_at_the_next_click(browser_of_staff: Client, enter: Enter) -> None:
    mate = enter("viewer")
    assert mate.get("/settings/privacy/").status_code == 403
    user = User.objects.get(username="viewer-person")
    browser_of_staff.post(f"/settings/staff/{user.pk}/role/", {"role": "service"})
    assert mate.get("/settings/privacy/").status_code == 200


def test_the_last_administrator_can_neither_leave_nor_step_down(
    browser_of_staff: Client, staff: User
) -> None:
    for address, fields in (("role", {"role": "viewer"}), ("active", {"active": "0"})):
        response = browser_of_staff.post(f"/settings/staff/{staff.pk}/{address}/", fields)
        assert response.status_code == 400
        assert "最後の管理者" in response.content.decode()
    staff.refresh_from_db()
    assert staff.is_superuser
    assert staff.is_active


def test_staff_without_a_role_may_only_look(db: None) -> None:
    client = Client(headers={"accept-language": "ja"})
    client.force_login(User.objects.create_user("old", password=PASSWORD, is_staff=True))
    assert client.get("/customers/").status_code == 200
    assert client.post("/settings/jobs/refresh/").status_code == 403


# ---- requests ----------------------------------------------------------------------------------


@pytest.mark.covers("G-13")
def test_a_request_is_answered_only_after_the_identity_check_and_shows_when_it_is_late(
    browser_of_staff: Client,
) -> None:
    from datetime import timedelta

    from okaeri.customers import api as customers
    from okaeri.foundation import clock

    person = _somebody()
    fields = {"kind": "disclosure", "customer_id": str(person.pk)}
    browser_of_staff.post("/settings/privacy/requests/new/", fields)
    (asked,) = customers.list_requests()
    early = browser_of_staff.post(f"/settings/privacy/requests/{asked.id}/end/", {"do": "done"})
    assert early.status_code == 400
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=15)))
    assert "期限切れ" in browser_of_staff.get("/settings/privacy/").content.decode()
    browser_of_staff.post(
        f"/settings/privacy/requests/{asked.id}/verify/",
        {"how": "登録の電話に折り返した", "customer_id": str(person.pk)},
    )
    browser_of_staff.post(f"/settings/privacy/requests/{asked.id}/end/", {"do": "done"})
    assert customers.get_request(asked.id).status == "done"
    for page in (f"/settings/privacy/requests/{asked.id}/", f"/customers/{person.pk}/privacy/"):
        assert browser_of_staff.get(page).status_code == 200
    assert browser_of_staff.get(f"/customers/{person.pk}/dossier/").status_code == 200
    archive = browser_of_staff.get(f"/customers/{person.pk}/export.zip")
    assert archive.content[:2] == b"PK"
    assert AccessEntry.objects.filter(action="export", customer_id=person.pk).exists()


def test_an_erasure_asks_for_the_number_and_for_the_count_that_was_seen(
    browser_of_staff: Client, enter: Enter
) -> None:
    person = _somebody()
    page = browser_of_staff.get(f"/customers/{person.pk}/privacy/").content.decode()
    total = page.split('name="total" value="')[1].split('"')[0]
    erase = f"/customers/{person.pk}/erase/"
    assert browser_of_staff.post(erase, {"total": total, "confirm": "yes"}).status_code == 400
    other = {"total": "1", "confirm": str(person.pk)}
    assert browser_of_staff.post(erase, other).status_code == 400
    right = {"total": total, "confirm": str(person.pk)}
    assert enter("service").post(erase, right).status_code == 403
    person.refresh_from_db()
    assert person.family_name == "山田"
    browser_of_staff.post(erase, right)
    person.refresh_from_db()
    assert person.family_name == ""
    assert f"#{person.pk}" in browser_of_staff.get("/settings/privacy/").content.decode()

"""Who must not see this: a stranger, and an account that is not staff. And what opening a page may do."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.serializers import serialize
from django.test import Client

from okaeri.customers.models import AccessEntry, AccessHead, Customer
from okaeri.insight import api as insight
from okaeri.web import onetime
from okaeri.web.urls import urlpatterns
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db
OPEN = {
    "login",
    "logout",
    "setup",
    "once",
    "language",
    "theme",
    "unsubscribe",
    "one_click",
    "question",
    "preferences",
    "member_card",
    "privacy_notice",
    "my_page",
    # Behind the same two links: test_subscription_page.
    "subscriptions",
    "my_subscriptions",
    # Pages of the shop's own addresses and links in mails: test_events_endpoint, test_mail_links.
    "events",
    "click",
    "picture",
    # Forms people fill in: test_forms.
    "form_confirm",
    "form_file",
    "form_public",
    # Signed deliveries and keys of programs: test_webhooks, test_api_access.
    "hook",
    "api",
}
FILLED = {
    "customer_id": 1,
    "tab": "orders",
    "address": "portfolio",
    "form": "svg",
    "segment_id": 1,
    "key": "first_follow",
    "message_id": 1,
    "answer_id": 1,
    "experiment_id": 1,
    "run_id": 1,
    "job_id": 1,
    "group": "shop",
    "token": "x",
    "connection_id": 1,
    "delivery_id": 1,
    "key_id": 1,
    "user_id": 1,
    "request_id": 1,
    "candidate_id": 1,
    "merge_id": 1,
    "task_id": 1,
    "note_id": 1,
    "entry_id": 1,
    "order_no": "1",
    "source": "template",
    "record_kind": "orders",
    "endpoint_id": 1,
    "page": "rfm",
}


def _addresses() -> list[tuple[str, str]]:
    """Every address of the product with its places filled."""
    found = []
    for pattern in urlpatterns:
        path = str(pattern.pattern)
        for converter in ("int:", "slug:", "str:"):
            path = path.replace(converter, "")
        for name, value in FILLED.items():
            path = path.replace(f"<{name}>", str(value))
        found.append((pattern.name or "unsubscribe", "/" + path))
    return found


def test_a_stranger_sees_nothing_of_the_shop(small_shop: None, staff: User) -> None:
    closed = [path for name, path in _addresses() if name not in OPEN]
    assert len(closed) > 35
    for path in closed:
        for response in (Client().get(path), Client().post(path)):
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/login/?next="), path


def test_an_account_that_is_not_staff_sees_nothing_of_the_shop(
    small_shop: None, outsider: Client
) -> None:
    for name, path in _addresses():
        if name in OPEN:
            continue
        for response in (outsider.get(path), outsider.post(path)):
            assert response.status_code == 403, path
            assert "Sato" not in response.content.decode(), path


def _everything() -> str:
    models = [
        model
        for model in apps.get_models()
        if model._meta.app_label not in ("sessions", "auth", "axes", "contenttypes")
        # That somebody looked is noted, and nothing else.
        and model not in (AccessEntry, AccessHead)
    ]
    return "".join(serialize("json", model._default_manager.order_by("pk")) for model in models)


def test_opening_any_page_changes_nothing(small_shop: None, browser_of_staff: Client) -> None:
    before = _everything()
    person = insight.list_customers(limit=1).rows[0].customer_id
    for _, path in _addresses():
        browser_of_staff.get(path.replace("/customers/1/", f"/customers/{person}/"))
    # Told apart here: pytest would compare two such texts letter by letter, a quarter of an hour long.
    is_same = _everything() == before
    assert is_same


def test_a_post_without_its_token_is_refused_in_plain_words(small_shop: None, staff: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "ja"})
    client.force_login(staff)
    person = insight.list_customers(limit=1).rows[0].customer_id
    response = client.post(f"/customers/{person}/suppress/", {"channel": "email"})
    assert response.status_code == 403
    assert "読み込み直し" in response.content.decode()


def test_every_page_carries_the_strict_policy(browser_of_staff: Client) -> None:
    for path in ("/", "/login/", "/nowhere/"):
        policy = browser_of_staff.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy


def test_the_first_visitor_creates_the_administrator_and_the_second_cannot(db: None) -> None:
    client = Client(SERVER_NAME="localhost")
    assert client.get("/").headers["Location"] == "/setup/"
    client.post("/setup/", {"username": "owner", "password": PASSWORD})
    assert User.objects.get().is_superuser
    assert client.get("/").status_code == 200
    Client(SERVER_NAME="localhost").post("/setup/", {"username": "thief", "password": PASSWORD})
    assert User.objects.count() == 1


def test_a_first_visitor_from_elsewhere_needs_the_code(db: None) -> None:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.9")
    refused = client.post("/setup/", {"username": "thief", "password": PASSWORD, "code": "0"})
    assert refused.status_code == 400
    assert not User.objects.exists()
    from okaeri.web.setup import setup_code

    client.post("/setup/", {"username": "o", "password": PASSWORD, "code": setup_code()})
    assert User.objects.exists()


def test_a_proxy_on_this_machine_does_not_make_a_visitor_local(db: None) -> None:
    client = Client(SERVER_NAME="localhost", headers={"x-forwarded-for": "203.0.113.9"})
    client.post("/setup/", {"username": "thief", "password": PASSWORD})
    assert not User.objects.exists()


def test_a_one_time_link_works_once_and_only_by_the_button(db: None) -> None:
    link = onetime.issue_link("http://testserver")
    client = Client()
    assert client.get(link).status_code == 200
    assert client.get("/").status_code == 302
    assert client.post(link).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert Client().post(link).status_code == 410
    assert Client().get(link).status_code == 410


def test_login_goes_on_to_our_own_pages_only(staff: User) -> None:
    fields = {"username": "mika", "password": PASSWORD}
    ours = Client().post("/login/", {**fields, "next": "/customers/"})
    assert ours.headers["Location"] == "/customers/"
    theirs = Client().post("/login/", {**fields, "next": "https://evil.example/"})
    assert theirs.headers["Location"] == "/"


def test_ten_wrong_passwords_lock_the_name(staff: User) -> None:
    client = Client(headers={"accept-language": "ja"})
    for _ in range(10):
        response = client.post("/login/", {"username": "mika", "password": "wrong"})
    assert response.status_code == 429
    assert "1時間" in response.content.decode()
    right = client.post("/login/", {"username": "mika", "password": PASSWORD})
    assert right.status_code == 429


def test_a_person_can_be_suppressed_and_the_consent_ledger_says_how(
    small_shop: None, browser_of_staff: Client
) -> None:
    person = Customer.objects.order_by("id").first()
    assert person is not None
    browser_of_staff.post(
        f"/customers/{person.pk}/consent/", {"channel": "email", "action": "withdrawn"}
    )
    html = browser_of_staff.get(f"/customers/{person.pk}/").content.decode()
    assert "同意の取り消し" in html
    browser_of_staff.post(f"/customers/{person.pk}/suppress/", {"channel": "email"})
    html = browser_of_staff.get(f"/customers/{person.pk}/").content.decode()
    assert "配信停止" in html

"""Who looks at the pages: a member of staff, an outsider with an account, a stranger."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.web import taking
from tests.web import shop

PASSWORD = "a-long-word-of-mine"


@pytest.fixture(autouse=True)
def _nothing_taken_yet() -> None:
    """Every test's staff begin their minute and their day anew."""
    taking.forget()


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("mika", password=PASSWORD)


@pytest.fixture
def browser_of_staff(staff: User) -> Client:
    client = Client(headers={"accept-language": "ja"})
    client.force_login(staff)
    return client


@pytest.fixture
def in_english(staff: User) -> Client:
    client = Client(headers={"accept-language": "en-GB,en"})
    client.force_login(staff)
    return client


@pytest.fixture
def outsider(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("guest", password=PASSWORD))
    return client


@pytest.fixture
def small_shop(db: None, tmp_path: Path) -> None:
    shop.fill(tmp_path / "warehouse", people=60, in_japanese=False, is_live=False)


@pytest.fixture
def living_shop(db: None, tmp_path: Path) -> None:
    shop.fill(tmp_path / "warehouse", people=120)

"""The process settings: known names, readable values, or nothing starts."""

import stat
from pathlib import Path

import pytest

from okaeri.foundation.errors import ConfigurationError
from okaeri.project.environment import read_environment


def test_defaults_need_only_a_folder(tmp_path: Path) -> None:
    env = read_environment({"OKAERI_DATA_DIR": str(tmp_path / "shop")})
    assert env.database["ENGINE"] == "django.db.backends.sqlite3"
    assert (env.warehouse_engine, env.smtp_url, env.debug) == ("duckdb", "mailbox:", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OKAERI_DATABSE_URL", "postgresql://u@h/d"),
        ("OKAERI_DATABASE_URL", "mysql://u@h/d"),
        ("OKAERI_DATABASE_URL", "postgresql://u@h"),
        ("OKAERI_DEBUG", "yes"),
        ("OKAERI_SMTP_URL", "mail.example"),
        ("OKAERI_WAREHOUSE_ENGINE", "bigquery"),
        ("OKAERI_BASE_URL", "shop"),
        ("OKAERI_ALLOWED_HOSTS", "crm.shop.example"),
    ],
)
def test_what_cannot_be_read_refuses_to_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_environment({"OKAERI_DATA_DIR": str(tmp_path), name: value})
    assert name in refused.value.message.ja
    assert name in refused.value.message.en


def test_the_secret_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    first = read_environment({"OKAERI_DATA_DIR": str(tmp_path)}).secret_key
    again = read_environment({"OKAERI_DATA_DIR": str(tmp_path)}).secret_key
    assert first == again
    assert len(first) >= 64
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_postgresql_address_is_taken_apart(tmp_path: Path) -> None:
    url = "postgresql://anna:p%40ss@db.example:5433/okaeri"
    env = read_environment({"OKAERI_DATA_DIR": str(tmp_path), "OKAERI_DATABASE_URL": url})
    database = env.database
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == (
        "anna",
        "p@ss",
        "db.example",
    )
    assert (database["PORT"], database["NAME"], database["CONN_MAX_AGE"]) == (
        "5433",
        "okaeri",
        None,
    )

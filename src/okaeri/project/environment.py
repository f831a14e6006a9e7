"""Process settings from the environment: every `OKAERI_*` name is known, or nothing starts."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.http.request import validate_host

from okaeri.foundation.engine_names import is_engine
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

_KNOWN = {
    "OKAERI_DATA_DIR": "folder that holds everything (default: ./okaeri-data)",
    "OKAERI_DATABASE_URL": "postgresql://user:password@host/name (default: SQLite in the data folder)",
    "OKAERI_WAREHOUSE_ENGINE": "duckdb, or spark://host:port, or local[n] (default: duckdb)",
    "OKAERI_BASE_URL": "address customers reach the shop's Okaeri under (default: http://127.0.0.1:8000)",
    "OKAERI_SMTP_URL": "smtp://user:password@host:587, or mailbox: (default: the local mailbox)",
    "OKAERI_LINE_TOKEN": "channel access token of the LINE Messaging API (default: none, no LINE)",
    "OKAERI_SECRET_KEY": "signing secret (default: made once and kept in the data folder)",
    "OKAERI_ALLOWED_HOSTS": "comma-separated host names (default: that of the base URL and localhost)",
    "OKAERI_DEBUG": "True or False (default: False)",
    "OKAERI_ASKS_LOOPBACK": "True lets a source on this very machine be asked (default: False)",
}
_FLAGS = {"True": True, "False": False}


@dataclass(frozen=True, slots=True)
class Environment:
    """Where this process keeps its data and whom it talks to."""

    data_dir: Path
    database: dict[str, Any]
    warehouse_engine: str
    base_url: str
    smtp_url: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    debug: bool
    line_token: str = ""
    # For tests, and for a shop that runs on this machine: otherwise no source may lead inside.
    asks_loopback: bool = False

    @property
    def warehouse_dir(self) -> Path:
        return self.data_dir / "warehouse"


def read_environment(env: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment; creates the data folder and, once, the secret."""
    env = os.environ if env is None else env
    _refuse_unknown(env)
    data_dir = Path(env.get("OKAERI_DATA_DIR", "okaeri-data")).expanduser().resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    base_url = env.get("OKAERI_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    host = urlsplit(base_url).hostname
    if host is None:
        raise _refusal("OKAERI_BASE_URL", "https://shop.example")
    hosts = _hosts(env.get("OKAERI_ALLOWED_HOSTS", f"{host},localhost,127.0.0.1"), host)
    return Environment(
        data_dir=data_dir,
        database=_database(env.get("OKAERI_DATABASE_URL", ""), data_dir),
        warehouse_engine=_engine(env.get("OKAERI_WAREHOUSE_ENGINE", "duckdb")),
        base_url=base_url,
        smtp_url=_smtp(env.get("OKAERI_SMTP_URL", "mailbox:")),
        secret_key=env.get("OKAERI_SECRET_KEY") or _kept_secret(data_dir / "secret.key"),
        allowed_hosts=hosts,
        debug=_flag(env, "OKAERI_DEBUG"),
        line_token=env.get("OKAERI_LINE_TOKEN", "").strip(),
        asks_loopback=_flag(env, "OKAERI_ASKS_LOOPBACK"),
    )


def _refuse_unknown(env: Mapping[str, str]) -> None:
    unknown = sorted(name for name in env if name.startswith("OKAERI_") and name not in _KNOWN)
    if unknown:
        raise ConfigurationError(
            Text(
                "環境変数 {names} は使えません。使えるのは {known} です。",
                "The environment has unknown settings: {names}. Known ones are {known}.",
            ).format(names=", ".join(unknown), known=", ".join(_KNOWN))
        )


def _refusal(name: str, example: str) -> ConfigurationError:
    return ConfigurationError(
        Text(
            "環境変数 {name} の値を読めません。例: {example}",
            "The value of {name} cannot be read; an example: {example}",
        ).format(name=name, example=example)
    )


def _hosts(listed: str, host: str) -> tuple[str, ...]:
    """Give the allowed hosts; the base URL's must be one, or no link of a mail would open."""
    hosts = tuple(name.strip() for name in listed.split(",") if name.strip())
    if not validate_host(host, hosts):
        raise ConfigurationError(
            Text(
                "OKAERI_BASE_URL の {host} が OKAERI_ALLOWED_HOSTS にありません。どちらかを直してください。",
                "{host} of OKAERI_BASE_URL is not among OKAERI_ALLOWED_HOSTS; change one of them.",
            ).format(host=host)
        )
    return hosts


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "False")
    if value not in _FLAGS:
        raise _refusal(name, "True")
    return _FLAGS[value]


def _engine(value: str) -> str:
    if not is_engine(value):
        raise _refusal("OKAERI_WAREHOUSE_ENGINE", "duckdb")
    return value


def _smtp(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps", "mailbox") or (
        parts.scheme != "mailbox" and not parts.hostname
    ):
        raise _refusal("OKAERI_SMTP_URL", "smtp://user:password@mail.example:587")
    return value


def _database(url: str, data_dir: Path) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_dir / "okaeri.db",
            # Opening costs more than most requests ask for; a minute's end gives its memory back.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # Writers take the lock at BEGIN, so none fails half-way on an upgrade of its lock.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: what was committed as claimed stays claimed after a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise _refusal("OKAERI_DATABASE_URL", "postgresql://user:password@host/name")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        # The threads that answer stay, and so do their connections (`project.asgi.THREADS`).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _kept_secret(path: Path) -> str:
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()

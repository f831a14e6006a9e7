"""`okaeri backup` and `okaeri restore`: the whole shop in one encrypted file."""

from pathlib import Path

import click
from django.conf import settings
from django.db import connection

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text
from okaeri.project import backup as folders
from okaeri.project import startup, terminal
from okaeri.project.commands import options

_MADE = Text(
    "{n}個のファイルを {path} に暗号化して保存しました。鍵 {key} は別の場所に保管してください。"
    "鍵がないと、誰にも復元できません。",
    "{n} files were encrypted into {path}. Keep the key {key} in another place: without it nobody "
    "can restore this backup.",
)
_PUT_BACK = Text(
    "{n}個のファイルを {path} に復元しました。送信は止まっています。確認してから再開してください。",
    "{n} files were restored into {path}. Sending is paused until you have checked and resume it.",
)
_POSTGRES = Text(
    "データベースがPostgreSQLのときは、pg_dumpでバックアップしてください。このコマンドはSQLiteの店のためのものです。",
    "With PostgreSQL, back the database up with pg_dump; this command is for shops on SQLite.",
)
_KEY = click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the key of the backups; `backup` makes it where there is none.",
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_KEY
@options.data_dir
def backup(file: Path, key_path: Path) -> None:
    """Write the whole shop into FILE, encrypted, while it goes on working."""
    if connection.vendor != "sqlite":
        raise ConfigurationError(_POSTGRES)
    count = folders.back_up(startup.data_folder(), file, key_path)
    terminal.say(_MADE.format(n=count, path=file, key=key_path))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_KEY
@click.option(
    "--erasures",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The newest erasures.jsonl you have: whoever was erased since the backup goes again.",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Empty folder to restore into.",
)
def restore(file: Path, key_path: Path, erasures: Path | None, data_dir: Path) -> None:
    """Put the backup in FILE into an empty folder. Sending stays paused until you resume it."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        raise ConfigurationError(_POSTGRES)
    count = folders.restore(file, data_dir, key_path, erasures)
    terminal.say(_PUT_BACK.format(n=count, path=data_dir))

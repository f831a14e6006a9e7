"""The command line: `okaeri COMMAND`. Each command explains itself with --help and ends with a code.

0 done · 1 unexpected · 2 what was given cannot be used · 3 not found · 4 a setting is wrong.
A command's module is imported only after Django knows which data folder is meant, so the folder is
read from the arguments first.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click

from okaeri import __version__
from okaeri.foundation.errors import OkaeriError
from okaeri.project import startup, terminal

# name → module:object, one line of help
_OWN = {
    "analyse": "okaeri.project.commands.analyse:analyse",
    "audit": "okaeri.project.commands.audit:audit",
    "backup": "okaeri.project.commands.backup:backup",
    "bounces": "okaeri.project.commands.bounces:bounces",
    "close-mall": "okaeri.project.commands.close_mall:close_mall",
    "erase": "okaeri.project.commands.erase:erase",
    "import": "okaeri.project.commands.imports:import_orders",
    "refresh": "okaeri.project.commands.refresh:refresh",
    "restore": "okaeri.project.commands.backup:restore",
    "results": "okaeri.project.commands.results:results",
    "up": "okaeri.project.commands.up:up",
    "work": "okaeri.project.commands.up:work",
    "login": "okaeri.project.commands.up:login",
}
# Commands that work on no shop at all, or on one not there yet, get a folder that is thrown away.
_WITHOUT_SHOP = {"analyse", "restore"}


class Commands(click.Group):
    """Finds commands by name; own ones and those that other packages add (`okaeri.commands`)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_OWN, *(point.name for point in _joined())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = _OWN.get(cmd_name)
        if target is not None:
            module, name = target.split(":")
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        for point in _joined():
            if point.name == cmd_name:
                joined: click.Command = point.load()
                return joined
        return None


def _joined() -> list[EntryPoint]:
    return list(entry_points(group="okaeri.commands"))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="okaeri")
@click.option("--language", type=click.Choice(["ja", "en"]), help="Language of what is printed.")
def okaeri(language: str | None) -> None:
    """Turn one-time buyers into regulars: understand every customer, act, prove it.

    一度だけのお客様を、また来てくださるお客様に。
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    terminal.choose_language(_option(given, "--language"))
    _name_own_address(_option(given, "--port"))
    try:
        with tempfile.TemporaryDirectory(prefix="okaeri-") as nowhere:
            startup.prepare(_data_dir(given, Path(nowhere)), migrate=not _is_without_shop(given))
            okaeri.main(args=given, standalone_mode=True)
    except OkaeriError as error:
        _report(error, as_json="--json" in given)
        sys.exit(error.exit_code)


def _report(error: OkaeriError, *, as_json: bool) -> None:
    if as_json:
        document = {"error": {"code": error.code, **error.message.as_json()}}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        terminal.complain(error.message)


def _command_name(given: Sequence[str]) -> str:
    known = {*_OWN, *(point.name for point in _joined())}
    return next((word for word in given if word in known), "")


def _is_without_shop(given: Sequence[str]) -> bool:
    name = _command_name(given)
    return not name or name in _WITHOUT_SHOP or bool({"-h", "--help"} & set(given))


def _data_dir(given: Sequence[str], nowhere: Path) -> Path | None:
    if _is_without_shop(given):
        return nowhere
    named = _option(given, "--data-dir")
    if named:
        return Path(named)
    name = _command_name(given)
    if name not in _OWN and "OKAERI_DATA_DIR" not in os.environ:
        return Path(f"{name}-data")
    return None


def _name_own_address(port: str | None) -> None:
    """Let links in mails lead to the port that is served, unless the environment says where."""
    if port is not None and port.isdecimal():
        os.environ.setdefault("OKAERI_BASE_URL", f"http://127.0.0.1:{port}")


def _option(given: Sequence[str], option: str) -> str | None:
    for place, word in enumerate(given):
        if word == option and place + 1 < len(given):
            return given[place + 1]
        if word.startswith(option + "="):
            return word.split("=", 1)[1]
    return None

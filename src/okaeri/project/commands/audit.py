"""`okaeri audit`: the log of who saw whose data."""

import sys

import click

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.project import terminal
from okaeri.project.commands import options

_WHOLE = Text(
    "閲覧の記録 {n}件は、書かれたときのままです。",
    "All {n} entries of the access log are as they were written.",
)
_BROKEN = Text(
    "閲覧の記録が書き換えられたか、消されています(番号 {at}、{n}件中 {expected}件のはず)。",
    "The access log was changed: entry {at} does not fit ({n} entries, {expected} expected).",
)


@click.group()
def audit() -> None:
    """Look after the log of who saw whose data."""


@audit.command()
@options.data_dir
def verify() -> None:
    """Check that no entry of the access log was changed, added or removed; code 1 if one was."""
    check = customers.verify_access_log()
    if check.is_whole:
        terminal.say(_WHOLE.format(n=check.entries))
        return
    broken = _BROKEN.format(at=check.broken_at or "-", n=check.entries, expected=check.expected)
    terminal.complain(broken)
    sys.exit(1)

"""`okaeri audit`: whether what was written as proof is as it was written."""

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

_WORDINGS_WHOLE = Text(
    "同意の文言は、どれも表示したときのままです。", "Every wording of consent is as it was shown."
)
_WORDINGS_CHANGED = Text(
    "同意の文言が書き換えられています(sha256 {digests})。",
    "Wordings of consent were changed (sha256 {digests}).",
)


@click.group()
def audit() -> None:
    """Look after the log of who saw whose data, and after what people agreed to."""


@audit.command()
@options.data_dir
def verify() -> None:
    """Check that neither the access log nor a wording of consent was changed; code 1 if one was."""
    # Both are looked at and told of, whatever the first one says.
    if not all([_log_is_whole(), _wordings_are_whole()]):
        sys.exit(1)


def _log_is_whole() -> bool:
    check = customers.verify_access_log()
    if check.is_whole:
        terminal.say(_WHOLE.format(n=check.entries))
    else:
        at = check.broken_at or "-"
        terminal.complain(_BROKEN.format(at=at, n=check.entries, expected=check.expected))
    return check.is_whole


def _wordings_are_whole() -> bool:
    changed = customers.changed_wordings()
    if changed:
        terminal.complain(_WORDINGS_CHANGED.format(digests=", ".join(changed)))
    else:
        terminal.say(_WORDINGS_WHOLE)
    return not changed

"""What a person at a terminal sees: language, progress bars, errors in one sentence."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from okaeri.foundation.text import Text

_language = "en"


def choose_language(wanted: str | None) -> None:
    """Speak the wanted language, or the machine's (LC_ALL, LANG): Japanese where it says ja."""
    global _language  # noqa: PLW0603 - one process speaks one language at its terminal
    machine = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    _language = wanted or ("ja" if machine.startswith("ja") else "en")


def language() -> str:
    """Give the language of this terminal, "ja" or "en"."""
    return _language


def say(text: Text) -> None:
    """Print one sentence."""
    click.echo(text.render(_language))


def complain(text: Text) -> None:
    """Print one sentence on the error stream."""
    click.echo(text.render(_language), err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """Print a result for programs, and nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(text: Text, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the error stream; the block gets `report(done, total)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task(text.render(_language), total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield report
        bar.update(task, completed=1, total=1)

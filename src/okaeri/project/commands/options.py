"""Options that many commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]

as_json: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON and nothing else."
)
data_dir: Callable[[Command], Command] = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    expose_value=False,
    help="Folder that holds everything of the shop (default: ./okaeri-data).",
)

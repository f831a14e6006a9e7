"""Options that many commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

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
columns: Callable[[Command], Command] = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=NAME",
    help="Say which column is which, for a file no connector knows: order_no, ordered_at, sku, "
    "quantity, unit_price, email, phone, member_no ... (repeat the option).",
)
_NOT_A_PAIR = Text(
    "--column は FIELD=列名 の形で指定してください: {given}",
    "--column takes FIELD=NAME, not {given}.",
)


def mapping_of(columns: tuple[str, ...]) -> dict[str, str] | None:
    """Give {our field: column name} from repeated --column options; None where there are none."""
    for pair in columns:
        if "=" not in pair:
            raise InputError(_NOT_A_PAIR.format(given=pair))
    return dict(pair.split("=", 1) for pair in columns) or None

"""`okaeri import FILE`: a file of orders becomes orders, people and their consent.

Two files that are one (Yahoo!'s orders and items) are given together.
"""

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import ImportResult
from okaeri.project import terminal, wiring
from okaeri.project.commands import options

_MOST_FILES = 2
_TOO_MANY = Text(
    "一度に取り込めるのは1つ、または組になった2つのファイルです。",
    "One file at a time, or the two of a pair.",
)


@click.command(name="import")
@click.argument(
    "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True
)
@click.option("--connector", default="", help="Which cart wrote it (default: recognised).")
@options.columns
@options.data_dir
@options.as_json
def import_orders(
    files: tuple[Path, ...], connector: str, columns: tuple[str, ...], *, as_json: bool
) -> None:
    """Import FILES (all of it or nothing) and recognise the people in it.

    One file, or the two that belong together: Yahoo!'s orders and items.
    """
    if len(files) > _MOST_FILES:
        raise InputError(_TOO_MANY)
    with terminal.progress(Text("読み込み", "Import"), quiet=as_json) as report:
        result = _import(files, connector, options.mapping_of(columns), report)
    with terminal.progress(Text("名寄せ", "Recognising people"), quiet=as_json):
        wiring.build_loop().run_until_idle()
    if as_json:
        terminal.print_json(asdict(result))
        return
    terminal.say(
        Text(
            "{file} を取り込みました。新しい注文 {new}件、更新 {updated}件、変わらず {same}件、"
            "使えなかった行 {rejected}行。",
            "Imported {file}: {new} new orders, {updated} updated, {same} unchanged, "
            "{rejected} rows rejected.",
        ).format(
            file=" + ".join(file.name for file in files),
            new=f"{result.orders_new:,}",
            updated=f"{result.orders_updated:,}",
            same=f"{result.orders_unchanged:,}",
            rejected=f"{result.rows_rejected:,}",
        )
    )


def _import(
    files: tuple[Path, ...],
    connector: str,
    mapping: dict[str, str] | None,
    progress: Callable[[int, int], None],
) -> ImportResult:
    if len(files) == 1:
        return intake.import_file(files[0], connector=connector, mapping=mapping, progress=progress)
    with tempfile.TemporaryDirectory(prefix="okaeri-pair-") as folder:
        joined = Path(folder) / "joined.csv"
        intake.join_pair(files[0], files[1], joined)
        name = " + ".join(file.name for file in files)
        return intake.import_file(
            joined, filename=name, connector=connector, mapping=mapping, progress=progress
        )

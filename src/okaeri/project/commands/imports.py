"""`okaeri import FILE`: a file of orders becomes orders, people and their consent."""

from dataclasses import asdict
from pathlib import Path

import click

from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.project import terminal, wiring
from okaeri.project.commands import options


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--connector", default="", help="Which cart wrote it (default: recognised).")
@options.columns
@options.data_dir
@options.as_json
def import_orders(file: Path, connector: str, columns: tuple[str, ...], *, as_json: bool) -> None:
    """Import FILE (all of it or nothing) and recognise the people in it."""
    with terminal.progress(Text("読み込み", "Import"), quiet=as_json) as report:
        result = intake.import_file(
            file, connector=connector, mapping=options.mapping_of(columns), progress=report
        )
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
            file=file.name,
            new=f"{result.orders_new:,}",
            updated=f"{result.orders_updated:,}",
            same=f"{result.orders_unchanged:,}",
            rejected=f"{result.rows_rejected:,}",
        )
    )

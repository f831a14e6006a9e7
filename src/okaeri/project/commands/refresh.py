"""`okaeri refresh`: every analysis and evaluation anew, as of today."""

import click

from okaeri.foundation.text import Text
from okaeri.insight.types import Depth
from okaeri.project import terminal, wiring
from okaeri.project.commands import options

_ANOTHER = Text(
    "いま別の集計が動いています。終わりしだい始めます。",
    "Another refresh is running; this one begins when it has ended.",
)


@click.command()
@options.data_dir
@click.option(
    "--engine",
    default="",
    metavar="ENGINE",
    help="Where to compute: duckdb, local[n], or spark://host:port of a cluster whose machines all "
    "reach the data folder (default: OKAERI_WAREHOUSE_ENGINE, else duckdb).",
)
@click.option(
    "--depth",
    type=click.Choice([str(depth) for depth in Depth]),
    default=str(Depth.ALL),
    show_default=True,
    help="all: everything; due: as every night, the classes and predictions, and what a week or many "
    "new orders made due; classes: the classes alone.",
)
@options.as_json
def refresh(*, engine: str, depth: str, as_json: bool) -> None:
    """Recompute classes, ranks, freshness, cohorts and experiments as of today."""
    with terminal.progress(Text("分析", "Analysis"), quiet=as_json) as report:
        done = wiring.refresh_everything(
            report, engine=engine, depth=Depth(depth), waits=lambda: terminal.complain(_ANOTHER)
        )
    if as_json:
        terminal.print_json(done)
        return
    terminal.say(
        Text(
            "{as_of} 現在の分析ができました。顧客 {customers:,}人、注文 {orders:,}件、{seconds}秒。",
            "Analysed as of {as_of}: {customers:,} customers, {orders:,} orders, {seconds} s.",
        ).format(**done)
    )

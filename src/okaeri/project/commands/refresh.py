"""`okaeri refresh`: every analysis and evaluation anew, as of today."""

import click

from okaeri.foundation.text import Text
from okaeri.project import terminal, wiring
from okaeri.project.commands import options


@click.command()
@options.data_dir
@options.as_json
def refresh(*, as_json: bool) -> None:
    """Recompute classes, ranks, freshness, cohorts and experiments as of today."""
    with terminal.progress(Text("分析", "Analysis"), quiet=as_json) as report:
        done = wiring.refresh_everything(report)
    if as_json:
        terminal.print_json(done)
        return
    terminal.say(
        Text(
            "{as_of} 現在の分析ができました。顧客 {customers:,}人、注文 {orders:,}件、{seconds}秒。",
            "Analysed as of {as_of}: {customers:,} customers, {orders:,} orders, {seconds} s.",
        ).format(**done)
    )

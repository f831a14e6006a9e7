"""`okaeri up`, `okaeri work`, `okaeri login`: the running product."""

import click

from okaeri.foundation.text import Text
from okaeri.project import serving, terminal
from okaeri.project.commands import options
from okaeri.web import onetime


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@options.data_dir
def up(host: str, port: int) -> None:
    """Serve the pages and do the work, in one process. Ctrl-C stops it."""
    address = f"http://{host}:{port}/"

    def ready() -> None:
        terminal.say(
            Text(
                "おかえりが動いています: {address} (Ctrl-C で終了)",
                "Okaeri is up: {address} (Ctrl-C stops it)",
            ).format(address=address)
        )

    serving.serve(host=host, port=port, ready=ready)


@click.command()
@options.data_dir
def work() -> None:
    """Only do the work: one more worker beside a PostgreSQL database."""
    terminal.say(Text("作業を始めました。Ctrl-C で終了します。", "At work. Ctrl-C stops it."))
    serving.work()


@click.command()
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True)
@options.data_dir
def login(base_url: str) -> None:
    """Print a link that logs the administrator in once."""
    click.echo(onetime.issue_link(base_url))

"""`okaeri demo` and `okaeri replay`: shops that live in a minute, from the product's command line."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, build
from okaeri.foundation.text import Text
from okaeri.project import serving, startup, terminal
from okaeri.project.commands import up
from okaeri_simulator import report
from okaeri_simulator.demo import DemoPlan, Progress, run_demo
from okaeri_simulator.folder import SimulationFolder
from okaeri_simulator.replay import ReplayPlan, run_replay
from okaeri_simulator.shop import DEFAULT_CUSTOMERS, DEFAULT_SEED
from okaeri_simulator.sources.complete_journey import read_complete_journey
from okaeri_simulator.sources.online_retail import is_online_retail, read_online_retail
from okaeri_simulator.sources.order_file import read_order_file
from okaeri_simulator.sources.source import Source

COMPLETE_JOURNEY = "completejourney"
LIVE_FROM = {"Online Retail": date(2011, 6, 1), "The Complete Journey": date(2017, 7, 1)}
_UP = Text(
    "{address} で見られます。初回ログイン用リンク(1回だけ使えます):",
    "Open at {address}. This link logs you in once:",
)
_STOP = Text("Ctrl-C で終了します。", "Ctrl-C stops it.")
_NO_FILE = Text(
    "再生するファイルを指定するか、--shop completejourney を付けてください。",
    "Name a file to replay, or give --shop completejourney.",
)
_NO_DAY = Text(
    "--live-from に施策を始める日を指定してください。例: --live-from 2025-04-01",
    "Say with --live-from on which day the playbooks start, for example --live-from 2025-04-01.",
)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What happens after the report is there."""

    port: int
    is_served: bool
    as_json: bool

    def step(self, text: Text) -> AbstractContextManager[Progress]:
        return terminal.progress(text, quiet=self.as_json)

    def show(self, found: Mapping[str, Any]) -> None:
        if self.as_json:
            terminal.print_json(found)
        else:
            report.print_report(found, terminal.language())
        if self.is_served and not self.as_json:
            _serve(self.port)


_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    expose_value=False,
    help="Folder that holds everything of this shop (default: ./demo-data or ./replay-data).",
)
_fresh = click.option("--fresh", is_flag=True, help="Make the shop anew if it is there already.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
_no_serve = click.option("--no-serve", is_flag=True, help="Stop after the report.")
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the report as JSON and nothing else; no pages."
)


@click.command()
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Same seed, same shop.")
@click.option(
    "--customers", default=DEFAULT_CUSTOMERS, show_default=True, type=click.IntRange(20, 200_000)
)
@_data_dir
@_fresh
@_port
@_no_serve
@_as_json
def demo(
    *, seed: int, customers: int, fresh: bool, port: int, no_serve: bool, as_json: bool
) -> None:
    """Live two years of a made-up skin-care shop and prove what its playbooks changed.

    Its customers react to mails with an effect that the simulator knows, so the report can put the
    truth beside what the product claims.
    """
    ending = _Ending(port, not no_serve, as_json)
    folder = SimulationFolder(startup.data_folder())
    about = {"command": "demo", "seed": seed, "customers": customers}
    found = folder.find_report(about, is_fresh=fresh)
    if found is None:
        found = run_demo(DemoPlan(seed, customers), folder.path, ending.step)
        folder.keep_report(found)
    ending.show(found)


@click.command()
@click.argument(
    "orders", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--live-from", type=click.DateTime(["%Y-%m-%d"]), help="Day on which the playbooks start."
)
@click.option(
    "--shop", type=click.Choice([COMPLETE_JOURNEY]), help="A shop that comes as a package."
)
@click.option("--currency", default="JPY", show_default=True, help="ISO 4217 code of the file.")
@click.option("--time-zone", default="Asia/Tokyo", show_default=True, help="The shop's days.")
@click.option(
    "--holdout",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0.01, 0.9),
    help="Share left out.",
)
@_data_dir
@_fresh
@_port
@_no_serve
@_as_json
def replay(
    *,
    orders: Path | None,
    live_from: datetime | None,
    shop: str | None,
    currency: str,
    time_zone: str,
    holdout: float,
    fresh: bool,
    port: int,
    no_serve: bool,
    as_json: bool,
) -> None:
    """Replay ORDERS: history before --live-from, then live playbooks to the end of the file.

    Nobody in the file ever got these mails, so the true effect is zero and the report must say that
    it sees none. Online Retail is recognised, as CSV or Parquet.
    """
    ending = _Ending(port, not no_serve, as_json)
    folder = SimulationFolder(startup.data_folder())
    day = live_from.date() if live_from else None
    named = str(orders.resolve()) if orders else shop or ""
    about = {"command": "replay", "orders": named, "live_from": str(day), "holdout": holdout}
    found = folder.find_report(about, is_fresh=fresh)
    if found is None:
        with ending.step(Text("読み込み", "Reading")) as progress:
            source = _source(orders, shop, currency, time_zone, progress)
        planned = ReplayPlan(_live_from(day, source), holdout)
        found = run_replay(planned, source, folder.path, ending.step)
        folder.keep_report(found)
    ending.show(found)


def _source(
    orders: Path | None, shop: str | None, currency: str, time_zone: str, progress: Progress
) -> Source:
    if orders is None:
        if shop != COMPLETE_JOURNEY:
            raise InputError(_NO_FILE)
        return read_complete_journey()
    if is_online_retail(orders):
        return read_online_retail(orders)
    profile = build(ShopProfile, currency=currency, time_zone=time_zone)
    return read_order_file(orders, currency, profile.zone, progress)


def _live_from(day: date | None, source: Source) -> date:
    found = day or LIVE_FROM.get(source.name)
    if found is None:
        raise InputError(_NO_DAY)
    return found


def _serve(port: int) -> None:
    address = f"http://127.0.0.1:{port}"

    def ready() -> None:
        terminal.say(_UP.format(address=f"{address}/"))
        up.login.main(["--base-url", address], standalone_mode=False)
        terminal.say(_STOP)

    serving.serve(port=port, ready=ready)

"""`okaeri analyse orders.csv`: a shop's own export, understood in a minute; nothing is stored."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import click

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, build
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.project import analysis_report, terminal
from okaeri.project.commands import options
from okaeri.web.charts import analysis_page


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--connector", default="", help="Which cart wrote it (default: recognised).")
@click.option("--currency", default="JPY", show_default=True, help="ISO 4217 code.")
@click.option("--time-zone", default="Asia/Tokyo", show_default=True, help="The shop's days.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Default: the last order's day, at most today.",
)
@click.option(
    "--html",
    "html_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page (default: beside FILE).",
)
@options.columns
@options.as_json
def analyse(
    file: Path,
    connector: str,
    columns: tuple[str, ...],
    currency: str,
    time_zone: str,
    as_of: date | None,
    html_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Analyse FILE: classes, where customers stop, F2, freshness, three next steps; one HTML page."""
    shop = build(ShopProfile, currency=currency, time_zone=time_zone)
    folder = Path(tempfile.mkdtemp(prefix="okaeri-analyse-"))
    try:
        with terminal.progress(Text("読み込み", "Reading"), quiet=as_json) as report:
            staged = intake.stage_file(
                file,
                connector=connector,
                mapping=options.mapping_of(columns),
                currency=currency,
                zone=shop.zone,
                progress=report,
            )
        with terminal.progress(Text("分析", "Analysis"), quiet=as_json):
            found = analysis_report.analyse_staged(
                staged,
                folder,
                as_of=as_of,
                today=clock.local_day(clock.now(), shop.zone),
                currency=currency,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    page = html_path or file.with_suffix(".okaeri.html")
    page.write_text(analysis_page.render(found, terminal.language()), encoding="utf-8")
    if as_json:
        terminal.print_json({**analysis_report.as_document(found, staged), "html": str(page)})
    else:
        analysis_report.print_report(found, staged, page)

"""What `okaeri analyse` found: computed without a database, printed, or given as a document."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from okaeri.customers import api as customers
from okaeri.foundation.errors import InputError
from okaeri.foundation.money import format_minor
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import BAND_NAMES, Analysis, FreshnessBand, Stage, class_name
from okaeri.intake.types import StagedFile
from okaeri.project import terminal
from okaeri.web import left_out

_NO_PURCHASE = Text(
    "このファイルには購入として数えられる注文がありません。ステータスの列を確認してください。",
    "The file holds no order that counts as a purchase; look at its status column.",
)
_ALL_LATER = Text(
    "このファイルの注文は、すべて{day}より後の日付です。日付の列を確認してください。",
    "Every order of the file is dated after {day}; look at its date column.",
)


def analyse_staged(
    staged: StagedFile, folder: Path, *, as_of: date | None, today: date, currency: str
) -> Analysis:
    """Analyse a staged file in a warehouse inside `folder`.

    `as_of` defaults to the last order's day, but never a day after `today`, the shop's: one mistyped
    date would lapse everybody. Raises InputError where no purchase lies before its end.
    """
    orders = customers.read_staged_orders(staged)
    bought = orders.filter(orders["is_purchase"])
    if not bought.num_rows:
        raise InputError(_NO_PURCHASE)
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    span = pc.min_max(bought["ordered_on"]).as_py()
    day = day or min(span["max"], today)
    if span["min"] > day:
        raise InputError(_ALL_LATER.format(day=day.isoformat()))
    with open_warehouse(folder / "warehouse", "duckdb") as warehouse:
        table = warehouse.upload(orders)
        return insight.analyse(table, warehouse=warehouse, as_of=day, currency=currency)


def as_document(found: Analysis, staged: StagedFile) -> dict[str, Any]:
    """Give the analysis as one JSON document."""
    return {
        "file": {
            "connector": staged.layout.connector,
            "encoding": staged.layout.encoding,
            "rows": staged.rows,
            "orders": staged.orders,
            "rows_rejected": staged.rows_rejected,
        },
        "as_of": found.as_of,
        "currency": found.currency,
        "reports": found.reports,
        "findings": [one.text.as_json() for one in found.findings],
        "next_steps": [
            {
                "action": step.action,
                "title": step.title.as_json(),
                "why": step.why.as_json(),
                "customers": step.customers,
                "net_minor": step.net_minor,
            }
            for step in found.next_steps
        ],
    }


def print_report(found: Analysis, staged: StagedFile, page: Path) -> None:
    """Print the analysis for a person and say where the page lies."""
    language = terminal.language()
    console = Console()
    _say_file(staged)
    for reason in left_out.reasons_of(found.reports["summary"]["left_out"]):
        terminal.say(reason)
    console.print(_portfolio_table(found, language))
    console.print(_dropoff_table(found, language))
    console.print(_freshness_table(found, language))
    for finding in found.findings:
        console.print("・" + finding.text.render(language))
    console.print("\n[bold]" + Text("次の一手", "Next steps").render(language))
    for number, step in enumerate(found.next_steps, 1):
        console.print(f"{number}. {step.title.render(language)}")
        console.print(f"   {step.why.render(language)}")
    terminal.say(Text("\n図のページ: {page}", "\nThe page with charts: {page}").format(page=page))


def _say_file(staged: StagedFile) -> None:
    layout = staged.layout
    terminal.say(
        Text(
            "{connector} の形式、文字コード {encoding}、{rows:,}行から {orders:,}件の注文を読みました。",
            "Read as {connector}, encoded in {encoding}: {orders:,} orders in {rows:,} rows.",
        ).format(
            connector=layout.connector or "?",
            encoding=layout.encoding,
            rows=staged.rows,
            orders=staged.orders,
        )
    )
    if staged.rows_rejected:
        first = staged.rejected[0]
        terminal.complain(
            Text(
                "使えなかった行が {n:,}行あります。最初は {line}行目: ",
                "{n:,} rows could not be used; the first is line {line}: ",
            ).format(n=staged.rows_rejected, line=first.line_no)
        )
        terminal.complain(first.reason)


def _portfolio_table(found: Analysis, language: str) -> Table:
    table = Table(title=Text("顧客ポートフォリオ", "Customer portfolio").render(language))
    table.add_column(Text("区分", "Class").render(language))
    for heading in (Text("人数", "People"), Text("構成比", "Share"), Text("累計", "Sales")):
        table.add_column(heading.render(language), justify="right")
    for cell in found.reports["portfolio"]["cells"]:
        name = class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"])
        table.add_row(
            name.render(language),
            f"{cell['customers']:,}",
            f"{cell['share']:.1%}",
            format_minor(cell["net_minor"], found.currency, language),
        )
    return table


def _dropoff_table(found: Analysis, language: str) -> Table:
    table = Table(title=Text("何回目で離れるか", "Where customers stop").render(language))
    headings = (
        Text("購入回数", "Purchase"),
        Text("到達", "Reached"),
        Text("次も購入", "Went on"),
        Text("率(95%区間)", "Rate (95 % interval)"),
    )
    for heading in headings:
        table.add_column(heading.render(language), justify="right")
    bottleneck = found.reports["dropoff"].get("bottleneck_n")
    for step in found.reports["dropoff"]["steps"]:
        if not step["reached"]:
            break
        mark = " ◀" if step["n"] == bottleneck else ""
        rate = f"{step['rate']:.1%} ({step['low']:.1%}-{step['high']:.1%})" + mark
        table.add_row(f"{step['n']}", f"{step['reached']:,}", f"{step['went_on']:,}", rate)
    return table


def _freshness_table(found: Analysis, language: str) -> Table:
    table = Table(title=Text("顧客鮮度", "Freshness").render(language))
    table.add_column(Text("帯", "Band").render(language))
    table.add_column(Text("人数", "People").render(language), justify="right")
    table.add_column(Text("構成比", "Share").render(language), justify="right")
    for band in found.reports["freshness"]["bands"]:
        name = BAND_NAMES[FreshnessBand(band["band"])].render(language)
        table.add_row(name, f"{band['customers']:,}", f"{band['share']:.1%}")
    return table

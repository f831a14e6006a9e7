"""`okaeri close-mall`: take the addresses of a mall's people off, where an older version stored them."""

import click

from okaeri.customers import api as customers
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.project import terminal
from okaeri.project.commands import options

_COUNT = Text(
    "{source} の連絡先のうち、宛先や住所があるものは{n}件です。",
    "{n} contacts of {source} have an address, a telephone or a street.",
)
_HOW = Text(
    "消すには --take-off を付けてください。自社店舗だけのファイルから来た方の分も消えますが、"
    "そのファイルを取り込み直すと戻ります。",
    "Add --take-off to take them off. People of your own shop's files go too; importing such a file "
    "again brings them back.",
)
_DONE = Text(
    "{n}件の連絡先から宛先と住所を消しました({people}人)。注文と集計は変わりません。",
    "Addresses were taken off {n} contacts ({people} people); orders and figures stay.",
)
_NO_MALL = Text(
    "{source} はモールのデータ元ではありません。使えるのは {known} です。",
    "{source} is no source of a mall's orders; these are: {known}.",
)


@click.command(name="close-mall")
@click.argument("source", default="nextengine")
@click.option("--take-off", is_flag=True, help="Do it; without, only say how many there are.")
@options.data_dir
def close_mall(source: str, *, take_off: bool) -> None:
    """Say how many of a mall's people can be reached, and take their addresses off."""
    malls = sorted(info.key for info in intake.list_connectors() if info.is_analysis_only)
    if source not in malls:
        raise InputError(_NO_MALL.format(source=source, known=", ".join(malls)))
    if not take_off:
        count = intake.count_open_contacts(source)
        terminal.say(_COUNT.format(n=count, source=source))
        if count:
            terminal.say(_HOW)
        return
    closed = customers.close_mall(source)
    terminal.say(_DONE.format(n=closed.contacts, people=closed.people))

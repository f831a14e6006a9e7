"""`okaeri bounces`: take in what other mail servers report, from files or piped from our own."""

import json
from typing import BinaryIO

import click

from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.project import terminal
from okaeri.project.commands import options

_SAID = Text(
    "不達 {bounced} 件、苦情 {complained} 件、到着 {delivered} 件を記録し、{suppressed} 件の宛先を止めました。"
    "記録済み {repeated} 件、心当たりのないもの {unmatched} 件、通知ではないもの {ignored} 件。",
    "Noted {bounced} bounces, {complained} complaints and {delivered} arrivals; suppressed {suppressed} "
    "addresses. Known already: {repeated}, no mail of ours: {unmatched}, no report: {ignored}.",
)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@options.data_dir
def bounces(files: tuple[BinaryIO, ...], as_json: bool) -> None:
    """Take in bounces and complaints: mails or mboxes, - for what is piped in.

    In Postfix's /etc/aliases, for the address mails are sent from: bounces: "|okaeri bounces -"
    """
    counts = deliver.record_reports((file.read() for file in files), clock.now())
    found = {name: getattr(counts, name) for name in counts.__slots__}
    if as_json:
        click.echo(json.dumps(found))
    else:
        terminal.say(_SAID.format(**found))

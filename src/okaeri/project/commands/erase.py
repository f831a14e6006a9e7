"""`okaeri erase`: forget one person from the command line."""

import click

from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.project import terminal
from okaeri.project.commands import options
from okaeri.web.rights.erasing import erase_everywhere, preview_erasure

_PREVIEW = Text("{n}件の記録から消します。", "{n} records will be blanked.")
_DONE = Text("顧客 {id} を消去しました。", "Customer {id} was erased.")
_NOTHING = Text(
    "番号が違うため、何も消していません。", "Another number was typed; nothing was erased."
)


@click.command()
@click.argument("customer_id", type=int)
@click.option("--confirm", type=int, help="The same number again, instead of typing it.")
@options.data_dir
def erase(customer_id: int, confirm: int | None) -> None:
    """Forget a person everywhere; his orders stay as figures of nobody. Cannot be undone."""
    total = sum(preview_erasure(customer_id).values())
    terminal.say(_PREVIEW.format(n=total))
    typed = click.prompt("ID", type=int) if confirm is None else confirm
    if typed != customer_id:
        terminal.complain(_NOTHING)
        raise click.exceptions.Exit(2)
    erase_everywhere(customer_id, clock.now())
    terminal.say(_DONE.format(id=customer_id))

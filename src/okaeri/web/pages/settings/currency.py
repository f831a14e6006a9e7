"""Whether the shop may count in another currency: not once orders are stored in one."""

from collections.abc import Mapping

from okaeri.foundation.settings import ShopProfile, Value, load, specs_of
from okaeri.foundation.text import Text
from okaeri.intake import api as intake

CURRENCY = specs_of(ShopProfile)["currency"].key
_STAYS = Text(
    "通貨は{given}に変えられません。{kept}の注文が{n}件あり、同じ数字が別の金額として表示されてしまいます。"
    "別の通貨のお店は、新しいデータフォルダで始めてください。",
    "The currency cannot become {given}: there are {n} orders in {kept}, and their figures would be "
    "shown as other amounts. Start a shop of another currency in a data folder of its own.",
)


def why_currency_stays(values: Mapping[str, Value]) -> Text | None:
    """Say why the currency of a form cannot be taken; None where it can."""
    given = values.get(CURRENCY)
    if given is None or given == load(ShopProfile).currency:
        return None
    others = {code: n for code, n in intake.count_orders_by_currency().items() if code != given}
    if not others:
        return None
    kept = max(others, key=lambda code: (others[code], code))
    return _STAYS.format(given=given, kept=kept, n=f"{others[kept]:,}")

"""Postage, fees and discounts among the lines of carts: nobody chooses them, so they are no products.

Only a name that says nothing else is a fee's: 【送料無料】薬用美容液 is a product. The expressions keep
to what Python, DuckDB and Spark read alike (no backslashes, nothing looked ahead for).
"""

import re

_FEE_JA, _FEE_EN = "送料|手数料|代引き?料|包装料|のし料", "shipping|postage|carriage"
_FEE = f"{_FEE_JA}|{_FEE_EN}"
# Said of a product: taken out of its name before anything is looked for.
PROMISES = (
    "送料[・、/  ]?(代引き?)?手数料[  ]?(無料|込み?|0円)"
    "|(送料|手数料)[  ]?(無料|込み?|別途?|0円|サービス|当社負担|弊社負担)|別途送料"
    "|代引き?(不可|対応|可|ok)"
    "|free (shipping|postage|carriage)|(shipping|postage|carriage) (free|included)"
)
_OPENS = "[  【《((<・※*]*"
_PART = "([((【].{0,20}[))】])"
# 送料, 送料(北海道), 送料:クール便, 送料 沖縄, 送料・手数料, Shipping fee, Postage and packing
_BEGINS = (
    f"^{_OPENS}({_FEE})(一律|料金?|代|分|額|[・&と/]|手数料|[0-9,]+円| fees?| costs?| charges?"
    f"| and packing| & handling)*({_PART}|[】))]|[  ::/-].{{0,20}})?$"
)
# クール便送料, 代引手数料, Next Day Carriage
_ENDS = f"^.{{0,20}}({_FEE})[  】))]*{_PART}?$"
# ヤマト送料 関西, UPS Ground Shipping - 2 day; a carriage clock is a clock.
_AMIDST = f"^.{{0,20}}(({_FEE_JA})[  ::/-]|({_FEE_EN}) ?[:/-]).{{0,20}}$"
# クーポン値引き, ポイント利用分, クーポン: SUMMER10
_LESS = (
    f"^{_OPENS}(代引き?|クーポン|値引き?|ポイントご?利用)(クーポン|値引き?|割引|利用|適用|使用|調整"
    f"|コード|分|額|手数料)*({_PART}|[】))]|[::].{{0,20}}|[  ][a-z0-9%_-]*)?$"
)
FEE_LINES = f"{_BEGINS}|{_ENDS}|{_AMIDST}|{_LESS}|bank charges|handling fee|^manual$|^discount"


def is_fee_line(product_name: str) -> bool:
    """Tell whether a line of this name is postage, a fee or a discount (as `features.goods` tells it)."""
    return bool(re.search(FEE_LINES, re.sub(PROMISES, "", product_name.lower())))

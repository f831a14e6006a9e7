"""The words for what may be wrong with a definition, each naming its node."""

from pydantic import ValidationError

from okaeri.foundation.text import Text

NO_NODES = Text(
    "nodes が空です。手順を一つ以上書いてください。", "nodes is empty; write at least one step."
)
TOO_MANY_NODES = Text(
    "手順が多すぎます。{most}個までにしてください。", "There are too many steps; at most {most}."
)
NO_ID = Text(
    "{place}番目の手順に id(60文字までの文字列)がありません。",
    "Step {place} has no id (text of at most 60 characters).",
)
SAME_ID = Text(
    "手順「{node}」が二つあります。id は一つずつにしてください。",
    'There are two steps named "{node}"; give each its own id.',
)
ONE_KIND = Text(
    "手順「{node}」には種類を一つだけ書いてください({known})。",
    'Step "{node}" must have exactly one kind ({known}).',
)
UNKNOWN_KIND = Text(
    "手順「{node}」の種類「{kind}」は存在しません。使えるのは {known} です。",
    'Step "{node}" has the unknown kind "{kind}"; known ones are {known}.',
)
UNKNOWN_TARGET = Text(
    "手順「{node}」の行き先「{target}」は存在しません。手順の id を書いてください。",
    'Step "{node}" leads to "{target}", which does not exist; write the id of a step.',
)
UNREACHABLE = Text(
    "手順「{node}」へ進む道がありません。つなぐか、消してください。",
    'Nothing leads to step "{node}"; connect it or remove it.',
)
NO_EXIT = Text(
    "手順「{node}」の先に終わりがありません。最後に exit を置いてください。",
    'The walk falls off after step "{node}"; end it with an exit step.',
)
ENDLESS = Text(
    "手順「{node}」は待たずに繰り返します。間に wait の after_days を入れてください。",
    'Step "{node}" repeats without a pause; put a wait with after_days into the loop.',
)
UNKNOWN_TEMPLATE = Text(
    "手順「{node}」の文面「{template}」は存在しません。文面の一覧から選んでください。",
    'Step "{node}" uses the unknown template "{template}"; choose one from the list.',
)
UNKNOWN_SEGMENT = Text(
    "手順「{node}」が使うセグメント({segment}番)は、ないか、削除されています。"
    "別のセグメントを選ぶか、その行を消してください。",
    'Step "{node}" uses segment {segment}, which does not exist or was removed; '
    "choose another one or remove that line.",
)
SALES_TOO_EARLY = Text(
    "手順「{node}」は初回購入から{days}日以内に販促の文面「{template}」を送ります。"
    "日を遅らせるか、お役立ちの文面にするか、override_reason に理由を書いてください。",
    'Step "{node}" sends the sales template "{template}" to first-time buyers within {days} days; '
    "send it later, use a useful one, or write the reason as override_reason.",
)
OFFERS_TO_FIRST = Text(
    "手順「{node}」は初回客におすすめ商品の入った文面「{template}」を送ります。おすすめのない文面にするか、"
    "override_reason に理由を書いてください。",
    'Step "{node}" sends first-time buyers "{template}", which shows recommended products; use one '
    "without them, or write the reason as override_reason.",
)
UNKNOWN_OFFER = Text(
    "手順「{node}」のクーポン「{offer}」は存在しないか、配布を止めています。クーポンの一覧から選んでください。",
    'Step "{node}" gives the coupon "{offer}", which does not exist or was stopped; choose one from the '
    "list of coupons.",
)
NO_COUPON_BEFORE = Text(
    "手順「{node}」の文面「{template}」はクーポンを差し込みますが、クーポンを贈らずにここへ進む道があります。"
    "前に coupon の手順を置いてください。",
    'Step "{node}" sends "{template}", which shows a coupon, but can be reached without one; put a '
    "coupon step before it.",
)
UNKNOWN_ATTRIBUTE = Text(
    "手順「{node}」の項目「{attribute}」はありません。設定の「項目」で作るか、名前を直してください。",
    'Step "{node}" asks for the unknown attribute "{attribute}"; '
    "add it under Settings, Attributes, or correct its name.",
)
UNKNOWN_CHOICE = Text(
    "手順「{node}」の項目「{attribute}」に「{value}」という選択肢はありません。使えるのは {known} です。",
    'Step "{node}" asks whether "{attribute}" is "{value}", which is no choice; there are {known}.',
)
BAD_COMPARISON = Text(
    "手順「{node}」の項目「{attribute}」は「{op}」で比べられません。",
    'Step "{node}" cannot compare the attribute "{attribute}" by "{op}".',
)
_UNKNOWN_FIELD = Text(
    "{place}に使えない項目「{field}」があります。項目の名前を確認してください。",
    '{place_en} has the unknown field "{field}"; check its name.',
)
_MISSING_FIELD = Text(
    "{place}に項目「{field}」がありません。書き加えてください。",
    '{place_en} lacks the field "{field}"; add it.',
)
_BAD_VALUE = Text(
    "{place}の項目「{field}」の値が使えません({why})。",
    '{place_en} has an unusable value in "{field}" ({why}).',
)


def of_validation(error: ValidationError, node: str) -> list[Text]:
    """Put what pydantic found into one sentence per field; `node` is "" for the journey itself."""
    place, place_en = (f"手順「{node}」", f'Step "{node}"') if node else ("シナリオ", "The journey")
    sentences = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        words = {"extra_forbidden": _UNKNOWN_FIELD, "missing": _MISSING_FIELD}.get(
            item["type"], _BAD_VALUE
        )
        field = ".".join(str(part) for part in item["loc"]) or "-"
        why = item["msg"].removeprefix("Value error, ")
        filled = words.format(place=place, place_en=place_en, field=field, why=why)
        sentences.append(filled)
    return sentences


PICKED_REVIEWS = Text(
    "分岐「{node}」は、満足度によってレビューをお願いする方(文面「{template}」)を選んでいます。満足度に関わらず全員に"
    "お願いするか、どなたにもお願いしないでください(景品表示法のステマ告示)。",
    'Branch "{node}" picks by satisfaction who is asked for a review (template "{template}"). Ask all or '
    "nobody (rules on hidden advertising).",
)
# Of `plan.domain.claims.Claim`, by its value.
CLAIMS = {
    "bought_praise": Text(
        "手順「{node}」の文面「{template}」は、良い評価を頼んでいます(「{words}」)。評価の内容を指定せず、"
        "自由な感想をお願いする文にしてください(景品表示法のステマ告示)。",
        'Step "{node}": the template "{template}" asks for a good review ("{words}"). Ask for an opinion '
        "without saying which (rules on hidden advertising).",
    ),
    "hidden_reward": Text(
        "手順「{node}」の文面「{template}」は、レビューに謝礼(「{words}」)を約束しています。レビューに「PR」や「謝礼あり」と"
        "書いていただくことを文面に入れてください(景品表示法のステマ告示)。",
        'Step "{node}": the template "{template}" promises something for a review ("{words}"). Say in the '
        'letter that the review is to be marked "PR" or "incentivized" (rules on hidden advertising).',
    ),
    "urgency": Text(
        "手順「{node}」の文面「{template}」の「{words}」には、終わりの日がありません。クーポンの期限"
        "(coupon.valid_until)か日付を書くか、この言葉をやめてください(景品表示法の有利誤認)。",
        'Step "{node}": "{words}" in the template "{template}" names no end. Write the coupon\'s last day '
        "(coupon.valid_until) or a date, or leave the words out (misleading offers).",
    ),
    "compared_price": Text(
        "手順「{node}」の文面「{template}」の「{words}」は、いつの価格かが書かれていません。その価格で売った期間"
        "(例: 2026年4月から8月)を書くか、比べるのをやめてください(景品表示法の二重価格表示)。",
        'Step "{node}": "{words}" in the template "{template}" does not say when that price was asked. '
        "Write the period (as in 2026-04 to 2026-08), or do not compare (misleading prices).",
    ),
}

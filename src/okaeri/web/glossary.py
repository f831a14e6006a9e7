"""用語ヘルプ: the words of docs/glossary.md as staff read them, and which of them a page needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from okaeri.foundation.text import Text
from okaeri.insight.types import LifecycleRules


@dataclass(frozen=True, slots=True)
class Term:
    """One word and what it means, in one sentence; {places} are filled from the shop's rules."""

    name: Text
    meaning: Text


def _term(ja: str, en: str, ja_means: str, en_means: str) -> Term:
    return Term(Text(ja, en), Text(ja_means, en_means))


TERMS: Mapping[str, Term] = {
    "order": _term(
        "注文",
        "Order",
        "1回のお買い上げの伝票です。明細がいくつあっても1件と数えます。",
        "One receipt of one source; it counts once, whatever its lines.",
    ),
    "purchase": _term(
        "購入",
        "Purchase",
        "同じ方の同じ日の注文をまとめて1回と数えます。取り消しと返品は除きます。",
        "Orders of one person on one day are one; cancelled and returned ones are left out.",
    ),
    "customer": _term(
        "顧客",
        "Customer",
        "連絡先や端末がいくつあっても、1人のお客様です。",
        "One person, whatever contacts and devices.",
    ),
    "resolve": _term(
        "名寄せ",
        "Identity resolution",
        "メール、電話と氏名、会員番号などから、同じ方の記録を1人にまとめることです。",
        "Finding out which records are one person: by e-mail, by phone with name, by member number.",
    ),
    "known_at": _term(
        "知り合った日",
        "First known",
        "登録・注文・お便り・友だち追加のうち、いちばん早い記録の日です。",
        "The day of the earliest word of a person: registered, ordered, wrote or followed.",
    ),
    "lead": _term(
        "見込み客",
        "Lead",
        "連絡先は分かっていて、まだ購入のない方です。",
        "Known, no purchase yet.",
    ),
    "first": _term(
        "初回客", "First-time customer", "購入がちょうど1回の方です。", "Exactly one purchase."
    ),
    "toddler": _term(
        "よちよち客",
        "Toddler",
        "2回以上購入し、初回から{steady}日たっていない方です。",
        "Two or more purchases within {steady} days of the first.",
    ),
    "steady": _term(
        "コツコツ客",
        "Steady",
        "{steady}日以上のお付き合いで、累計がしきい値に届いていない方です。",
        "With us for {steady} days or more, spending below the threshold.",
    ),
    "trend": _term(
        "流行客",
        "Trend",
        "{steady}日から{last_trend}日で、累計がしきい値に届いた方です。まとめ買いや贈り物の方が多くいます。",
        "{steady} to {last_trend} days, spending at or above the threshold; often bargains or gifts.",
    ),
    "prime": _term(
        "優良客",
        "Loyal",
        "{prime}日以上のお付き合いで、累計がしきい値に届いた方です。",
        "{prime} days or more, spending at or above the threshold.",
    ),
    "lapsed": _term(
        "現役 / 離脱",
        "Active / lapsed",
        "最後の購入から{lapse}日たつと離脱と数えます。日数は設定で変えられます。",
        "Lapsed from {lapse} days after the last purchase; the days are a setting.",
    ),
    "gone": _term(
        "離反",
        "Gone",
        "買い方から考えて、間が空きすぎた方です。トライアルや単品はその間隔で、ほかは離脱の日数で見ます。",
        "Silent for longer than the way somebody buys allows: trials and one-off products by their "
        "own intervals, else the days until lapsed.",
    ),
    "at_risk": _term(
        "離脱予備軍",
        "At risk",
        "最後の購入から{warn}日から{last_warn}日の方です。",
        "{warn} to {last_warn} days since the last purchase.",
    ),
    "out_of_reach": _term(
        "離脱圏",
        "Out of reach",
        "鮮度がいちばん低い段階の方です。日数ではなく、その方のいつもの間隔と比べて決まります。",
        "The lowest band of freshness: by somebody's own usual interval, not by a number of days.",
    ),
    "lapse_reason": _term(
        "離脱理由",
        "Reason for leaving",
        "離れたわけを、お店の一覧から1つ選んだものです。",
        "Why somebody left: one of the reasons on the shop's list.",
    ),
    "revived": _term(
        "復活", "Revived", "離脱のあと、また購入した方です。", "Bought again after a lapse."
    ),
    "f2": _term(
        "F2転換",
        "Second purchase",
        "初回客が2回目を購入することです。",
        "A first-time customer buys again.",
    ),
    "f2_late": _term(
        "F2転換遅れ",
        "Late second purchase",
        "初回から{late}日たっても2回目がない方です。",
        "No second purchase {late} days after the first.",
    ),
    # The days of a shop that lets its own past decide them.
    "f2_late_own": _term(
        "F2転換遅れ",
        "Late second purchase",
        "初回から、2回目を買う方の5人に4人が戻る日数(実績が少ないうちは{late}日)たっても、2回目がない方です。",
        "No second purchase after the days in which four of five who come back do so ({late} days while "
        "few have).",
    ),
    "tenure": _term(
        "在籍日数", "Tenure", "初回の購入からの日数です。", "Days since the first purchase."
    ),
    "recency": _term(
        "離脱日数", "Recency", "最後の購入からの日数です。", "Days since the last purchase."
    ),
    "net": _term(
        "累計購入金額",
        "Spend so far",
        "商品の税込金額から値引き、ポイント利用、返金を引いた合計です。送料は含みません。",
        "Goods including tax, less discounts, points used and refunds; no shipping.",
    ),
    "threshold": _term(
        "しきい値",
        "Threshold",
        "平均顧客単価の{multiple}倍です。月のはじめに決め、その月は動かしません。",
        "{multiple} times the average unit price, fixed for the month.",
    ),
    "threshold_nightly": _term(
        "しきい値",
        "Threshold",
        "平均顧客単価の{multiple}倍です。毎晩、計算し直します。",
        "{multiple} times the average unit price, reckoned anew every night.",
    ),
    "cycle": _term(
        "購買サイクル",
        "Purchase cycle",
        "その方の購入と購入の間の、いつもの日数です。",
        "The person's usual days between purchases.",
    ),
    "freshness": _term(
        "顧客鮮度",
        "Freshness",
        "購入や到着の直後を100とし、いつもの間隔が過ぎるごとに半分になります。クリックや回答などの反応で上がります。",
        "100 at a purchase or delivery; halves with every usual interval that passes; clicks, answers and "
        "other signs of life lift it.",
    ),
    "rfm": _term(
        "R・F・Mランク",
        "RFM ranks",
        "最近さ、回数、金額をそれぞれ1から5で表します。5が最もよい値です。",
        "How recent, how often, how much: 1 to 5 each, 5 is best.",
    ),
    "cohort": _term(
        "コホート",
        "Cohort",
        "初回購入の月が同じ方の集まりです。",
        "Customers by the month of their first purchase.",
    ),
    "dropoff": _term(
        "離反ポイント",
        "Drop-off",
        "何回目の購入のあとで、来なくなる方が多いかです。",
        "The purchase after which most people stop coming.",
    ),
    "segment": _term(
        "セグメント",
        "Segment",
        "条件に合う顧客の集まりに名前を付けたものです。",
        "Customers a rule describes, under a name.",
    ),
    "journey": _term(
        "シナリオ",
        "Journey",
        "きっかけから始まり、日を追って自動で進む、お客様へのひと続きの対応です。",
        "A treatment that starts by itself and goes on day by day.",
    ),
    "anchor": _term(
        "起点日",
        "Anchor",
        "シナリオの日数を数え始める日です。注文、発送、到着から選びます。",
        "The day a journey counts from: order, shipping or delivery.",
    ),
    "goal": _term(
        "目的",
        "Goal",
        "シナリオが目指すもので、1本に1つだけです。",
        "What a journey is for; each has exactly one.",
    ),
    "playbook": _term(
        "プレイブック",
        "Playbook",
        "はじめから入っている、文面つきのシナリオです。",
        "A journey with its contents that ships with the product.",
    ),
    "content_kind": _term(
        "お役立ち・販促・取引",
        "Useful, sales, transactional",
        "文面の種類です。販促だけに回数の上限があります。",
        "What a message is; sales messages are limited in number.",
    ),
    "suppression": _term(
        "配信除外",
        "Suppression",
        "同意があっても送らない宛先です。",
        "An address that is not written to whatever consent says.",
    ),
    "consent": _term(
        "承諾・同意",
        "Consent",
        "通知の手段ごとに、いつ、どの文言で同意をいただいたかの記録です。",
        "Given or withdrawn for each channel, with the words and the day.",
    ),
    "cap": _term(
        "配信頻度上限",
        "Frequency cap",
        "1日と1週間に送るご案内の上限です。",
        "The most marketing messages in a day and a week.",
    ),
    "quiet": _term(
        "静かな時間",
        "Quiet hours",
        "ご案内を送らない時間帯です。",
        "Hours in which no marketing leaves.",
    ),
    "holdout": _term(
        "対照群",
        "Left out on purpose",
        "効果を比べるために、あえて何も送らない方です。",
        "People who get nothing, so that the effect can be seen.",
    ),
    "effect": _term(
        "効果",
        "Effect",
        "送った方と対照群との差です。",
        "The difference between those treated and those left out.",
    ),
    "smallest": _term(
        "見えたはずの最小の差",
        "Smallest detectable effect",
        "この人数なら、これより大きな差は見つかったはずという値です。",
        "A difference larger than this would have been seen.",
    ),
    "unknown": _term(
        "不明",
        "Unknown",
        "届いたかどうか分からないメッセージです。ひとりでに送り直すことはありません。",
        "May have arrived; never sent again by itself.",
    ),
    "attribute": _term(
        "項目",
        "Attribute",
        "肌質や悩みなど、お店が自分で決めて集める情報です。",
        "What the shop itself asks about people: skin, worries and so on.",
    ),
    "origin": _term(
        "データの出どころ",
        "Origin of data",
        "自社(1st)、提携先(2nd)、購入データ(3rd)の区別です。",
        "First party is our own, second a partner's, third bought.",
    ),
    "double_opt_in": _term(
        "確認メールによる登録",
        "Double opt-in",
        "届いたメールのボタンを押して、はじめて登録になる方式です。",
        "Somebody counts as registered once he pressed the button in the mail.",
    ),
    "media": _term(
        "媒体", "Source", "どこを見て来てくださったかの印です。", "Where somebody came from."
    ),
    "call_list": _term(
        "架電リスト",
        "Call list",
        "電話をかける方を、優先度の順に並べた一覧です。",
        "People to telephone, the most urgent first.",
    ),
    "coupon": _term(
        "クーポン",
        "Coupon",
        "お一人1枚、1回限りの値引きです。メール・LINE・お客様ページ・レジで同じ状態が見えます。",
        "One discount for one person and one use; mails, LINE, the customer's page and tills show the "
        "same state.",
    ),
    "card": _term(
        "会員証",
        "Membership card",
        "どのレジでも、同じ1人のお客様と分かる番号です。",
        "A code that names one person at any till.",
    ),
    "masking": _term(
        "伏せ字",
        "Masking",
        "役割によって、氏名や連絡先の一部だけを見せることです。",
        "Names and contacts shown in part, by role.",
    ),
    "access_log": _term(
        "閲覧の記録",
        "Access log",
        "誰が、いつ、どなたの個人情報を見たかの記録です。",
        "Who saw whose personal data, and when.",
    ),
    "erasure": _term(
        "消去",
        "Erasure",
        "ご本人の求めで個人情報を消すことです。注文は誰のものでもない数字として残ります。",
        "Personal data go at a person's wish; orders stay as figures of nobody.",
    ),
    "webhook": _term(
        "Webhook",
        "Webhook",
        "注文などがあったときに、カートからすぐに届く知らせです。",
        "A message the cart sends at once when something happens.",
    ),
    "outgoing_webhook": _term(
        "外への通知(Webhook)",
        "Webhook",
        "出来事があるたびに、登録したアドレスへこちらから送る署名付きの知らせです。",
        "A signed note we send to a registered address whenever something happens.",
    ),
    "api_key": _term(
        "APIキー",
        "API key",
        "ほかのプログラムが出入りするための鍵です。できることを絞って渡します。",
        "What another program comes in with; it may do only what its scopes say.",
    ),
    "nps": _term(
        "推奨度",
        "NPS",
        "0〜10の質問で9・10と答えた方の割合から、0〜6の方の割合を引いた数字です。",
        "The share of 9 and 10 less that of 0 to 6, of answers from 0 to 10.",
    ),
    "tag": _term(
        "計測タグ",
        "Tag",
        "ショップのページに貼り、見られた商品やカートの動きを知る小さなプログラムです。",
        "A small script on the shop's pages that tells which products are looked at.",
    ),
    "job": _term(
        "処理",
        "Job",
        "取り込みや集計など、裏で進む長い仕事です。",
        "Long work behind the scenes: imports, analyses.",
    ),
    "connector": _term(
        "取り込みの形",
        "File format",
        "カートやモールごとの、CSVの列の並びです。",
        "How a cart's or mall's file is laid out.",
    ),
}
# Where a page begins → what it needs to be understood; the longest beginning that fits counts.
_OF_PAGES: Mapping[str, tuple[str, ...]] = {
    "/": ("f2", "prime", "journey", "holdout", "effect"),
    "/start/": (
        "order",
        "resolve",
        "customer",
        "first",
        "toddler",
        "steady",
        "trend",
        "prime",
        "journey",
        "holdout",
    ),
    "/customers/": (
        "customer",
        "freshness",
        "net",
        "lapsed",
        "at_risk",
        "f2_late",
        "revived",
        "rfm",
        "consent",
    ),
    "/customers/counter/": ("card", "customer"),
    "/customers/matching/": ("resolve", "customer"),
    "/analysis/": ("first", "toddler", "steady", "trend", "prime", "lapsed", "threshold", "tenure"),
    "/analysis/dropoff/": ("dropoff", "f2", "purchase"),
    "/analysis/reasons/": ("lapse_reason", "lapsed"),
    "/analysis/loyalty/": ("nps", "first", "prime", "lapsed"),
    "/analysis/cohorts/": ("cohort", "purchase"),
    "/analysis/freshness/": ("freshness", "out_of_reach", "lapsed", "cycle", "recency"),
    "/analysis/kpis/": ("f2", "lapsed", "at_risk", "out_of_reach", "gone", "revived"),
    "/analysis/survival/": ("gone", "lapsed", "at_risk", "out_of_reach", "purchase"),
    "/analysis/segments/": ("segment", "lapsed"),
    "/actions/": ("journey", "goal", "anchor", "playbook", "holdout", "content_kind"),
    "/actions/calendar/": ("content_kind", "journey", "playbook", "lapsed", "holdout"),
    "/actions/messages/": ("content_kind", "suppression", "cap", "quiet", "unknown"),
    "/actions/coupons/": ("coupon", "journey", "holdout"),
    "/actions/calls/": ("call_list", "at_risk", "f2_late", "holdout"),
    "/actions/forms/": ("double_opt_in", "media", "lead", "consent"),
    "/voices/": ("consent", "customer"),
    "/results/": ("holdout", "effect", "smallest"),
    "/settings/": ("lapsed", "threshold", "cap", "quiet"),
    "/settings/imports/": ("connector", "order", "resolve"),
    "/settings/attributes/": ("attribute", "origin"),
    "/settings/privacy/": ("erasure", "access_log", "consent"),
    "/settings/staff/": ("masking", "access_log"),
    "/settings/tag/": ("tag", "consent"),
    "/settings/jobs/": ("job",),
    "/settings/api-keys/": ("api_key",),
    "/settings/webhooks/": ("outgoing_webhook", "api_key"),
    "/connections/": ("webhook",),
}


def terms_of(path: str, rules: LifecycleRules) -> list[Term]:
    """Give the terms a page needs, by the shop's own rules; every page of staff has some."""
    fitting = [
        start for start in _OF_PAGES if path.startswith(start) and (start != "/" or path == "/")
    ]
    keys = _OF_PAGES[max(fitting, key=len, default="/")]
    found, numbers = (TERMS[_by_rules(key, rules)] for key in keys), _numbers(rules)
    return [Term(term.name, term.meaning.format(**numbers)) for term in found]


def _by_rules(key: str, rules: LifecycleRules) -> str:
    if key == "threshold" and rules.threshold_refresh == "nightly":
        return "threshold_nightly"
    if key == "f2_late" and rules.f2_late_mode == "own_days":
        return "f2_late_own"
    return key


def _numbers(rules: LifecycleRules) -> dict[str, object]:
    return {
        "steady": rules.steady_days,
        "last_trend": rules.prime_days - 1,
        "prime": rules.prime_days,
        "warn": rules.warn_days,
        "last_warn": rules.lapse_days - 1,
        "lapse": rules.lapse_days,
        "late": rules.f2_late_days,
        "multiple": f"{rules.multiple:g}",
    }

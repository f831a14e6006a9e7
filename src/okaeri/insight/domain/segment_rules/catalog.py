"""What a rule may speak of: columns of a person, and things people did with their columns.

The builder page, the sentences and the checks all read these tables; a shop's own attributes join
by `with_attributes`.
"""

from collections.abc import Iterable
from dataclasses import replace

from okaeri.customers.attribute_types import AttributeIn
from okaeri.foundation.text import MONTHS_EN, Text
from okaeri.insight.domain.age_bands import BANDS
from okaeri.insight.segment_types import RECENT_DAYS, Catalog, Fact, Field
from okaeri.insight.types import BAND_NAMES, STAGE_NAMES

ATTRIBUTE = "attribute:"
FORECAST = "forecast"

_BOOL = "bool"
WEEKDAYS = (
    Text("月曜", "Monday"),
    Text("火曜", "Tuesday"),
    Text("水曜", "Wednesday"),
    Text("木曜", "Thursday"),
    Text("金曜", "Friday"),
    Text("土曜", "Saturday"),
    Text("日曜", "Sunday"),
)
_STAGES = {stage.value: name for stage, name in STAGE_NAMES.items()}
_ORDER_KINDS = {
    "single": Text("単品", "One-off"),
    "trial": Text("トライアル", "Trial"),
    "subscription": Text("定期", "Subscription"),
}
_BANDS = {band.value: name for band, name in BAND_NAMES.items()}
FIELDS: dict[str, Field] = {
    "stage": Field(Text("クラス", "Class"), "choice", choices=_STAGES, group="class"),
    "is_lapsed": Field(
        Text("離脱している", "Lapsed"),
        _BOOL,
        choices={"1": Text("離脱している", "lapsed"), "0": Text("離脱していない", "not lapsed")},
        group="class",
    ),
    # By the rule of how he buys; made for segments alone (`features.gone`).
    "is_gone": Field(
        Text("離反している", "Gone"),
        _BOOL,
        choices={"1": Text("離反している", "gone"), "0": Text("離反していない", "not gone")},
        group="class",
    ),
    # Of one-off buyers: whose days of silence say when they are gone (`features.gone`).
    "gone_by_sku": Field(
        Text("離反を決める商品コード", "Product code whose days decide"), "text", group="class"
    ),
    "is_at_risk": Field(
        Text("離脱予備軍", "At risk"),
        _BOOL,
        choices={
            "1": Text("離脱予備軍である", "at risk of lapsing"),
            "0": Text("離脱予備軍ではない", "not at risk"),
        },
        group="class",
    ),
    "is_f2_late": Field(
        Text("F2転換遅れ", "Second purchase late"),
        _BOOL,
        choices={
            "1": Text("2回目の購入が遅れている", "a late second purchase"),
            "0": Text("2回目の購入が遅れていない", "no late second purchase"),
        },
        group="class",
    ),
    "is_revived": Field(
        Text("復活客", "Revived"),
        _BOOL,
        choices={"1": Text("復活客である", "a revival"), "0": Text("復活客ではない", "no revival")},
        group="class",
    ),
    "stage_before": Field(
        Text("6か月前のクラス", "Class six months before"),
        "choice",
        choices=_STAGES,
        group="class",
    ),
    "lapsed_before": Field(
        Text("6か月前に離脱していた", "Lapsed six months before"),
        _BOOL,
        choices={
            "1": Text("6か月前に離脱していた", "lapsed six months before"),
            "0": Text("6か月前に離脱していない", "not lapsed six months before"),
        },
        group="class",
    ),
    "r_rank_before": Field(
        Text("6か月前のRランク", "R rank six months before"), "int", group="class", low=1, high=5
    ),
    "f_rank_before": Field(
        Text("6か月前のFランク", "F rank six months before"), "int", group="class", low=1, high=5
    ),
    "freshness": Field(Text("鮮度", "Freshness"), "float", group="class", low=0, high=100),
    "freshness_band": Field(
        Text("鮮度帯", "Freshness band"), "choice", choices=_BANDS, group="class"
    ),
    "purchase_count": Field(Text("購入回数", "Purchases"), "int", "times", group="buying", low=0),
    "order_count": Field(Text("注文件数", "Orders"), "int", "times", group="buying", low=0),
    "net_minor": Field(Text("累計購入額", "Spend so far"), "int", "money", group="buying"),
    "net_12m_minor": Field(
        Text("直近12か月の購入額", "Spend, last 12 months"), "int", "money", group="buying"
    ),
    "decile": Field(
        Text("デシル(1が最上位)", "Decile (1 is the top)"), "int", group="buying", low=1, high=10
    ),
    "r_rank": Field(Text("Rランク", "R rank"), "int", group="buying", low=1, high=5),
    "f_rank": Field(Text("Fランク", "F rank"), "int", group="buying", low=1, high=5),
    "m_rank": Field(Text("Mランク", "M rank"), "int", group="buying", low=1, high=5),
    "first_on": Field(Text("初回購入日", "First purchase"), "date", group="buying"),
    # How it began: of the first order of the first day; unknown where that order does not say.
    "first_kind": Field(
        Text("初回の買い方", "First order's kind"),
        "choice",
        choices=_ORDER_KINDS,
        group="buying",
    ),
    "first_sku": Field(
        Text("初回の商品コード", "Product code of the first order"), "text", group="buying"
    ),
    "first_media": Field(Text("初回の媒体", "Source of the first order"), "text", group="buying"),
    "first_source": Field(Text("初回の販売元", "Shop of the first order"), "text", group="buying"),
    "first_day_orders": Field(
        Text("初回の日の注文件数", "Orders on the first day"), "int", "times", group="buying", low=0
    ),
    "first_day_trials": Field(
        Text("初回の日のトライアルの件数", "Trials on the first day"),
        "int",
        "times",
        group="buying",
        low=0,
    ),
    "second_on": Field(Text("2回目の購入日", "Second purchase"), "date", group="buying"),
    "last_on": Field(Text("最終購入日", "Last purchase"), "date", group="buying"),
    "recency_days": Field(
        Text("最終購入からの日数", "Days since last purchase"), "int", "days", group="buying", low=0
    ),
    "tenure_days": Field(Text("在籍日数", "Tenure"), "int", "days", group="buying", low=0),
    "cycle_days": Field(
        Text("購入間隔", "Purchase interval"), "float", "days", group="buying", low=0
    ),
    "runs_out_on": Field(Text("使い切り予定日", "Runs out on"), "date", group="buying"),
    "discount_share": Field(
        Text("値引き購入率", "Share of discounted orders"),
        "float",
        "percent",
        group="buying",
        low=0,
        high=1,
    ),
    "margin_share": Field(Text("粗利率", "Margin"), "float", "percent", group="buying", high=1),
    # Of the last forecast; unknown for people who never bought (`insight.models.CustomerPrediction`).
    "p_alive": Field(
        Text("継続の確率", "Chance of still being a customer"),
        "float",
        "percent",
        group=FORECAST,
        low=0,
        high=1,
    ),
    "returns_chance": Field(
        Text("予測期間内に買う確率", "Chance of buying within the forecast"),
        "float",
        "percent",
        group=FORECAST,
        low=0,
        high=1,
    ),
    "lapse_risk": Field(
        Text("離脱リスク(設定した日数の先まで)", "Lapse risk (within the days set)"),
        "float",
        "percent",
        group=FORECAST,
        low=0,
        high=1,
    ),
    "orders_365": Field(
        Text("予測購入回数(365日)", "Purchases to come (365 days)"),
        "float",
        "times",
        group=FORECAST,
        low=0,
    ),
    "value_365_minor": Field(
        Text("予測購入額(365日)", "Value to come (365 days)"), "int", "money", group=FORECAST
    ),
    "importance": Field(
        Text("重要度(0〜100)", "Importance (0 to 100)"), "float", group=FORECAST, low=0, high=100
    ),
    "priority": Field(
        Text("優先度(0〜100)", "Priority (0 to 100)"), "float", group=FORECAST, low=0, high=100
    ),
    "next_on": Field(Text("次の購入の予測日", "Next purchase expected"), "date", group=FORECAST),
    "usual_gap_days": Field(
        Text("いつもの間隔", "Usual interval"), "float", "days", group=FORECAST, low=0
    ),
    "overdue_ratio": Field(
        Text("乖離率(いつもの間隔の何倍か)", "Silence in usual intervals"),
        "float",
        group=FORECAST,
        low=0,
    ),
    "best_hour": Field(
        Text("買いやすい時間帯(時)", "Best hour (0 to 23)"), "int", group=FORECAST, low=0, high=23
    ),
    "birthday": Field(Text("誕生日", "Birthday"), "birthday"),
    "age_band": Field(
        Text("年代", "Age group"),
        "choice",
        choices={band: name for band, (_, name) in BANDS.items()},
    ),
    "prefecture": Field(Text("都道府県", "Prefecture"), "text"),
    # Consent alone; whether a mail may go is asked when it is about to leave.
    "mail_consent": Field(
        Text("メールの同意", "Consent to mail"),
        "choice",
        choices={
            "granted": Text("同意あり", "given"),
            "withdrawn": Text("配信停止", "withdrawn"),
            "none": Text("記録なし", "not on record"),
        },
    ),
    "known_on": Field(Text("知り合った日", "First known"), "date"),
    "customer_id": Field(Text("顧客ID", "Customer id"), "int"),
    "as_of": Field(Text("基準日", "Day of analysis"), "date"),
}

# Keys are texts, as all choices: 0 is Monday.
_WEEKDAYS = {str(n): name for n, name in enumerate(WEEKDAYS)}
_HOURS = {str(n): Text(f"{n}時台", f"{n} h") for n in range(24)}
_MONTHS = {str(n): Text(f"{n}月", name) for n, name in enumerate(MONTHS_EN, 1)}
_SKU = Field(Text("商品コード", "Product code"), "text")
_KIND = Field(Text("種類", "Kind"), "choice", choices=_ORDER_KINDS)
_SOURCE = Field(Text("販売元", "Sold by"), "text")
FACTS: dict[str, Fact] = {
    "order": Fact(
        Text("注文", "order"),
        Text("回", "times"),
        {
            "net_minor": Field(Text("金額", "Amount"), "int", "money"),
            "kind": _KIND,
            "is_discounted": Field(
                Text("値引きあり", "Discounted"),
                _BOOL,
                choices={
                    "1": Text("値引きあり", "discounted"),
                    "0": Text("値引きなし", "full price"),
                },
            ),
            "delivery_no": Field(Text("定期の回数", "Delivery number"), "int", "times"),
            "media_code": Field(Text("媒体", "Source"), "text"),
            "source": _SOURCE,
            # Of the shop's day and clock.
            "weekday": Field(Text("曜日", "Weekday"), "choice", choices=_WEEKDAYS),
            "hour": Field(Text("時間帯", "Hour"), "choice", choices=_HOURS),
            "month": Field(Text("月", "Month"), "choice", choices=_MONTHS),
            # Of whoever ordered, else of where it went (`features.areas`).
            "prefecture": Field(Text("注文の都道府県", "Prefecture of the order"), "text"),
            "postal3": Field(
                Text("注文の郵便番号(上3桁)", "Postal code of the order (first 3 digits)"), "text"
            ),
        },
    ),
    "item": Fact(
        Text("商品の購入", "purchase of a product"),
        Text("回", "times"),
        {
            "sku": _SKU,
            "category": Field(Text("カテゴリー", "Category"), "text"),
            "product_name": Field(Text("商品名", "Product name"), "text"),
            "kind": _KIND,
            "source": _SOURCE,
            "quantity": Field(Text("数量", "Quantity"), "int"),
            "amount_minor": Field(Text("金額", "Amount"), "int", "money"),
        },
    ),
    "subscription": Fact(
        Text("定期の出来事", "subscription event"),
        Text("回", "times"),
        {
            "kind": Field(
                Text("出来事", "What happened"),
                "choice",
                choices={
                    "started": Text("開始", "Started"),
                    "delivered": Text("お届け", "Delivered"),
                    "skipped": Text("スキップ", "Skipped"),
                    "paused": Text("休止", "Paused"),
                    "resumed": Text("再開", "Resumed"),
                    "cancelled": Text("解約", "Cancelled"),
                },
            ),
            # Of a cancellation: deliveries of the contract before it (domain §1.3 #25).
            "delivery_no": Field(Text("お届け回数", "Deliveries so far"), "int", "times"),
            # Of the whole contract, on each of its rows: one person may have several.
            "deliveries_now": Field(
                Text("その契約のこれまでのお届け回数", "Deliveries of the contract until now"),
                "int",
                "times",
            ),
            "is_active": Field(
                Text("契約がいま有効", "Contract active now"),
                _BOOL,
                choices={
                    "1": Text("契約がいま有効", "contract active now"),
                    "0": Text("契約がいま無効", "contract not active now"),
                },
            ),
            "sku": _SKU,
            "reason": Field(Text("解約理由", "Reason"), "text"),
        },
    ),
    "event": Fact(
        Text("ページでの行動", "visit to the shop's pages"),
        Text("回", "times"),
        {
            "kind": Field(
                Text("行動", "What was done"),
                "choice",
                choices={
                    "page_view": Text("ページ閲覧", "Page view"),
                    "product_view": Text("商品閲覧", "Product view"),
                    "search": Text("検索", "Search"),
                    "cart_add": Text("カートに追加", "Added to cart"),
                    "cart_remove": Text("カートから削除", "Removed from cart"),
                    "checkout": Text("購入手続き", "Checkout"),
                },
            ),
            "url": Field(Text("ページのアドレス", "Page address"), "text"),
            "sku": _SKU,
            "category": Field(Text("カテゴリー", "Category"), "text"),
            "query": Field(Text("検索語", "Searched for"), "text"),
        },
        kept_days=RECENT_DAYS,
    ),
    "answer": Fact(
        Text("アンケートの回答", "answer"),
        Text("回", "times"),
        {
            "question": Field(Text("質問", "Question"), "text"),
            "score": Field(Text("点数", "Score"), "int"),
        },
    ),
    "inquiry": Fact(
        Text("問い合わせ", "inquiry"),
        Text("回", "times"),
        {
            "kind": Field(
                Text("内容", "What it was"),
                "choice",
                choices={
                    "question": Text("質問", "Question"),
                    "request": Text("要望", "Request"),
                    "complaint": Text("苦情", "Complaint"),
                    "praise": Text("お褒め", "Praise"),
                },
            ),
            "medium": Field(
                Text("手段", "By"),
                "choice",
                choices={
                    "mail": Text("メール", "E-mail"),
                    "phone": Text("電話", "Telephone"),
                    "chat": Text("チャット", "Chat"),
                    "form": Text("フォーム", "Form"),
                    "store": Text("店頭", "In the shop"),
                    "interview": Text("インタビュー", "Interview"),
                },
            ),
        },
    ),
    "review": Fact(
        Text("レビュー", "review"),
        Text("回", "times"),
        {"stars": Field(Text("星の数", "Stars"), "int"), "sku": _SKU},
    ),
    # First presses by people; the product or category is that of the page (`domain.pages`).
    "click": Fact(
        Text("メッセージのクリック", "click in a message"),
        Text("回", "times"),
        {
            "url": Field(Text("リンク先", "Link"), "text"),
            "sku": _SKU,
            "category": Field(Text("カテゴリー", "Category"), "text"),
        },
        kept_days=RECENT_DAYS,
    ),
    # Told anew every night (`features.interests`); only what counts as an interest has a row.
    "interest": Fact(
        Text("関心", "interest"),
        Text("件", "topics"),
        {
            "topic": Field(Text("分類", "Category"), "text"),
            "strength": Field(Text("強さ(0〜1)", "Strength (0 to 1)"), "float"),
        },
        is_standing=True,
    ),
}
# Answers kept with a person (skin, worry, ...); rules name them as `attribute:<key>` instead.
ATTRIBUTE_COLUMNS = {
    "key": Field(Text("項目", "Item"), "text"),
    "text": Field(Text("回答", "Answer"), "text"),
    "number": Field(Text("回答", "Answer"), "float"),
    "on": Field(Text("回答", "Answer"), "date"),
}
BUILT_IN = Catalog(FIELDS, FACTS)

_KINDS = {"text": "text", "number": "float", "date": "date", "choice": "choice", "tags": "choice"}


def with_topics(catalog: Catalog, topics: Iterable[str]) -> Catalog:
    """Add the categories people care for, to be chosen from; a rule may name another."""
    interest = catalog.facts["interest"]
    names = {topic: Text(topic, topic) for topic in topics}
    columns = {**interest.columns, "topic": replace(interest.columns["topic"], choices=names)}
    return replace(catalog, facts={**catalog.facts, "interest": replace(interest, columns=columns)})


def with_attributes(catalog: Catalog, attributes: Iterable[AttributeIn]) -> Catalog:
    """Add a shop's own questions to its fields."""
    own = {
        ATTRIBUTE + one.key: Field(
            one.name, _KINDS[one.kind.value], choices=one.choice_names(), group="attribute"
        )
        for one in attributes
        if one.is_active
    }
    return replace(catalog, fields={**catalog.fields, **own})

"""What letters must not say: forty wordings about reviews (F31), urgency and prices, and what is refused."""

from datetime import UTC, datetime

import pytest

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.plan.domain.claims import Claim, claims_in
from okaeri.plan.models import Template
from okaeri.plan.types import ContentDraft, DefinitionError
from tests.plan.journeys_for_tests import source_of

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
PRAISE, HIDDEN = Claim.BOUGHT_PRAISE, Claim.HIDDEN_REWARD
# Wording → what is wrong with it; None where nothing is.
REVIEWS: dict[str, Claim | None] = {
    "★5でレビューを投稿してくださった方に300ポイント。": PRAISE,
    "☆5をつけてください。": PRAISE,
    "星5をつけていただくと、クーポンを差し上げます。": PRAISE,
    "星５つの評価をお願いします!": PRAISE,
    "星4以上の評価をお願いいたします。": PRAISE,
    "★★★★★をつけてください": PRAISE,
    "高評価をお願いします。": PRAISE,
    "高評価をいただいた方に謝礼を差し上げます。": PRAISE,
    "良い口コミを書いてくださった方にプレゼント。": PRAISE,
    "よいレビューをお寄せください。": PRAISE,
    "いい評価をお願いできませんか。": PRAISE,
    "好意的なレビューを投稿された方に特典。": PRAISE,
    "満点の評価を付けてください。": PRAISE,
    "ポジティブな口コミをお待ちしています、ぜひ投稿を。": PRAISE,
    "星満点でお願いします。": PRAISE,
    "高得点をつけてくださると嬉しいです。": PRAISE,
    "Please leave a five-star review.": PRAISE,
    "Please give us 5 stars.": PRAISE,
    "Write a good review and get a coupon.": PRAISE,
    "Post a positive rating for 300 points.": PRAISE,
    "レビューを投稿してくださった方に300ポイントを進呈します。": HIDDEN,
    "口コミを書いてくださると、クーポンを差し上げます。": HIDDEN,
    "ご感想をお寄せいただくと、全員に特典があります。": HIDDEN,
    "レビュー投稿でプレゼント!": HIDDEN,
    "レビューを書いて {{ coupon.value }} を受け取る": HIDDEN,
    "Please write a review and get a coupon.": HIDDEN,
    "クチコミを投稿いただいた方に割引。": HIDDEN,
    "評価の投稿をお願いします、謝礼を差し上げます。": HIDDEN,
    "レビューを投稿してくださった方に300ポイント。レビューには「PR」とお書きください。": None,
    "口コミを書いてくださると、クーポンを差し上げます。「謝礼あり」とご記入をお願いします。": None,
    "Write a review for a coupon; mark it as incentivized, please.": None,
    "ご感想をお聞かせください。": None,
    "率直なレビューをお寄せください。良くなかった点もぜひ。": None,
    "レビューの内容や評価は自由です。": None,
    "多くのお客様から高評価をいただきました。": None,
    "お客様の声: 星5です。肌がしっとりしました。": None,
    "ポイントの残りは300ポイントです。": None,
    "クーポンはこちらからお使いください。": None,
    "Please tell us what you think.": None,
    "We received good reviews from readers of a magazine.": None,
}
OTHERS: dict[str, Claim | None] = {
    "本日限りの価格です。": Claim.URGENCY,
    "今だけ10%引き": Claim.URGENCY,
    "残りわずかです。": Claim.URGENCY,
    "24時間限定": Claim.URGENCY,
    "Today only!": Claim.URGENCY,
    "あと3日で終了": Claim.URGENCY,
    "本日限り。クーポンは{{ coupon.valid_until }}まで。": None,
    "今だけ、12月3日まで。": None,
    "お届けまであと3日です。本日中に発送しました。": None,
    "今日までご愛用くださり、ありがとうございます。": None,
    "今日はいかがお過ごしですか。": None,
    "今だけのお肌の悩み、12月3日にお話しします。": None,
    "通常価格5,000円が3,000円": Claim.COMPARED_PRICE,
    "定価より30%安く": Claim.COMPARED_PRICE,
    "通常5,000円→3,000円": Claim.COMPARED_PRICE,
    "Save on the regular price": Claim.COMPARED_PRICE,
    "通常価格5,000円(2026年4月から8月の販売価格)が3,000円": None,
    "価格は5,000円です。": None,
    "会員限定価格でお求めいただけます。": None,
}
STEPS = "  - {id: a, send: {template: bold}}\n  - {id: z, exit: {}}\n"


def test_the_words_of_reviews_are_forty() -> None:
    assert len(REVIEWS) == 40


@pytest.mark.parametrize(("words", "wrong"), [*REVIEWS.items(), *OTHERS.items()])
def test_a_wording_is_judged_as_a_lawyer_would(words: str, wrong: Claim | None) -> None:
    found = [claim for claim, _ in claims_in("件名", words, f"<p>{words}</p>")]
    assert found[:1] == ([] if wrong is None else [wrong])


def _content(body: str) -> None:
    version = Template.objects.filter(key="bold").count() + 1
    Template.objects.create(
        key="bold", version=version, channel="email", content_kind="useful",
        name={"ja": "文", "en": "Words"}, subject="お知らせ", body_text=body, created_at=AT,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("★5でレビューを投稿してください。", "良い評価を頼んでいます(「★5」)"),
        ("レビューを投稿してくださった方に300ポイント。", "「謝礼あり」"),
        ("本日限りです。", "終わりの日がありません"),
        ("定価より安く。", "いつの価格か"),
    ],
)
def test_a_journey_with_such_a_letter_does_not_go_live(body: str, sign: str) -> None:
    _content(body)
    key = plan.save_definition(source_of(STEPS), now=AT).key
    with pytest.raises(DefinitionError) as refused:
        plan.activate(key, now=AT)
    assert sign in refused.value.message.ja
    _content("ご感想をお聞かせください。")
    plan.activate(key, now=AT)
    # Nor does a live one get such words afterwards.
    draft = ContentDraft("bold", Text("文", "Words"), "お知らせ", body, "useful")
    with pytest.raises((DefinitionError, InputError)) as late:
        plan.save_content(draft, now=AT)
    assert sign in late.value.message.ja


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asks_the_others", "field", "is_picked"),
    [
        (False, "satisfaction", True),
        (True, "satisfaction", False),
        (False, "purchase_count", False),
    ],
)
def test_only_the_content_are_not_asked_for_a_review(
    asks_the_others: bool, field: str, is_picked: bool
) -> None:
    _content("率直なレビューをお寄せください。")
    other = "bold" if asks_the_others else "plain"
    Template.objects.create(
        key="plain", version=1, channel="email", content_kind="useful",
        name={"ja": "文", "en": "Words"}, subject="お知らせ", body_text="お元気ですか。", created_at=AT,
    )  # fmt: skip
    steps = (
        f"  - {{id: b, branch: {{when: [{{field: {field}, op: '>=', value: 4}}], then: a, otherwise: c}}}}\n"
        "  - {id: a, send: {template: bold}, next: z}\n"
        f"  - {{id: c, send: {{template: {other}}}}}\n  - {{id: z, exit: {{}}}}\n"
    )
    found = plan.lint_definition(plan.save_definition(source_of(steps), now=AT).key)
    assert any("満足度によってレビュー" in one.ja for one in found) == is_picked


@pytest.mark.django_db
def test_no_shipped_letter_says_any_of_it() -> None:
    plan.install_playbooks(AT)
    rows = Template.objects.values_list("key", "subject", "body_text", "body_html")
    assert {key: claims_in(*words) for key, *words in rows if claims_in(*words)} == {}
    found = [text.ja for one in plan.list_journeys() for text in plan.lint_definition(one.key)]
    assert [text for text in found if "ステマ" in text or "有利誤認" in text] == []

"""The one sentence a report of variants comes to, and what its numbers mean."""

from okaeri.foundation.text import Text
from okaeri.plan.variant_types import VariantReport

_NOBODY = Text("まだだれもこの手順に来ていません。", "Nobody has come to this step yet.")
_SO_FAR = Text(
    "{n}通りの文面を {meant} 通分用意し、{sent} 通を届けました。",
    "{n} contents, {meant} letters meant, {sent} of them sent.",
)
_NOT_YET = Text(
    "効果は、次の集計で最初の答えが出ます。", " The next analysis says what they changed."
)
_UP = Text(
    "「{names}」では売上の増えが確かめられました。", " A rise in sales is proven for {names}."
)
_DOWN = Text("「{names}」では売上が減っています。", " Sales fell for {names}.")
_TOO_FEW = Text(
    "どの文面も、売上の差を言うにはまだ人数か購入が足りません。",
    " For every content there are too few people or purchases to say what it changed.",
)
_NONE_SEEN = Text(
    "売上の差が確かめられた文面は、まだありません。",
    " No content is proven to have changed sales so far.",
)

DEFINITIONS = (
    (
        Text("対象", "Meant"),
        Text(
            "この手順に来た方へのお便りの数です。届けた・待ち・止めた・失敗・見送り・対照群の合計に等しくなります。",
            "Letters for people who came to this step: sent, waiting, stopped, failed, passed over and left "
            "out add up to it.",
        ),
    ),
    (
        Text("止めた・失敗・見送り", "Stopped, failed, passed over"),
        Text(
            "止めた: 同意や上限などの決まりで送らなかったか、期限が過ぎたもの。"
            "失敗: 断られたか、届いたか不明なもの。見送り: 手順の時期を過ぎていたか、苦情の対応中だったもの。",
            "Stopped: the contact rules forbade it or its time passed. Failed: rejected, or unknown whether "
            "it arrived. Passed over: too late for the step, or a complaint was open.",
        ),
    ),
    (
        Text("開封・クリック", "Opened, clicked"),
        Text(
            "届けたお便りのうち、人が開いた・リンクを押した数です。機械による開封は数えません。",
            "Of those sent, how many a person opened or pressed a link of; machines do not count.",
        ),
    ),
    (
        Text("1人当たりの差", "Difference per person"),
        Text(
            "同じセグメントの、送った方と対照群の売上の差です。入ってから観察期間の終わりまでの注文を、買わなかった方も"
            "含めて1人当たりで比べます。区間は、比べる数だけ厳しくしています。ほかのセグメントとの差ではありません。",
            "Sales of those treated minus those left out within the same segment, per person, buyers or not, "
            "from entering to the end of the window. Intervals are stricter by the number of comparisons. It "
            "is no comparison between segments.",
        ),
    ),
)


def answer_of(report: VariantReport) -> Text:
    """Say how many letters, and of which contents an effect is proven."""
    if not report.total.meant:
        return _NOBODY
    total = report.total
    said = _SO_FAR.format(n=len(report.rows), meant=f"{total.meant:,}", sent=f"{total.sent:,}")
    return Text(said.ja + _effect(report).ja, said.en + _effect(report).en)


def _effect(report: VariantReport) -> Text:
    verdicts = [
        (row.name, row.evaluation.metrics[0].verdict)
        for row in report.rows
        if row.evaluation is not None
    ]
    if not verdicts:
        return _NOT_YET
    said = [
        Text(
            words.ja.format(names="」「".join(name.ja for name in names)),
            words.en.format(names=", ".join(name.en for name in names)),
        )
        for words, verdict in ((_UP, "up"), (_DOWN, "down"))
        if (names := [name for name, given in verdicts if given == verdict])
    ]
    if not said:
        is_too_few = all(given == "too_few" for _, given in verdicts)
        said = [_TOO_FEW if is_too_few else _NONE_SEEN]
    return Text("".join(one.ja for one in said), "".join(one.en for one in said))

"""The sentence, word by word, and that it never says another thing than its numbers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from okaeri.measure.domain import findings, statistics
from okaeri.measure.types import Arm, ArmSummary, MetricResult, SplitCheck

FAIR = SplitCheck(0.1, 100, 900, 1.0, is_fair=True)
RESULT = MetricResult(
    metric="revenue",
    is_primary=True,
    treated=ArmSummary(Arm.TREATED, 900, 1_000_000, 1_111, 4_000, 80),
    holdout=ArmSummary(Arm.HOLDOUT, 100, 110_000, 1_100, 4_000, 9),
    difference=4.5,
    low=-32.2,
    high=41.2,
    p_value=0.4,
    smallest_effect=52.4,
    verdict="none_seen",
    claim_low=-32.2,
    claim_high=41.2,
)


def say(result: MetricResult, split: SplitCheck = FAIR, *, currency: str = "JPY", family: int = 1,
        unfinished: int = 0) -> tuple[str, str]:  # fmt: skip
    text = findings.answer(
        result, split, currency=currency, family_size=family, unfinished=unfinished
    )
    return text.ja, text.en


def test_no_difference_names_the_smallest_one_that_would_have_been_seen() -> None:
    ja, en = say(RESULT)
    assert (
        ja == "差は見えません(1人あたり −32円〜+41円、95%区間)。見えたはずの最小の差は 52円です。"
    )
    assert en == (
        "No difference is seen (−¥32 to +¥41, 95% interval, per customer)."
        " The smallest difference that would have been seen is ¥52."
    )


def test_a_rise_and_a_fall_are_said_in_the_shops_currency() -> None:
    up = replace(RESULT, verdict="up", difference=1_250, claim_low=310, claim_high=2_190)
    assert say(up, currency="GBP") == (
        "1人あたりの売上が £12.50 増えました(+£3.10〜+£21.90、95%区間)。",
        "Revenue rose by £12.50 per customer (+£3.10 to +£21.90, 95% interval).",
    )
    down = replace(RESULT, verdict="down", difference=-1_250, claim_low=-2_190, claim_high=-310)
    assert say(down)[0] == "1人あたりの売上が 1,250円 減りました(−2,190円〜−310円、95%区間)。"


def test_a_claim_among_several_says_which_interval_it_rests_on() -> None:
    several = replace(RESULT, low=3, high=90, claim_low=-6, claim_high=99, claim_level=0.99)
    ja, en = say(several, family=5)
    assert "−6円〜+99円、実験5件を合わせて95%になるように広げた区間" in ja
    assert "widened so that all 5 experiments together keep 95%" in en
    assert "+3円" not in ja


def test_too_few_says_how_many_there_are() -> None:
    nothing = replace(
        RESULT, verdict="too_few", low=None, high=None, claim_low=None, claim_high=None,
        smallest_effect=None,
    )  # fmt: skip
    assert say(nothing)[0] == (
        "まだ少なすぎて判断できません(配信 900人、配信なし 100人、うち購入 89人)。"
    )
    wide = replace(RESULT, verdict="too_few", claim_low=-9_000, claim_high=8_000)
    assert say(wide)[0].endswith("今のところ1人あたり −9,000円〜+8,000円、95%区間です。")


def test_open_windows_are_counted_in_the_sentence() -> None:
    assert say(RESULT, unfinished=1_200)[0].endswith("1,200人はまだ観察期間の途中です。")


def test_an_unfair_split_comes_first() -> None:
    ja, en = say(RESULT, SplitCheck(0.1, 240, 760, 1e-9, is_fair=False))
    assert ja.startswith(
        "分け方が計画と合わないため、この結果は使えません(配信なしの計画 10.0%、実際 24.0%)"
    )
    assert en.startswith("Do not use this result: the split is not as planned (held out 24.0%")


def test_less_than_one_unit_keeps_its_sign() -> None:
    small = replace(RESULT, verdict="up", difference=0.9, claim_low=0.2, claim_high=1.6)
    assert "+1円未満〜+2円" in say(small)[0]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_the_signs_in_the_sentence_agree_with_the_verdict(middle: float, reach: float) -> None:
    interval = statistics.Interval(middle - reach, middle + reach)
    verdict = statistics.decide_verdict(interval, 1_000)
    ja, _ = say(
        replace(
            RESULT, verdict=verdict, difference=middle,
            claim_low=interval.low, claim_high=interval.high,
        )
    )  # fmt: skip
    ends = [
        part.strip("(")[0]
        for part in ja.split("、")[0].split("人あたり ")[-1].split("(")[-1].split("〜")
    ]
    if verdict == "up":
        assert ends == ["+", "+"]
    elif verdict == "down":
        assert ends == ["−", "−"]
    else:
        assert ends[0] in "−0"
        assert ends[1] in "+0"

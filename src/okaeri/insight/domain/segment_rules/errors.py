"""What can be wrong with a rule, said in one sentence each."""

from collections.abc import Mapping

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text


class RuleError(InputError):
    """A segment rule cannot be used; says which part and why."""

    code = "bad_rule"


def shown(part: object) -> str:
    """Give a piece of a rule as short text."""
    text = repr(part)
    return text if len(text) <= 60 else text[:57] + "..."


NOT_A_RULE = Text(
    "セグメント条件の {part} を読めません。all / any / not、field・op・value の組、did、"
    "first / last、segment のどれかで書いてください。",
    "The segment rule has {part}, which is no rule; write all / any / not, or field, op and value, "
    "did, first / last with then, or segment.",
)
NO_PARTS = Text(
    "条件か値が空の所があります。1つ以上入れてください(all / any / in)。",
    "A group or a list of the rule is empty; put at least one condition or value in (all, any, in).",
)
TOO_LARGE = Text(
    "セグメント条件が大きすぎます({most} まで)。分けて作成してください。",
    "The segment rule is too large (at most {most}); split it into several segments.",
)
UNKNOWN_FIELD = Text(
    "セグメント条件の項目 {field} はありません。使えるのは {known} です。",
    "The segment rule names {field}, which is no field; known ones are {known}.",
)
UNKNOWN_FACT = Text(
    "セグメント条件の行動 {fact} はありません。使えるのは {known} です。",
    "The segment rule names {fact}, which is nothing people do; known ones are {known}.",
)
UNKNOWN_OP = Text(
    "セグメント条件の記号 {op} は使えません。使えるのは {known} です。",
    "The segment rule uses {op}; use one of {known}.",
)
NOT_ORDERED = Text(
    "項目 {field} に {op} は使えません。使えるのは {known} です。",
    "Field {field} cannot be asked with {op}; use {known}.",
)
BAD_VALUE = Text(
    "「{name}」({field})に {value} は使えません。{expected}を入れてください。",
    'Field "{name}" ({field}) cannot be compared with {value}; give {expected}.',
)
OUT_OF_RANGE = Text(
    "「{name}」({field})は {value} になりません。{bounds}の値を入れてください。",
    'Field "{name}" ({field}) is never {value}; give a value {bounds}.',
)
# Kind of a field → what its values are.
EXPECTED: Mapping[str, Text] = {
    "int": Text("整数", "a whole number"),
    "float": Text("数", "a number"),
    "bool": Text("はいかいいえ(true / false)", "true or false"),
    "date": Text("2026-01-31 の形の日付", "a date like 2026-01-31"),
    "birthday": Text("1 から 12 の月", "a month from 1 to 12"),
    "text": Text("200文字までの文字", "a text of up to 200 characters"),
    "choice": Text("選択肢にあるもの", "one of its choices"),
    "days": Text("0 から 3650 の日数", "days from 0 to 3650"),
}
BAD_MEASURE = Text(
    "セグメント条件の数え方 {measure} は使えません。使えるのは {known} です。",
    "The segment rule counts by {measure}; use one of {known}.",
)
BAD_DAYS = Text(
    "期間の日数 {days} は使えません。1 から 3650 の整数を入れてください。",
    "A period of {days} days cannot be asked for; give whole days from 1 to 3650.",
)
BAD_DAY = Text(
    "期間の日付 {day} を読めません。2026-01-31 の形で入れてください。",
    "The period's date {day} cannot be read; write it like 2026-01-31.",
)
TURNED = Text(
    "期間の終わり({until})が始まり({since})より前です。入れ替えてください。",
    "The period ends ({until}) before it begins ({since}); swap the two.",
)
TWO_SPANS = Text(
    "期間は、日数(last_days)か日付(since・until)のどちらかだけにしてください。",
    "A period is told by days (last_days) or by dates (since, until), not by both.",
)
NO_TIME = Text(
    "「{fact}」はいまの状態なので、期間や順番の条件には使えません。期間を空にしてください。",
    'What is asked of "{fact}" holds now: a rule can ask for no period and no sequence of it.',
)
NOT_KEPT = Text(
    "「{fact}」は直近{most}日分だけを条件に使えます。日数 {days} を {most} 以下にしてください。",
    'Of "{fact}" a rule sees the last {most} days; ask for {most} days or fewer, not {days}.',
)
NO_SEGMENT = Text(
    "セグメント条件にあるセグメント {id} はありません。削除された可能性があります。"
    "条件から外してください。",
    "The rule names segment {id}, which does not exist; it may have been deleted. Take it out of the rule.",
)
CYCLE = Text(
    "セグメント条件が「{names}」の順に自分自身へ戻っています。どれか1つから外してください。",
    'Segments refer to each other in a circle ("{names}"); take one of them out of a rule.',
)

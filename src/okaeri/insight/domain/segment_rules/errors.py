"""What can be wrong with a rule, said in one sentence each."""

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
    "セグメント条件の all / any / in には1つ以上の要素を並べてください。",
    "all, any and in of a segment rule need a list of at least one part.",
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
    "項目 {field} の値 {value} は使えません。型と選択肢を確認してください。",
    "Field {field} cannot be compared with {value}; check its type and choices.",
)
BAD_MEASURE = Text(
    "セグメント条件の数え方 {measure} は使えません。使えるのは {known} です。",
    "The segment rule counts by {measure}; use one of {known}.",
)
BAD_SPAN = Text(
    "セグメント条件の期間 {span} は使えません。日数は 1 から 3650、日付は 2026-01-31 の形で、"
    "since は until より後にできません。",
    "The segment rule's period {span} cannot be used; days are 1 to 3650, dates look like "
    "2026-01-31, and since is not after until.",
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

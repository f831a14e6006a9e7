"""Some answer the one-question satisfaction check of a mail; moods differ."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from okaeri_simulator.dice import happens, pick
from okaeri_simulator.habits.habit import Deed, Habit, Letter, Town

ANSWER_SHARE = 0.24
COMMENT_SHARE = 0.3
QUESTION_LINK = re.compile(r"/q/(?P<token>[^/?#]+)")
_COMMENTS: dict[int, tuple[str, ...]] = {
    1: ("ひりひりして使えませんでした", "届くのが遅く、箱がつぶれていました"),
    2: ("香りが思ったより強いです", "使う順番が分かりません"),
    3: ("まだ良さが分かりません", "普通です"),
    4: ("しっとりします", "使いやすいです"),
    5: ("肌がやわらかくなりました!", "母にもすすめました", "また頼みます"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """He clicks one of five faces."""

    at: datetime
    token: str
    score: int
    comment: str

    def carry_out(self, town: Town) -> None:
        town.answer_question(self.token, self.score, self.comment, self.at)


class AnswerQuestion(Habit):
    """A quarter of those asked answer within two days; the score follows the person's mood."""

    name = "answer_question"

    def on_letter(self, letter: Letter, dice: Random) -> Iterator[Deed]:
        if not happens(dice, ANSWER_SHARE):
            return
        found = next(filter(None, map(QUESTION_LINK.search, letter.links)), None)
        if found is None:
            return
        score = min(max(round(1 + 4 * letter.person.mood + dice.gauss(0, 0.7)), 1), 5)
        comment = pick(dice, [(text, 1.0) for text in _COMMENTS[score]])
        yield Answer(
            at=letter.read_at + timedelta(minutes=dice.randrange(5, 2 * 24 * 60)),
            token=found["token"],
            score=score,
            comment=comment if happens(dice, COMMENT_SHARE) else "",
        )

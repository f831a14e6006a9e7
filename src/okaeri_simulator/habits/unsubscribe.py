"""A few want no more mail and use the link that every mail carries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from okaeri_simulator.dice import happens
from okaeri_simulator.habits.habit import Deed, Habit, Letter, Town

CHANCE = {"transactional": 0.0, "useful": 0.003, "sales": 0.008}
UNSUBSCRIBE_TOKEN = re.compile(r"/u/(?P<token>[^/?#>]+)")


@dataclass(frozen=True, slots=True)
class Leave:
    """He unsubscribes with one click."""

    at: datetime
    token: str

    def carry_out(self, town: Town) -> None:
        town.unsubscribe(self.token, self.at)


class Unsubscribe(Habit):
    """More often after sales mails than after useful ones."""

    name = "unsubscribe"

    def on_letter(self, letter: Letter, dice: Random) -> Iterator[Deed]:
        if not happens(dice, CHANCE.get(letter.content_kind, 0.0)):
            return
        found = UNSUBSCRIBE_TOKEN.search(letter.unsubscribe_link)
        if found is None:
            return
        at = letter.read_at + timedelta(minutes=dice.randrange(1, 600))
        yield Leave(at=at, token=found["token"])

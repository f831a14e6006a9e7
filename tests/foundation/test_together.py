"""Many small writes in one commit: everybody gets his own answer, and nobody another's fault."""

import threading

import pytest
from django.db import OperationalError

from okaeri.foundation.errors import BusyError, InputError
from okaeri.foundation.text import Text
from okaeri.foundation.work.together import GroupCommit


def submit_all(together: GroupCommit[int, str], count: int) -> dict[int, object]:
    """Submit the numbers below `count` at once; gives what each was answered or what it raised."""
    heard: dict[int, object] = {}
    ready = threading.Barrier(count)

    def submit(number: int) -> None:
        ready.wait()
        try:
            heard[number] = together.submit(number)
        except Exception as error:
            heard[number] = type(error)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


@pytest.mark.django_db(transaction=True)
def test_those_who_come_together_share_a_group_and_get_their_own_results() -> None:
    groups: list[int] = []

    def write(group: list[int]) -> list[str]:
        groups.append(len(group))
        return [f"answer {number}" for number in group]

    heard = submit_all(GroupCommit("test", write), 20)
    assert heard == {number: f"answer {number}" for number in range(20)}
    assert len(groups) < 20


@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_stored_does_not_take_the_others_with_it() -> None:
    stored: list[int] = []

    def write(group: list[int]) -> list[str]:
        if 3 in group:
            raise OperationalError("no")
        if 4 in group:
            raise InputError(Text("だめ", "no"))
        stored.extend(group)
        return ["stored"] * len(group)

    heard = submit_all(GroupCommit("test", write), 6)
    assert heard.pop(3) is BusyError
    assert heard.pop(4) is InputError
    assert heard == dict.fromkeys((0, 1, 2, 5), "stored")
    assert sorted(stored) == [0, 1, 2, 5]

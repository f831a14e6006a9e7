"""Calls are counted from an address's own first one, so that no minute of the clock cuts them in two."""

from types import SimpleNamespace

import pytest

from okaeri.web import rate


class Time:
    """Stands for the clock of the counters."""

    def __init__(self) -> None:
        self.now = 59.9

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    standing = Time()
    monkeypatch.setattr(rate, "time", SimpleNamespace(monotonic=standing.monotonic))
    return standing


def test_a_minute_begins_with_an_address_s_first_call(time: Time) -> None:
    calls = rate.PerMinute()
    assert calls.allow("a", 2)
    time.now += 0.2
    assert [calls.allow("a", 2), calls.allow("a", 2), calls.allow("b", 2)] == [True, False, True]
    time.now += 59.8
    assert [calls.allow("a", 2), calls.allow("b", 1)] == [True, False]


def test_only_the_oldest_is_forgotten_when_too_many_call(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "_MOST_ADDRESSES", 2)
    calls = rate.PerMinute()
    assert [calls.allow(who, 1) for who in "abc"] == [True] * 3
    assert [calls.allow("b", 1), calls.allow("a", 1)] == [False, True]

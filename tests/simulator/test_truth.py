"""The ledger of caused orders: chains, windows, and what never counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from okaeri_simulator.orders import Cause, Purchase
from okaeri_simulator.truth import TruthLedger

START = datetime(2026, 1, 1, 1, tzinfo=UTC)
END = datetime(2026, 12, 31, tzinfo=UTC)
LAST_DAY = date(2026, 12, 31)
WORTH = 6_600


def _purchase(days: float, cause: Cause | None) -> Purchase:
    at = START + timedelta(days=days)
    return Purchase(person_no=1, ordered_at=at, basket=(("HB-SERUM", 1),), cause=cause)


def _cause(playbook: str, trigger: str, assigned_days: float) -> Cause:
    return Cause(playbook, 1, "useful", trigger, START + timedelta(days=assigned_days))


def _ledger(**orders: Purchase) -> TruthLedger:
    ledger = TruthLedger()
    for number, purchase in orders.items():
        ledger.record_order(number, purchase, LAST_DAY)
    return ledger


def test_an_order_without_a_cause_is_the_persons_own() -> None:
    ledger = _ledger(A1=_purchase(0, None))
    assert ledger.caused_orders == ()


def test_a_caused_order_counts_for_its_playbook_per_treated_customer() -> None:
    ledger = _ledger(A1=_purchase(0, None), A2=_purchase(5, _cause("first", "A1", 0)))
    truth = ledger.truth_of("first", window_days=90, treated=4, until=END)
    assert (truth.orders, truth.net_yen) == (1, WORTH)
    assert truth.net_yen_each == WORTH / 4
    assert truth.orders_each == 0.25


def test_what_follows_from_a_caused_order_counts_for_the_ancestors_too() -> None:
    ledger = _ledger(
        A1=_purchase(0, None),
        A2=_purchase(5, _cause("first", "A1", 0)),
        A3=_purchase(30, _cause("second", "A2", 5)),
    )
    assert ledger.truth_of("first", window_days=90, treated=1, until=END).orders == 2
    assert ledger.truth_of("second", window_days=90, treated=1, until=END).orders == 1


def test_what_follows_from_an_own_order_does_not_count_for_the_playbook_before() -> None:
    ledger = _ledger(
        A1=_purchase(0, None),
        A2=_purchase(5, None),
        A3=_purchase(30, _cause("second", "A2", 5)),
    )
    assert ledger.truth_of("first", window_days=90, treated=1, until=END).orders == 0


def test_a_playbook_that_comes_twice_in_a_chain_counts_an_order_once() -> None:
    ledger = _ledger(
        A2=_purchase(5, _cause("first", "", 0)),
        A3=_purchase(30, _cause("first", "A2", 0)),
    )
    assert ledger.truth_of("first", window_days=90, treated=1, until=END).orders == 2
    assert [len(order.ancestry) for order in ledger.caused_orders] == [1, 1]


def test_only_orders_inside_the_window_and_until_the_evaluation_count() -> None:
    caused = _purchase(90, _cause("first", "A1", 0))
    late = replace(caused, ordered_at=caused.ordered_at + timedelta(seconds=1))
    assert _truth(caused, END) == 1
    assert _truth(late, END) == 0
    assert _truth(caused, caused.ordered_at - timedelta(seconds=1)) == 0


def _truth(purchase: Purchase, until: datetime) -> int:
    ledger = _ledger(A2=purchase)
    return ledger.truth_of("first", window_days=90, treated=1, until=until).orders


def test_nobody_treated_is_no_effect_and_no_error() -> None:
    assert TruthLedger().truth_of("first", window_days=90, treated=0, until=END).net_yen_each == 0

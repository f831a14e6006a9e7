"""What a customer's word comes to: the ledger of one channel in, the present consent out.

Rules (特定電子メール法 3条3項; reliability.md 3.1): the latest word counts, a withdrawal wins a tie, and a
withdrawal ends only by a newer grant of the person's own. What a cart's export says is the state of
a box somewhere else, perhaps an old one: it may refuse, but it never revives.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from okaeri.customers.types import ConsentAction, ConsentBasis, ConsentRecord

IMPORT = "import"
# Where the person acts himself. Staff may record a person's own request when they name its proof.
_PERSONS_OWN = frozenset({"form", "preference_page", "line"})


def words_of_import(source: str, is_yes: bool) -> str:
    """Give what an import said of consent: the very words the person saw are with the source alone."""
    answer = "受け取る" if is_yes else "受け取らない"
    return (
        f"取り込み元「{source}」の記録: メールでの案内を「{answer}」。"
        "ご本人が見た文は取り込み元にあり、ここにはありません。"
    )


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """One entry of the ledger as the rule sees it."""

    action: str
    source: str
    basis: str
    occurred_at: datetime
    has_proof: bool = False


@dataclass(frozen=True, slots=True)
class ConsentState:
    """`consent` is "granted", "withdrawn" or "none"; `since` is when the word that counts was said."""

    consent: str = "none"
    since: datetime | None = None


def decide_consent(ledger: Iterable[ConsentFact]) -> ConsentState:
    """Give the present consent; the order in which the entries are given does not matter."""
    state = ConsentState()
    for fact in sorted(ledger, key=_in_order):
        if fact.action == ConsentAction.WITHDRAWN:
            state = ConsentState("withdrawn", fact.occurred_at)
        elif state.consent != "withdrawn" or _is_persons_own(fact):
            state = ConsentState("granted", fact.occurred_at)
    return state


def _in_order(fact: ConsentFact) -> tuple[datetime, bool]:
    # Of two words in one instant the withdrawal is the later one.
    return fact.occurred_at, fact.action == ConsentAction.WITHDRAWN


def _is_persons_own(grant: ConsentFact) -> bool:
    is_asked = grant.source == "staff" and grant.basis == ConsentBasis.OPT_IN and grant.has_proof
    return grant.source in _PERSONS_OWN or is_asked


def consent_in_force(
    ledger: Iterable[ConsentRecord], channel: str, at: datetime
) -> ConsentRecord | None:
    """Give the grant that allowed writing on a channel at an instant, by the rule above; else None."""
    said = [entry for entry in ledger if entry.channel == channel and entry.occurred_at <= at]
    state = decide_consent(
        ConsentFact(e.action, e.source, e.basis, e.occurred_at, has_proof=bool(e.proof))
        for e in said
    )
    if state.consent != "granted":
        return None
    return next(e for e in said if e.action == "granted" and e.occurred_at == state.since)

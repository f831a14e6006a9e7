import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.domain.consent import ConsentFact, decide_consent

from .people import day


def word(
    action: str, at: int, source: str = "import", basis: str = "opt_in", *, proof: bool = False
) -> ConsentFact:
    return ConsentFact(action, source, basis, day(at), has_proof=proof)


YES, NO = "granted", "withdrawn"


@pytest.mark.parametrize(
    ("ledger", "consent"),
    [
        ([], "none"),
        ([word(YES, 1)], "granted"),
        ([word(NO, 1)], "withdrawn"),
        ([word(YES, 1), word(NO, 2, "one_click")], "withdrawn"),
        # Of two words in one instant the refusal counts, also against the person's own grant.
        ([word(YES, 2, "form"), word(NO, 2, "one_click")], "withdrawn"),
        ([word(NO, 2), word(YES, 2)], "withdrawn"),
        # Older or newer, a cart's export does not revive what was withdrawn here.
        ([word(NO, 5, "one_click"), word(YES, 1)], "withdrawn"),
        ([word(NO, 5, "one_click"), word(YES, 9)], "withdrawn"),
        ([word(NO, 5, "one_click"), word(NO, 6), word(YES, 9)], "withdrawn"),
        ([word(NO, 1), word(YES, 2)], "withdrawn"),
        # The person's own newer word does.
        ([word(NO, 5, "one_click"), word(YES, 6, "form")], "granted"),
        ([word(NO, 5, "one_click"), word(YES, 4, "form")], "withdrawn"),
        ([word(NO, 5, "one_click"), word(YES, 6, "preference_page"), word(NO, 7)], "withdrawn"),
        # Staff need the person's own request and its proof; a decision of theirs is no request.
        ([word(NO, 5, "one_click"), word(YES, 6, "staff")], "withdrawn"),
        ([word(NO, 5, "one_click"), word(YES, 6, "staff", proof=True)], "granted"),
        (
            [word(NO, 5, "form"), word(YES, 6, "staff", "business_relationship", proof=True)],
            "withdrawn",
        ),
        ([word(NO, 5, "form"), word(YES, 6, "replay", proof=True)], "withdrawn"),
    ],
)
def test_what_the_ledger_comes_to(ledger: list[ConsentFact], consent: str) -> None:
    for order in itertools.permutations(ledger):
        assert decide_consent(order).consent == consent


words = st.lists(
    st.builds(
        word,
        st.sampled_from([YES, NO]),
        st.integers(0, 6),
        st.sampled_from(["import", "form", "one_click", "staff", "replay"]),
        proof=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(words)
def test_consent_never_stands_when_the_last_word_is_a_refusal(ledger: list[ConsentFact]) -> None:
    last = max(fact.occurred_at for fact in ledger)
    if any(fact.action == NO and fact.occurred_at == last for fact in ledger):
        assert decide_consent(ledger).consent == "withdrawn"


@given(words, st.integers(0, 9))
def test_no_import_ever_revives_a_refusal_that_was_said_here(
    ledger: list[ConsentFact], at: int
) -> None:
    refused = [*ledger, word(NO, 6, "one_click")]
    assert decide_consent([*refused, word(YES, at)]).consent == "withdrawn"

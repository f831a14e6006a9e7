"""A year of care: every advertisement that left has the words its reader agreed to beside it (F26)."""

import pytest

from tests.simulator.test_demo import live

pytestmark = pytest.mark.slow


def test_every_advertisement_of_a_year_links_to_the_words_it_rests_on(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = live("year", str(tmp_path_factory.mktemp("year")))["facts"]
    sent = facts["advertisements"]
    with capsys.disabled():
        share = 1 - facts["without_snapshot"] / sent
        print(f"\n{sent:,} advertisements, {share:.2%} with words: {facts['consents_by_source']}")
    assert sent > 300
    assert facts["without_consent"] == facts["without_snapshot"] == 0

"""A best group is named only where the figures tell it from the others; few people tell nothing."""

from okaeri.web.few import FEWEST, Share, clearly_best, too_few


def test_the_best_is_named_only_where_its_interval_stands_clear() -> None:
    trial, single = Share("trial", 100, 0.54, 0.44, 0.63), Share("single", 90, 0.3, 0.22, 0.41)
    few = Share("subscription", 11, 0.727, 0.43, 0.9)
    found = clearly_best([trial, single])
    assert found
    assert found.share is trial
    assert not found.is_among_large
    passed = clearly_best([trial, single, few])
    assert passed
    assert passed.share is trial
    assert passed.is_among_large
    assert clearly_best([trial, few]) is None
    assert clearly_best([trial, Share("single", 90, 0.5, 0.4, 0.6)]) is None
    assert clearly_best([trial]) is None


def test_under_thirty_people_nothing_is_told() -> None:
    said = too_few(FEWEST - 1)
    assert said
    assert "29人" in said.ja
    assert "29" in said.en
    assert too_few(FEWEST) is None

"""Finished analyses: rows of features in, the document a page shows out, all in pure Python."""

from collections.abc import Mapping

from okaeri.foundation.text import Text
from okaeri.insight.domain.reports import deciles

# What the numbers of further analyses mean; placeholders are filled as in `domain.definitions`.
OF_REPORTS: Mapping[str, Text] = {
    **deciles.DEFINITIONS,
}

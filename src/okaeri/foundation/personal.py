"""The words one person is known by, and whether a text or a row of a file speaks of him."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# Rows of tables as they are handed to the person they are about.
Documents = list[dict[str, object]]
_NOTHING_SAID = re.compile(r"[\s\-‐‑‒–—―−ー()（）]+")
_SHORTEST_CONTACT = 6
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """Contacts decide alone wherever they stand; a name in a row only as a whole cell or two."""

    contacts: frozenset[str]
    names: frozenset[str]

    def are_in(self, text: str) -> bool:
        """Tell whether a free text speaks of the person."""
        said = _compact(text)
        return any(word in said for word in (*self.contacts, *self.names))

    def are_in_row(self, cells: Sequence[str]) -> bool:
        """Tell whether one row of a file speaks of him, and not of somebody whose name holds his."""
        said = [_compact(cell) for cell in cells]
        if any(word in cell for cell in said for word in self.contacts):
            return True
        neighbours = pairwise(said)
        return not self.names.isdisjoint([*said, *(a + b for a, b in neighbours)])

    def are_in_document(self, document: Any) -> bool:  # noqa: ANN401 - what a JSON column holds
        """Tell whether a JSON value speaks of him, however deep."""
        return self.are_in(json.dumps(document, ensure_ascii=False, default=str))


def personal_words(contacts: Iterable[str], names: Iterable[str]) -> PersonalWords:
    """Give the words for comparison; what is too short to mean one person is left out."""
    return PersonalWords(
        frozenset(w for c in contacts if len(w := _compact(c)) >= _SHORTEST_CONTACT),
        frozenset(w for n in names if len(w := _compact(n)) >= _SHORTEST_NAME),
    )


def _compact(text: str) -> str:
    return _NOTHING_SAID.sub("", unicodedata.normalize("NFKC", text).casefold())


def as_documents(rows: Iterable[Mapping[str, object]]) -> Documents:
    """Give rows (`QuerySet.values()`) as plain documents."""
    return [dict(row) for row in rows]

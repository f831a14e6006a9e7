"""年代: the age bands of people, and which of them count as young. Pure."""

from collections.abc import Mapping
from datetime import date

from okaeri.foundation.text import Text

# Band → (its first year of age, its name); the choices of the attribute `age_group`.
BANDS: Mapping[str, tuple[int, Text]] = {
    "under20": (0, Text("10代以下", "Under 20")),
    "20s": (20, Text("20代", "20s")),
    "30s": (30, Text("30代", "30s")),
    "40s": (40, Text("40代", "40s")),
    "50s": (50, Text("50代", "50s")),
    "60plus": (60, Text("60代以上", "60 and over")),
}
NAMES = {band: name for band, (_, name) in BANDS.items()}
UNKNOWN = ""
YOUNG = frozenset({"under20", "20s"})


def band_of(birth_on: date | None, said: str, on: date) -> str:
    """Give the band of a person on a day: by birthday, else by what he said; "" where unknown."""
    if birth_on is None:
        return said if said in BANDS else UNKNOWN
    age = on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
    # Of a birthday to come nothing is known.
    return next((band for band in reversed(list(BANDS)) if BANDS[band][0] <= age), UNKNOWN)

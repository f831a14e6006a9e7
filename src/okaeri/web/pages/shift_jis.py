"""Letters Shift_JIS (cp932) lacks: replaced by a table, and told of where somebody must look.

Source of the table: domain.md §2.11; letters of JIS X 0213 by the form JIS X 0208 has for them.
"""

import unicodedata

CODEC = "cp932"
MISSING = "〓"
# The same to every reader: nobody needs to look.
_ALIKE = str.maketrans(
    {"—": "―", "–": "-", "‑": "-", "‒": "-", "−": "－", "\u00a0": " ", "\u200b": "", "\ufeff": ""}
)
# Another form of the letter: a name may be written so on purpose, so somebody looks.
_NEAR = {
    "𠮷": "吉", "𠮟": "叱", "塡": "填", "剝": "剥", "頰": "頬", "ゔ": "ヴ", "•": "・",
}  # fmt: skip


def fit(text: str) -> tuple[str, list[str]]:
    """Give a text that Shift_JIS can hold, and 「𠮷→吉」 for each letter to look at, once each."""
    if _has(text):
        return text, []
    # Composed first: macOS writes が as two letters, of which one is missing.
    alike = unicodedata.normalize("NFC", text).translate(_ALIKE)
    replaced: dict[str, None] = {}
    letters = []
    for letter in alike:
        if _has(letter):
            letters.append(letter)
            continue
        instead = _instead_of(letter)
        letters.append(instead)
        replaced[f"{letter}→{instead}"] = None
    return "".join(letters), list(replaced)


def _has(text: str) -> bool:
    try:
        text.encode(CODEC)
    except UnicodeEncodeError:
        return False
    return True


def _instead_of(letter: str) -> str:
    near = _NEAR.get(letter)
    if near is None:
        # é is e with an accent on it; a selector of a letter's form is nothing without it.
        plain = "".join(
            part
            for part in unicodedata.normalize("NFKD", letter)
            if not unicodedata.combining(part)
        )
        is_form = unicodedata.category(letter) == "Mn"
        near = "" if is_form else plain if plain and _has(plain) else MISSING
    return near


def told(replaced: list[str]) -> str:
    """Say what was replaced in a way that Shift_JIS holds itself: letters it lacks by their number."""
    return " ".join(
        "→".join(part if _has(part) else f"U+{ord(part):04X}" for part in pair.split("→", 1))
        for pair in replaced
    )

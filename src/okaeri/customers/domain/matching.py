"""How likely two customers are one person: the Fellegi-Sunter model of the review queue, as data.

Every comparison is a list of levels, the first that holds counts. `m`: how often it holds among records
of one person; `u`: among records of two. The figures are fixed, not trained: a shop with a hundred
customers has no pairs to learn from, and the same two people get the same answer tomorrow. They
were set on the generated set of `bench/matching.py` and held on `splink_fake_1000`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from okaeri.customers.domain.addresses import place_of, postal_digits
from okaeri.customers.domain.names import address_key, kana_key, name_key

# How many pairs of one person there may be per customer before the evidence is looked at.
DOUBLES_PER_CUSTOMER = 0.1
# What more people than this have in common tells nothing: a gift counter's address, a name typed by a
# till. Comparing all of them with each other would cost the square of their number.
MOST_ALIKE = 100
_SHORTEST_LOCAL = 6
_AGREES = ("same", "close")


class Level(NamedTuple):
    """One degree of agreement: a condition over both sides, what to call it, and its m and u."""

    sql: str
    agreement: str
    m: float
    u: float


_FAMILY_SAME = "(family_kana_l = family_kana_r or family_name_l = family_name_r)"
_GIVEN_SAME = "(given_kana_l = given_kana_r or given_name_l = given_name_r)"
_WHOLE_SAME = "(kana_l = kana_r or name_l = name_r)"
_NEARLY = "length(kana_l) >= 5 and damerau_levenshtein(kana_l, kana_r) <= 1"
_GIVEN_KNOWN = (
    "(given_kana_l is not null and given_kana_r is not null"
    " or given_name_l is not null and given_name_r is not null)"
)
# Field → levels after the one for "missing". Conditions that are null do not hold.
LEVELS: Mapping[str, tuple[str, tuple[Level, ...]]] = {
    "name": (
        "(name_l is null or name_r is null) and (kana_l is null or kana_r is null)",
        (
            Level(_WHOLE_SAME, "same", 0.86, 2e-5),
            Level(_NEARLY, "close", 0.06, 3e-5),
            Level(f"{_FAMILY_SAME} and not {_GIVEN_KNOWN}", "close", 0.03, 5e-3),
            Level(f"{_FAMILY_SAME}", "different", 0.005, 5e-3),
            Level(f"({_GIVEN_SAME})", "close", 0.03, 1e-3),
            Level("ELSE", "different", 0.015, 0.99),
        ),
    ),
    "address": (
        "(postal_l is null or postal_r is null) and (town_l is null or town_r is null)",
        (
            Level("postal_l = postal_r and numbers_l = numbers_r", "same", 0.62, 1e-5),
            Level(
                "numbers_l = numbers_r and jaro_winkler_similarity(town_l, town_r) >= 0.9",
                "same", 0.10, 1e-5,
            ),
            Level(
                "postal_l = postal_r or town_l = town_r",
                "close", 0.10, 5e-4,
            ),
            Level("prefecture_l = prefecture_r", "different", 0.06, 0.05),
            Level("ELSE", "different", 0.12, 0.95),
        ),
    ),
    "phone": (
        "phone_l is null or phone_r is null",
        (
            Level("phone_l = phone_r", "same", 0.70, 1e-6),
            Level(
                "length(phone_l) >= 9 and damerau_levenshtein(phone_l, phone_r) <= 1",
                "close", 0.05, 1e-5,
            ),
            Level("ELSE", "different", 0.25, 1.0),
        ),
    ),
    "email": (
        "email_l is null or email_r is null",
        (
            Level("email_l = email_r", "same", 0.50, 1e-6),
            Level(
                f"length(local_l) >= {_SHORTEST_LOCAL} and local_l = local_r"
                f" or length(local_l) >= {_SHORTEST_LOCAL} and damerau_levenshtein(email_l, email_r) <= 2",
                "close", 0.20, 2e-6,
            ),
            Level("ELSE", "different", 0.30, 1.0),
        ),
    ),
    "birth": (
        "birth_l is null or birth_r is null",
        (
            Level("birth_l = birth_r", "same", 0.95, 6e-5),
            Level("damerau_levenshtein(birth_l, birth_r) <= 1", "close", 0.03, 2e-3),
            Level("ELSE", "different", 0.02, 1.0),
        ),
    ),
}  # fmt: skip
# Each stands for pairs worth looking at; every one of them is an equality, so that a million people
# are compared with their like and not with each other.
BLOCKS = (
    ("kana",),
    ("name",),
    ("phone",),
    ("postal", "numbers"),
    ("postal", "family_kana"),
    ("postal", "given_kana"),
    ("birth", "given_kana"),
    ("birth", "family_kana"),
    ("birth", "given_name"),
    ("local",),
    ("phone_start", "given_kana"),
    ("phone_end", "given_kana"),
    ("phone_end", "family_kana"),
)
COLUMNS = (
    "family_kana", "given_kana", "family_name", "given_name", "kana", "name", "postal", "numbers",
    "town", "prefecture", "phone", "phone_start", "phone_end", "email", "local", "birth",
)  # fmt: skip
_PHONE_HALF = 6


def comparable(person: Mapping[str, Any]) -> dict[str, str | None]:
    """Give one customer's row as the model compares it; None where nothing is known."""
    family, given = person["family_kana"], person["given_kana"]
    has_given = bool(given) or not person["given_name"]
    town, numbers = place_of(person["address"])
    email = address_key(person["email"])
    phone = person["phone_key"]
    found = {
        "family_kana": kana_key(family, ""),
        "given_kana": kana_key(given, ""),
        "family_name": name_key(person["family_name"], ""),
        "given_name": name_key(person["given_name"], ""),
        "kana": kana_key(family, given) if has_given else "",
        "name": name_key(person["family_name"], person["given_name"]),
        "postal": postal_digits(person["postal_code"]),
        "numbers": numbers,
        "town": town,
        "prefecture": person["prefecture"],
        "phone": phone,
        "phone_start": phone[:_PHONE_HALF],
        "phone_end": phone[-_PHONE_HALF:],
        "email": email,
        "local": email.rpartition("@")[0],
        "birth": person["birth_on"].isoformat() if person["birth_on"] else "",
    }
    return {column: value or None for column, value in found.items()}


def given_relation(left: Mapping[str, str | None], right: Mapping[str, str | None]) -> str:
    """Compare given names: "same", "near", "different", or "unknown" where one is missing.

    ヒロシ and ヒロコ are one stroke apart and two people of one house: where the reading differs by a slip
    only the writing can say that it is one name.
    """
    sides = [(left[part], right[part]) for part in ("given_kana", "given_name")]
    if any(a and a == b for a, b in sides):
        return "same"
    known = [(a, b) for a, b in sides if a and b]
    if not known:
        return "unknown"
    kana_left, kana_right = sides[0]
    is_slip = len(known) == 1 and kana_left and kana_right and _is_slip(kana_left, kana_right)
    return "near" if is_slip else "different"


def _is_slip(left: str, right: str) -> bool:
    """Tell whether one letter was changed, left out, put in, or two neighbours were swapped."""
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    rest_left, rest_right = left[start + 1 :], right[start + 1 :]
    is_swap = left[start : start + 2] == right[start : start + 2][::-1]
    return rest_left == rest_right or (is_swap and left[start + 2 :] == right[start + 2 :])


def is_question(agreements: Mapping[str, str], given: str) -> bool:
    """Tell whether a pair may be asked about: never on a name alone, never two of one household.

    `given` is `given_relation`; what a whole household shares cannot tell its members apart.
    """
    if given == "different" or agreements["name"] == "different":
        return False
    own = any(agreements[field] in _AGREES for field in ("email", "birth"))
    shared = any(agreements[field] in _AGREES for field in ("address", "phone"))
    return own or (shared and given != "near")

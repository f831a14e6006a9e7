"""Subjects that cannot break out of their header, whatever a merge value holds (`reliability.md` S9)."""

import re

MOST_CHARACTERS = 200
# Line ends of every kind, controls, and marks that turn the direction of text around.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# A literal encoded-word would be decoded by the reader, line ends and all.
_ENCODED_WORD = re.compile(r"=\?|\?=")


def make_header_safe(value: str) -> str:
    """Give one line without controls, line separators or encoded-words, at most 200 characters."""
    one_line = _UNSAFE.sub(" ", value)
    before = None
    while before != one_line:
        before, one_line = one_line, _ENCODED_WORD.sub("", one_line)
    return " ".join(one_line.split())[:MOST_CHARACTERS].strip()

"""Cells of files that people open in a spreadsheet: nothing runs, and nothing is lost on the way back.

A text that a spreadsheet would run gets an apostrophe in front. So does a text that begins with one,
so that taking one apostrophe away gives back every text as it was.
"""

# Japanese spreadsheets take the wide signs for the plain ones.
_RUNS = tuple("=+-@＝＋－＠")
_HIDES = ("\t", "\r", "\n", "\0")
_MARK = "'"


def guard_cell(text: str) -> str:
    """Put ' before a text a spreadsheet would run, and before one that begins with '."""
    return _MARK + text if _is_risky(text) or text.startswith(_MARK) else text


def unguard_cell(text: str) -> str:
    """Take away what `guard_cell` put there, and the ' by which spreadsheets mark digits as text.

    Any other apostrophe belongs to the text.
    """
    rest = text[1:]
    is_ours = text.startswith(_MARK) and (
        _is_risky(rest) or rest.startswith(_MARK) or rest[:1].isdigit()
    )
    return rest if is_ours else text


def _is_risky(text: str) -> bool:
    return text.startswith(_HIDES) or text.lstrip().startswith(_RUNS)

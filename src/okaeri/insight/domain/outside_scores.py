"""What an answer of another tool's survey is worth: a number of its scale, or none."""

import re
import unicodedata

from okaeri.insight.voice_types import VoiceRules, plain_question

NPS, SATISFACTION = "nps", "satisfaction"
NPS_TOP = 10
_NUMBER = re.compile(r"([0-9]{1,2})(?:\.0+)?\s*点?")


def read_outside(question: str, answer: str, rules: VoiceRules) -> tuple[str, int, int] | None:
    """Give (question of ours, score, best score), None for another question or no number of its scale.

    NPS takes 0 to 10 (§2.9), satisfaction 1 to `csat.scale`; nothing is bent into a scale.
    """
    asked = plain_question(question)
    if asked in rules.nps_names:
        ours, low, top = NPS, 0, NPS_TOP
    elif asked in rules.csat_names:
        ours, low, top = SATISFACTION, 1, rules.csat_scale
    else:
        return None
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", answer).strip())
    score = int(found[1]) if found else None
    return (ours, score, top) if score is not None and low <= score <= top else None

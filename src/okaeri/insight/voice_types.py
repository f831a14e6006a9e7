"""Settings of what people say in numbers: which questions of other tools are NPS, which satisfaction."""

import unicodedata
from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

_APART = ("、", ",", ";", "\n")


def plain_question(question: str) -> str:
    """Give a question as it is compared: without width, case and space around it."""
    return unicodedata.normalize("NFKC", question).strip().casefold()


def _names(listed: str) -> frozenset[str]:
    for mark in _APART[1:]:
        listed = listed.replace(mark, _APART[0])
    return frozenset(name for one in listed.split(_APART[0]) if (name := plain_question(one)))


@dataclass(frozen=True, kw_only=True)
class VoiceRules:
    """Which answers of other tools' surveys (files, API, webhooks) count beside the shop's own."""

    nps_questions: str = setting(
        "nps.questions",
        "NPS",
        Text(
            "NPSとして数える、他のアンケートの質問(0〜10、読点で区切る)",
            "Questions of other surveys that are NPS (0 to 10, set apart by commas)",
        ),
    )
    csat_questions: str = setting(
        "csat.questions",
        "CSAT",
        Text(
            "満足度として数える、他のアンケートの質問(読点で区切る)",
            "Questions of other surveys that are satisfaction (set apart by commas)",
        ),
    )
    csat_scale: int = setting(
        "csat.scale",
        5,
        Text("他のアンケートの満足度の段階の数", "Steps of satisfaction in other surveys"),
        choices=(5, 7, 10),
    )

    @property
    def nps_names(self) -> frozenset[str]:
        """Give the questions that are NPS, as `plain_question` writes them."""
        return _names(self.nps_questions)

    @property
    def csat_names(self) -> frozenset[str]:
        """Give the questions that are satisfaction; one that is NPS as well counts as NPS."""
        return _names(self.csat_questions) - self.nps_names

"""Scores that other tools' surveys brought (files, API, webhooks), beside the shop's own answers."""

from collections.abc import Iterator
from datetime import date

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.domain.outside_scores import read_outside
from okaeri.insight.types import SegmentAnswer
from okaeri.insight.voice_types import VoiceRules, plain_question
from okaeri.intake import api as intake

_PAGE = 1_000


def outside_scores(as_of: date) -> Iterator[SegmentAnswer]:
    """Give what people said in other tools of NPS and satisfaction up to a day."""
    rules, zone = load(VoiceRules), load(ShopProfile).zone
    names = rules.nps_names | rules.csat_names
    asked = [one for one in intake.survey_questions() if plain_question(one) in names]
    after = 0
    while asked and (page := intake.list_survey_answers_after(after, _PAGE, asked)):
        after = page[-1].change_no
        owners = customers.customers_of_parties([one.party_id for one in page if one.party_id])
        for one in page:
            who = owners.get(one.party_id) if one.party_id else None
            read = read_outside(one.question, one.answer, rules)
            day = local_day(one.answered_at, zone)
            if who is not None and read is not None and day <= as_of:
                question, score, top = read
                yield SegmentAnswer(who, day, question, score, top=top)

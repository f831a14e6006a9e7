"""Which settings stand together on a page, and which of what is stored cannot be used."""

from okaeri.customers.preference_types import TopicRules
from okaeri.customers.types import MatchingRules, RightsRules
from okaeri.deliver.tracking_types import TrackingRules
from okaeri.deliver.types import ContactRules
from okaeri.foundation.settings import ShopProfile, examine, specs_of
from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import (
    AgeRules,
    ChurnRules,
    ForecastRules,
    KpiRules,
    LtvRules,
    PerkRules,
    TargetRules,
)
from okaeri.insight.bump_types import BumpRules
from okaeri.insight.care_types import CareRules, MessageCostRules
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.media_types import MediaRules
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.price_types import PriceRules
from okaeri.insight.rank_types import RankRules
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.timing_types import TimingRules
from okaeri.insight.types import LifecycleRules
from okaeri.insight.vip_types import VipRules
from okaeri.insight.voice_types import VoiceRules
from okaeri.intake.counting_types import CountingRules, StatusRules
from okaeri.intake.event_types import TagRules
from okaeri.intake.form_types import FormRules
from okaeri.intake.request_types import SubscriptionRules
from okaeri.intake.types import LiveRules
from okaeri.listen.types import CallRules
from okaeri.plan.calendar_types import CalendarRules
from okaeri.plan.types import CartRules, JourneyRules, OfferRules
from okaeri.rewards.types import MyPageRules
from okaeri.web.taking import TakingRules

GROUPS: dict[str, tuple[type, ...]] = {
    "shop": (ShopProfile,),
    "classes": (LifecycleRules, RankRules, VipRules),
    "contact": (
        ContactRules,
        JourneyRules,
        CalendarRules,
        CartRules,
        OfferRules,
        MyPageRules,
        SubscriptionRules,
        TopicRules,
    ),
    "calls": (CallRules,),
    "forms": (FormRules,),
    "analysis": (
        AgeRules,
        BandRules,
        BumpRules,
        ChurnRules,
        CountingRules,
        CycleRules,
        ForecastRules,
        KpiRules,
        LtvRules,
        MediaRules,
        MessageCostRules,
        CareRules,
        PerkRules,
        PredictionRules,
        PriceRules,
        RecommendRules,
        StatusRules,
        TargetRules,
        TimingRules,
        VoiceRules,
    ),
    "tag": (TagRules, TrackingRules),
    "live": (LiveRules,),
    "people": (MatchingRules, RightsRules, TakingRules),
}


def unused_settings() -> list[tuple[str, Text]]:
    """Give (group, label) of every stored setting that cannot be used and counts as its default."""
    problems = examine(rules for group in GROUPS.values() for rules in group)
    if not problems:
        return []
    return [
        (group, spec.label)
        for group, all_rules in GROUPS.items()
        for rules in all_rules
        for spec in specs_of(rules).values()
        if spec.key in problems
    ]

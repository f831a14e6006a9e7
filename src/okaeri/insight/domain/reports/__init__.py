"""Finished analyses: rows of features in, the document a page shows out, all in pure Python."""

from collections.abc import Mapping

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
from okaeri.insight.care_types import CareRules
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.kpis.definitions import DEFINITIONS as KPI_DEFINITIONS
from okaeri.insight.domain.kpis.touches import DEFINITIONS as TOUCH_DEFINITIONS
from okaeri.insight.domain.reports import (
    age_channels,
    areas,
    balance,
    band_rates,
    baskets,
    care_cost,
    cohort_cube,
    cycles,
    deciles,
    expectations,
    f2_waits,
    forecast,
    interests,
    lapse_reasons,
    life_events,
    lifetime_value,
    loyalty,
    media,
    movement,
    perks,
    pivot,
    predictions,
    prices,
    products,
    rank_moves,
    recommendations,
    sales_mix,
    survival,
    timing,
    year_on_year,
)
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.media_types import MediaRules
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.price_types import PriceRules
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.timing_types import TimingRules
from okaeri.insight.vip_types import VipRules
from okaeri.insight.voice_types import VoiceRules
from okaeri.intake.counting_types import CountingRules, StatusRules

# What the numbers of further analyses mean; placeholders are filled as in `domain.definitions`.
OF_REPORTS: Mapping[str, Text] = {
    **age_channels.DEFINITIONS,
    **areas.DEFINITIONS,
    **balance.DEFINITIONS,
    **baskets.DEFINITIONS,
    **care_cost.DEFINITIONS,
    **deciles.DEFINITIONS,
    **interests.DEFINITIONS,
    **predictions.DEFINITIONS,
    **cycles.DEFINITIONS,
    **media.DEFINITIONS,
    **prices.DEFINITIONS,
    **timing.DEFINITIONS,
    **products.DEFINITIONS,
    **recommendations.DEFINITIONS,
    **cohort_cube.DEFINITIONS,
    **lifetime_value.DEFINITIONS,
    **movement.DEFINITIONS,
    **f2_waits.DEFINITIONS,
    **forecast.DEFINITIONS,
    **band_rates.DEFINITIONS,
    **sales_mix.DEFINITIONS,
    **rank_moves.DEFINITIONS,
    **survival.DEFINITIONS,
    **lapse_reasons.DEFINITIONS,
    **expectations.DEFINITIONS,
    **loyalty.DEFINITIONS,
    **perks.DEFINITIONS,
    **pivot.DEFINITIONS,
    **life_events.DEFINITIONS,
    **year_on_year.DEFINITIONS,
    **KPI_DEFINITIONS,
    **TOUCH_DEFINITIONS,
}
# Settings those definitions name: "price.dependent_share" fills {price_dependent_share}.
RULES: tuple[type, ...] = (
    AgeRules,
    BandRules,
    BumpRules,
    CareRules,
    ChurnRules,
    CountingRules,
    CycleRules,
    ForecastRules,
    KpiRules,
    LtvRules,
    MediaRules,
    PerkRules,
    PredictionRules,
    PriceRules,
    RecommendRules,
    StatusRules,
    TargetRules,
    TimingRules,
    VipRules,
    VoiceRules,
)

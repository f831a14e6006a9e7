"""The door of insight: refresh, insights of customers, lists by rule, reports, segments."""

from okaeri.insight.actions.ages import (
    age_band,
    age_report,
    channel_for,
    channel_sureness,
    measure_ages,
)
from okaeri.insight.actions.analyse import analyse
from okaeri.insight.actions.balance import compute_balance, find_balance
from okaeri.insight.actions.best_channels import measure_best_channels
from okaeri.insight.actions.care_cost import measure_care_cost
from okaeri.insight.actions.count_reports import FACET as FACET_REPORT
from okaeri.insight.actions.count_reports import (
    compute_count_reports,
    find_count_report,
    list_by_count,
    portfolio_then_where,
    portfolio_where,
)
from okaeri.insight.actions.follow_orders import follow_orders
from okaeri.insight.actions.later import is_due
from okaeri.insight.actions.life_events import estimate_life_events, save_life_events
from okaeri.insight.actions.movement_between import (
    compute_movement_between,
    find_movement_between,
    movement_days,
)
from okaeri.insight.actions.new_products import list_new_products
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.perks import measure_perks, perk_report
from okaeri.insight.actions.person_run_outs import list_person_run_outs
from okaeri.insight.actions.person_signs import day_points_of
from okaeri.insight.actions.preview import preview_class_counts
from okaeri.insight.actions.recommendations import (
    recommend_like_viewed_many,
    recommend_many,
    recommend_popular,
)
from okaeri.insight.actions.refresh import refresh
from okaeri.insight.actions.responses import measure_responses
from okaeri.insight.actions.rule_series import list_series as list_portfolio_series
from okaeri.insight.actions.rule_series import present_version
from okaeri.insight.actions.segment_presets import find_preset, list_presets
from okaeri.insight.actions.segment_tables import PERSONAL_TABLES
from okaeri.insight.actions.segments import (
    classes_of,
    create_segment,
    delete_segment,
    explain_person,
    overlaps_of,
    preview_rule,
    problem_of,
    read_rule,
    restore_segment,
    say_part,
    say_rule,
    segment_catalog,
    update_segment,
)
from okaeri.insight.actions.silent import list_silent
from okaeri.insight.actions.sync import PERSONAL_ORDER_TABLES, sync_warehouse
from okaeri.insight.actions.touches import measure_touches, touches_begin
from okaeri.insight.actions.voices import measure_voices, voice_reports
from okaeri.insight.api.customer_list import (
    count_customers_where,
    ids_of_customers,
    iter_customers_where,
    list_customers,
    needs_warehouse,
)
from okaeri.insight.api.foretold import (
    forecast,
    ids_of_list,
    list_most_valuable,
    list_overdue,
    list_to_call,
    reasons_in_words,
    recommend,
    responses_of,
    useful_responses,
)
from okaeri.insight.api.items import list_countable_items, names_of_items
from okaeri.insight.api.media_costs import read_media_costs
from okaeri.insight.api.reports import (
    REPORTS,
    definitions,
    find_count_rule,
    list_findings,
    list_next_steps,
    portfolio_history,
)
from okaeri.insight.api.rights import erase_person, export_person
from okaeri.insight.api.run_outs import list_running_out, page_of_run_outs, people_running_out
from okaeri.insight.api.segments import (
    get_segment,
    interest_rule,
    members_among,
    segment_members,
    segment_of_preset,
)
from okaeri.insight.api.standing import (
    find_insight,
    last_vip_day,
    lead_standing,
    list_discount_dependent,
    list_recency_reached,
    list_sale_only,
    lost_among,
)
from okaeri.insight.domain.age_bands import NAMES as AGE_BAND_NAMES
from okaeri.insight.domain.age_bands import YOUNG as YOUNG_BANDS
from okaeri.insight.domain.count_facets import rule_of as count_rule
from okaeri.insight.domain.freshness_course import freshness_points, unlifted_freshness
from okaeri.insight.domain.kpis.figures import rate as rate_of
from okaeri.insight.domain.reports.balance import class_rates
from okaeri.insight.domain.reports.band_rates import band_verdict
from okaeri.insight.domain.reports.care_cost import compare_costs
from okaeri.insight.domain.reports.forecast import response_rate
from okaeri.insight.domain.segment_rules import RuleError
from okaeri.insight.domain.shares import forecast_interval as forecast_range
from okaeri.insight.store.insights import class_column, count_classes
from okaeri.insight.store.insights import first_buyers as list_first_buyers
from okaeri.insight.store.insights import freshness_of as list_freshness
from okaeri.insight.store.insights import views as list_insights
from okaeri.insight.store.interests import members_of as interest_audience
from okaeri.insight.store.interests import topics_with as interests_of
from okaeri.insight.store.items import cycles_of as cycles_of_items
from okaeri.insight.store.media_costs import list_all as list_media_costs
from okaeri.insight.store.media_costs import remove as remove_media_cost
from okaeri.insight.store.media_costs import save as save_media_costs
from okaeri.insight.store.predictions import views as list_predictions
from okaeri.insight.store.reports import find as find_report
from okaeri.insight.store.reports import find_day as find_report_day
from okaeri.insight.store.reports import forget_all as forget_results
from okaeri.insight.store.run_outs import has_any as has_run_outs
from okaeri.insight.store.run_outs import of_customers as run_outs_of
from okaeri.insight.store.segments import all_changes_after as list_segment_changes_after
from okaeri.insight.store.segments import changes_after as segment_changes_after
from okaeri.insight.store.segments import latest_change as latest_segment_change
from okaeri.insight.store.segments import list_views as list_segments
from okaeri.insight.store.segments import names as segment_names
from okaeri.insight.store.segments import newest_changes as segment_changes

__all__ = [
    "AGE_BAND_NAMES",
    "FACET_REPORT",
    "PERSONAL_ORDER_TABLES",
    "PERSONAL_TABLES",
    "REPORTS",
    "YOUNG_BANDS",
    "RuleError",
    "age_band",
    "age_report",
    "analyse",
    "band_verdict",
    "channel_for",
    "channel_sureness",
    "class_column",
    "class_rates",
    "classes_of",
    "compare_costs",
    "compute_balance",
    "compute_count_reports",
    "compute_movement_between",
    "count_classes",
    "count_customers_where",
    "count_rule",
    "create_segment",
    "cycles_of_items",
    "day_points_of",
    "definitions",
    "delete_segment",
    "erase_person",
    "estimate_life_events",
    "explain_person",
    "export_person",
    "find_balance",
    "find_count_report",
    "find_count_rule",
    "find_insight",
    "find_movement_between",
    "find_preset",
    "find_report",
    "find_report_day",
    "follow_orders",
    "forecast",
    "forecast_range",
    "forget_results",
    "freshness_points",
    "get_segment",
    "has_run_outs",
    "ids_of_customers",
    "ids_of_list",
    "interest_audience",
    "interest_rule",
    "interests_of",
    "is_due",
    "iter_customers_where",
    "last_vip_day",
    "latest_segment_change",
    "lead_standing",
    "list_by_count",
    "list_countable_items",
    "list_customers",
    "list_discount_dependent",
    "list_findings",
    "list_first_buyers",
    "list_freshness",
    "list_insights",
    "list_media_costs",
    "list_most_valuable",
    "list_new_products",
    "list_next_steps",
    "list_overdue",
    "list_person_run_outs",
    "list_portfolio_series",
    "list_predictions",
    "list_presets",
    "list_recency_reached",
    "list_running_out",
    "list_sale_only",
    "list_segment_changes_after",
    "list_segments",
    "list_silent",
    "list_to_call",
    "lost_among",
    "measure_ages",
    "measure_best_channels",
    "measure_care_cost",
    "measure_perks",
    "measure_responses",
    "measure_touches",
    "measure_voices",
    "members_among",
    "movement_days",
    "names_of_items",
    "needs_warehouse",
    "overlaps_of",
    "page_of_run_outs",
    "people_running_out",
    "perk_report",
    "portfolio_history",
    "portfolio_then_where",
    "portfolio_where",
    "present_version",
    "preview_class_counts",
    "preview_rule",
    "problem_of",
    "rate_of",
    "read_media_costs",
    "read_orders",
    "read_rule",
    "reasons_in_words",
    "recommend",
    "recommend_like_viewed_many",
    "recommend_many",
    "recommend_popular",
    "refresh",
    "remove_media_cost",
    "response_rate",
    "responses_of",
    "restore_segment",
    "run_outs_of",
    "save_life_events",
    "save_media_costs",
    "say_part",
    "say_rule",
    "segment_catalog",
    "segment_changes",
    "segment_changes_after",
    "segment_members",
    "segment_names",
    "segment_of_preset",
    "sync_warehouse",
    "touches_begin",
    "unlifted_freshness",
    "update_segment",
    "useful_responses",
    "voice_reports",
]  # fmt: skip

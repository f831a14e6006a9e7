"""Addresses of the analysis pages and of charts as files."""

from django.urls import path

from okaeri.web.pages.analysis.age_channels import age_channels
from okaeri.web.pages.analysis.areas import areas
from okaeri.web.pages.analysis.balance import balance
from okaeri.web.pages.analysis.baskets import baskets
from okaeri.web.pages.analysis.chart_files import chart_file
from okaeri.web.pages.analysis.cohorts import cohorts
from okaeri.web.pages.analysis.count_pages import count_again, count_ask
from okaeri.web.pages.analysis.cycles import cycles
from okaeri.web.pages.analysis.deciles import deciles
from okaeri.web.pages.analysis.dropoff import dropoff
from okaeri.web.pages.analysis.expectations import expectations
from okaeri.web.pages.analysis.forecast import forecast
from okaeri.web.pages.analysis.foretold_people import importance, overdue, valuable
from okaeri.web.pages.analysis.frame import index
from okaeri.web.pages.analysis.freshness import freshness
from okaeri.web.pages.analysis.interests import interest_segment, interests
from okaeri.web.pages.analysis.kpis import kpis
from okaeri.web.pages.analysis.lapse_reasons import lapse_reasons, start_lapse_reasons
from okaeri.web.pages.analysis.life_events import life_events
from okaeri.web.pages.analysis.lifetime_value import lifetime_value
from okaeri.web.pages.analysis.loyalty import loyalty
from okaeri.web.pages.analysis.media import media
from okaeri.web.pages.analysis.media_costs import costs
from okaeri.web.pages.analysis.movement import movement
from okaeri.web.pages.analysis.perks import perks
from okaeri.web.pages.analysis.pivot import pivot
from okaeri.web.pages.analysis.portfolio import portfolio
from okaeri.web.pages.analysis.predictions import predictions
from okaeri.web.pages.analysis.prices import prices
from okaeri.web.pages.analysis.products import products
from okaeri.web.pages.analysis.recommendations import recommendations
from okaeri.web.pages.analysis.rfm import rfm
from okaeri.web.pages.analysis.run_outs import run_outs
from okaeri.web.pages.analysis.sales_mix import sales_mix
from okaeri.web.pages.analysis.survival import survival
from okaeri.web.pages.analysis.timing import timing

urlpatterns = [
    path("analysis/", index, name="analysis"),
    path("analysis/portfolio/", portfolio, name="portfolio"),
    path("analysis/kpis/", kpis, name="kpis"),
    path("analysis/pivot/", pivot, name="pivot"),
    path("analysis/movement/", movement, name="movement"),
    path("analysis/balance/", balance, name="balance"),
    path("analysis/freshness/", freshness, name="freshness"),
    path("analysis/deciles/", deciles, name="deciles"),
    path("analysis/dropoff/", dropoff, name="dropoff"),
    path("analysis/survival/", survival, name="survival"),
    path("analysis/reasons/", lapse_reasons, name="lapse_reasons"),
    path("analysis/reasons/start/", start_lapse_reasons, name="lapse_reasons_start"),
    path("analysis/cohorts/", cohorts, name="cohorts"),
    path("analysis/sales/", sales_mix, name="sales_mix"),
    path("analysis/areas/", areas, name="areas"),
    path("analysis/ages/", age_channels, name="age_channels"),
    path("analysis/expectations/", expectations, name="expectations"),
    path("analysis/loyalty/", loyalty, name="loyalty"),
    path("analysis/life-events/", life_events, name="life_events"),
    path("analysis/forecast/", forecast, name="forecast"),
    path("analysis/rfm/", rfm, name="rfm"),
    path("analysis/sources/", media, name="media"),
    path("analysis/sources/costs/", costs, name="media_costs"),
    path("analysis/cycles/", cycles, name="cycles"),
    path("analysis/run-outs/", run_outs, name="run_outs"),
    path("analysis/perks/", perks, name="perks"),
    path("analysis/prices/", prices, name="prices"),
    path("analysis/timing/", timing, name="timing"),
    path("analysis/products/", products, name="products"),
    path("analysis/baskets/", baskets, name="baskets"),
    path("analysis/interests/", interests, name="interests"),
    path("analysis/count/<int:job_id>/again/", count_again, name="count_again"),
    path("analysis/count/<slug:page>/ask/", count_ask, name="count_ask"),
    path("analysis/interests/segment/", interest_segment, name="interest_segment"),
    path("analysis/recommendations/", recommendations, name="recommendations"),
    path("analysis/ltv/", lifetime_value, name="lifetime_value"),
    path("analysis/importance/", importance, name="importance"),
    path("analysis/overdue/", overdue, name="overdue"),
    path("analysis/valuable/", valuable, name="valuable"),
    path("analysis/predictions/", predictions, name="predictions"),
    path("charts/<slug:address>.<str:form>", chart_file, name="chart_file"),
]

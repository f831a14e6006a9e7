"""Addresses of the analysis pages and of charts as files."""

from django.urls import path

from okaeri.web.pages.analysis import views

urlpatterns = [
    path("analysis/portfolio/", views.portfolio, name="portfolio"),
    path("analysis/dropoff/", views.dropoff, name="dropoff"),
    path("analysis/cohorts/", views.cohorts, name="cohorts"),
    path("analysis/freshness/", views.freshness, name="freshness"),
    path("charts/<slug:address>.<str:form>", views.chart_file, name="chart_file"),
]

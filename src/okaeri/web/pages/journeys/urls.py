"""Addresses of journeys and their contents."""

from django.urls import path

from okaeri.web.pages.journeys import contents, variants, views
from okaeri.web.pages.journeys.completeness import completeness
from okaeri.web.pages.journeys.first_care import first_care
from okaeri.web.pages.journeys.silent import silent

urlpatterns = [
    path("actions/journeys/", views.journeys, name="journeys"),
    path("actions/journeys/install/", views.install, name="journeys_install"),
    path("actions/journeys/completeness/", completeness, name="completeness"),
    path("actions/journeys/first-care/", first_care, name="first_care"),
    path("actions/journeys/<slug:key>/", views.journey, name="journey"),
    path("actions/journeys/<slug:key>/edit/", views.edit, name="journey_edit"),
    path("actions/journeys/<slug:key>/activate/", views.activate, name="journey_activate"),
    path("actions/journeys/<slug:key>/pause/", views.pause, name="journey_pause"),
    path("actions/journeys/<slug:key>/finish/", views.finish, name="journey_finish"),
    path("actions/journeys/<slug:key>/silent/", silent, name="journey_silent"),
    path("actions/journeys/<slug:key>/variants/", variants.report, name="journey_variants"),
    path(
        "actions/journeys/<slug:key>/variants/edit/",
        variants.edit,
        name="journey_variants_edit",
    ),
    path("actions/templates/new/", contents.new, name="template_new"),
    path("actions/templates/<slug:key>/edit/", contents.edit, name="template_edit"),
    path("actions/templates/<slug:key>/", views.template, name="template"),
    path(
        "actions/templates/<slug:key>/body/<int:customer_id>/",
        views.template_body,
        name="template_body",
    ),
]

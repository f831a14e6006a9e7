"""Addresses of segments."""

from django.urls import path

from okaeri.web.pages.segments import audience, building, views

urlpatterns = [
    path("analysis/segments/", views.segments, name="segments"),
    path("analysis/segments/new/", building.new, name="segment_new"),
    path("analysis/segments/count/", building.count, name="segment_count"),
    path("analysis/segments/ready/<str:key>/", views.make_preset, name="segment_preset"),
    path("analysis/segments/<int:segment_id>/", views.segment, name="segment"),
    path("analysis/segments/<int:segment_id>/edit/", building.edit, name="segment_edit"),
    path(
        "analysis/segments/<int:segment_id>/journey/", views.start_journey, name="segment_journey"
    ),
    path("analysis/segments/<int:segment_id>/line/", audience.audience, name="segment_audience"),
    path(
        "analysis/segments/<int:segment_id>/line/count/",
        audience.count,
        name="segment_audience_count",
    ),
    path(
        "analysis/segments/<int:segment_id>/line/sync/", audience.sync, name="segment_audience_sync"
    ),
    path(
        "analysis/segments/<int:segment_id>/line/keep/", audience.keep, name="segment_audience_keep"
    ),
    path("analysis/segments/<int:segment_id>/delete/", views.delete, name="segment_delete"),
    path("analysis/segments/<int:segment_id>/restore/", views.restore, name="segment_restore"),
]

"""Addresses of segments."""

from django.urls import path

from okaeri.web.pages.segments import views

urlpatterns = [
    path("analysis/segments/", views.segments, name="segments"),
    path("analysis/segments/new/", views.new, name="segment_new"),
    path("analysis/segments/<int:segment_id>/", views.segment, name="segment"),
]

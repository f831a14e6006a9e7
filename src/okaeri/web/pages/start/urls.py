"""Addresses of the first steps."""

from django.urls import path

from okaeri.web.pages.start import views

urlpatterns = [
    path("start/", views.start, name="start"),
    path("start/sample/", views.take_sample, name="start_sample"),
    path("start/sample/remove/", views.remove_sample, name="start_sample_remove"),
    path("start/journeys/", views.draft_journeys, name="start_journeys"),
    path("start/finish/", views.finish, name="start_finish"),
]

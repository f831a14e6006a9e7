"""Addresses of voices."""

from django.urls import path

from okaeri.web.pages.voices import views

urlpatterns = [
    path("voices/", views.voices, name="voices"),
    path("voices/<int:answer_id>/handled/", views.handled, name="voice_handled"),
]

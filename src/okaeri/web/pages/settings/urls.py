"""Addresses of settings."""

from django.urls import path

from okaeri.web.pages.settings import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/definitions/", views.definitions, name="definitions"),
    path("settings/rules/<slug:group>/", views.settings, name="settings"),
]

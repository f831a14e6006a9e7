"""Addresses of downloads."""

from django.urls import path

from okaeri.web.pages.exports import views

urlpatterns = [
    path("settings/exports/", views.exports, name="exports"),
    path("settings/exports/<slug:record_kind>/", views.download, name="export"),
]

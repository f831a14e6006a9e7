"""Addresses of imports."""

from django.urls import path

from okaeri.web.pages.imports import columns, views

urlpatterns = [
    path("settings/imports/", views.imports, name="imports"),
    path("settings/imports/upload/", views.upload, name="import_upload"),
    path("settings/imports/columns/", columns.map_columns, name="import_columns"),
    path("settings/imports/start/", views.start, name="import_start"),
    path("settings/imports/<int:run_id>/", views.import_run, name="import_run"),
    path("settings/imports/<int:run_id>/rejected.csv", views.rejected, name="import_rejected"),
]

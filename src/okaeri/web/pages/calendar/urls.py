"""Addresses of the content calendar."""

from django.urls import path

from okaeri.web.pages.calendar import entries, views

urlpatterns = [
    path("actions/calendar/", views.calendar, name="calendar"),
    path("actions/calendar/new/", entries.new, name="calendar_new"),
    path("actions/calendar/<int:entry_id>/", entries.entry, name="calendar_entry"),
    path("actions/calendar/<int:entry_id>/delete/", entries.delete, name="calendar_delete"),
    path("actions/calendar/<int:entry_id>/restore/", entries.restore, name="calendar_restore"),
    path("actions/calendar/<int:entry_id>/draft/", entries.draft, name="calendar_draft"),
]

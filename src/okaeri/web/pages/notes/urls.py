"""Addresses of interviews."""

from django.urls import path

from okaeri.web.pages.notes import views

urlpatterns = [
    path("voices/interviews/", views.notes, name="notes"),
    path("voices/interviews/<int:note_id>/", views.note, name="note"),
    path("voices/interviews/<int:note_id>/file/", views.file, name="note_file"),
    path("customers/<int:customer_id>/interview/", views.new, name="note_new"),
]

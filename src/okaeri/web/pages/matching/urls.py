"""Addresses of the review queue."""

from django.urls import path

from okaeri.web.pages.matching import views

urlpatterns = [
    path("customers/matching/", views.matching, name="matching"),
    path("customers/matching/search/", views.search, name="matching_search"),
    path("customers/matching/<int:candidate_id>/", views.answer, name="matching_answer"),
    path("customers/merges/<int:merge_id>/undo/", views.undo_merge, name="merge_undo"),
]

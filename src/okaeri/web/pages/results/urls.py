"""Addresses of results."""

from django.urls import path

from okaeri.web.pages.results import views

urlpatterns = [
    path("results/", views.results, name="results"),
    path("results/<int:experiment_id>/", views.result, name="result"),
    path("results/<int:experiment_id>/end/", views.end, name="result_end"),
]

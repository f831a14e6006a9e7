"""Addresses of jobs."""

from django.urls import path

from okaeri.web.pages.jobs import views

urlpatterns = [
    path("settings/jobs/", views.jobs, name="jobs"),
    path("settings/jobs/refresh/", views.refresh, name="job_refresh"),
    path("settings/jobs/<int:job_id>/", views.job, name="job"),
]

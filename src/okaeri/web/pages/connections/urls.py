"""Addresses of live sources."""

from django.urls import path

from okaeri.web.pages.connections import polling, views
from okaeri.web.public import hooks

urlpatterns = [
    path("hooks/<slug:key>/", hooks.hook, name="hook"),
    path("connections/", views.connections, name="connections"),
    path("connections/<int:connection_id>/", views.connection, name="connection"),
    path("connections/<int:connection_id>/secret/", views.rotate, name="connection_secret"),
    path("connections/<int:connection_id>/poll/", polling.poll, name="connection_poll"),
    path("connections/<int:connection_id>/leave/", polling.leave, name="connection_leave"),
    path("connections/<int:connection_id>/switch/", views.switch, name="connection_switch"),
    path(
        "connections/<int:connection_id>/retry/<int:delivery_id>/",
        views.retry,
        name="connection_retry",
    ),
]

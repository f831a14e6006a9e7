"""Addresses of programs that are told what happens."""

from django.urls import path

from okaeri.web.pages.webhooks import changing, views

_ONE = "settings/webhooks/<int:endpoint_id>/"
urlpatterns = [
    path("settings/webhooks/", views.webhooks, name="webhooks"),
    path(_ONE, views.webhook, name="webhook"),
    path(f"{_ONE}kinds/", changing.choose, name="webhook_kinds"),
    path(f"{_ONE}secret/", changing.rotate, name="webhook_secret"),
    path(f"{_ONE}switch/", changing.switch, name="webhook_switch"),
    path(f"{_ONE}remove/", changing.remove, name="webhook_remove"),
    path(f"{_ONE}test/", changing.test, name="webhook_test"),
    path(f"{_ONE}again/", changing.send_failed_again, name="webhook_failed_again"),
    path(f"{_ONE}again/<int:delivery_id>/", changing.send_again, name="webhook_again"),
]

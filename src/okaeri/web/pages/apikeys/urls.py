"""Addresses of API keys."""

from django.urls import path

from okaeri.web.pages.apikeys import views

urlpatterns = [
    path("settings/api-keys/", views.api_keys, name="api_keys"),
    path("settings/api-keys/<int:key_id>/revoke/", views.revoke, name="api_key_revoke"),
]

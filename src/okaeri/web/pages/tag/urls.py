"""Addresses of the tag's page."""

from django.urls import path

from okaeri.web.pages.tag import views

urlpatterns = [
    path("settings/tag/", views.tag, name="tag"),
    path("settings/tag/check/", views.check, name="tag_check"),
    path("settings/tag/inventory.json", views.inventory_json, name="tag_inventory"),
]

"""Addresses of the list of wishes about subscriptions."""

from django.urls import path

from okaeri.web.pages.subscription_requests import views

urlpatterns = [
    path("voices/subscriptions/", views.requests, name="subscription_requests"),
    path("voices/subscriptions/<int:request_id>/end/", views.end, name="subscription_request_end"),
]

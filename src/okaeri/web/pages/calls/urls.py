"""Addresses of the call list."""

from django.urls import path

from okaeri.web.pages.calls import views

urlpatterns = [
    path("actions/calls/", views.call_list, name="calls"),
    path("actions/calls/fill/", views.fill, name="calls_fill"),
    path("actions/calls/next/", views.take_next, name="call_next"),
    path("actions/calls/<int:task_id>/", views.call, name="call"),
    path("actions/calls/<int:task_id>/take/", views.take, name="call_take"),
    path("actions/calls/<int:task_id>/release/", views.release, name="call_release"),
    path("actions/calls/<int:task_id>/result/", views.result, name="call_result"),
    path("customers/<int:customer_id>/call/", views.ask, name="customer_call"),
    path("customers/<int:customer_id>/no-calls/", views.no_calls, name="customer_no_calls"),
]

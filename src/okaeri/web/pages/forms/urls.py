"""Addresses of forms for staff."""

from django.urls import path

from okaeri.web.pages.forms import views

urlpatterns = [
    path("actions/forms/", views.forms, name="forms"),
    path("actions/forms-new/", views.new, name="form_new"),
    path("actions/forms-preview/", views.preview, name="form_preview"),
    path("actions/forms/<slug:key>/", views.form, name="form"),
    path("actions/forms/<slug:key>/edit/", views.edit, name="form_edit"),
    path("actions/forms/<slug:key>/switch/", views.switch, name="form_switch"),
    path("actions/forms/<slug:key>/code.svg", views.code, name="form_code"),
]

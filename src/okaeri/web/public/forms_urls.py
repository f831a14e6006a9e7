"""Addresses of forms: the form itself, the page behind its mail, the file it hands out."""

from django.urls import path

from okaeri.web.public import forms

urlpatterns = [
    path("f/confirm/<str:token>/", forms.confirm, name="form_confirm"),
    path("f/file/<str:token>/", forms.file, name="form_file"),
    path("f/<slug:key>/", forms.form, name="form_public"),
]

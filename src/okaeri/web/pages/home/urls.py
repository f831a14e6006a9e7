"""Addresses of the first page and of its part that comes later."""

from django.urls import path

from okaeri.web.pages.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("home/gaps/", views.home_gaps, name="home_gaps"),
]

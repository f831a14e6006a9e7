"""Addresses of login, first run, one-time login, language and colour scheme."""

from django.urls import path

from okaeri.web.pages.session import views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("setup/", views.first_run, name="setup"),
    path("login/once/<str:token>/", views.once, name="once"),
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
]

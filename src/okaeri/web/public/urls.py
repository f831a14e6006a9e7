"""Addresses customers see. The short forms stand in mails; /p/ names the same pages."""

from django.urls import path

from okaeri.web.public import views

urlpatterns = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/one-click/", views.one_click, name="one_click"),
    path("q/<str:token>/", views.question, name="question"),
    path("p/u/<str:token>/", views.unsubscribe),
    path("p/u/<str:token>/one-click/", views.one_click),
    path("p/q/<str:token>/", views.question),
]

"""Addresses customers see. The short forms stand in mails; /p/ names the same pages."""

from django.urls import path

from okaeri.web.public import (
    cards,
    events,
    mails,
    my_page,
    notice,
    preferences,
    subscriptions,
    views,
)

urlpatterns = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/one-click/", views.one_click, name="one_click"),
    path("q/<str:token>/", views.question, name="question"),
    path("w/<str:token>/", preferences.preferences, name="preferences"),
    path("w/<str:token>/subscriptions/", subscriptions.of_preferences, name="subscriptions"),
    path("m/<str:token>/", cards.card, name="member_card"),
    path("my/<str:token>/", my_page.my_page, name="my_page"),
    path("my/<str:token>/subscriptions/", subscriptions.of_my_page, name="my_subscriptions"),
    path("e/", events.collect, name="events"),
    path("c/<str:token>/", mails.click, name="click"),
    path("o/<str:token>.gif", mails.picture, name="picture"),
    path("privacy/", notice.privacy_notice, name="privacy_notice"),
    path("p/u/<str:token>/", views.unsubscribe),
    path("p/u/<str:token>/one-click/", views.one_click),
    path("p/q/<str:token>/", views.question),
]

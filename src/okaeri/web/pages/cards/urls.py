"""Addresses of membership cards for staff."""

from django.urls import path

from okaeri.web.pages.cards import views

urlpatterns = [
    path("customers/counter/", views.counter, name="counter"),
    path("customers/<int:customer_id>/card/", views.card, name="card"),
]

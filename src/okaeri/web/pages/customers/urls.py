"""Addresses of the customer list and of one customer."""

from django.urls import path

from okaeri.web.pages.customers import leads, person, run_outs, views

urlpatterns = [
    path("customers/", views.customer_list, name="customers"),
    path("customers/leads/", leads.leads, name="leads"),
    path("customers/leads/enter/", leads.enter, name="leads_enter"),
    path("customers/<int:customer_id>/", person.person, name="customer"),
    path("customers/<int:customer_id>/reveal/", person.reveal, name="customer_reveal"),
    path("customers/<int:customer_id>/suppress/", person.suppress, name="customer_suppress"),
    path("customers/<int:customer_id>/consent/", person.consent, name="customer_consent"),
    path(
        "customers/<int:customer_id>/run-outs/",
        run_outs.person_run_outs,
        name="customer_run_outs",
    ),
    path("customers/<int:customer_id>/<slug:tab>/", person.timeline, name="customer_timeline"),
]

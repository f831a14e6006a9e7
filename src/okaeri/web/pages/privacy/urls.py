"""Addresses of requests about data, of one person's rights, and of the access log."""

from django.urls import path

from okaeri.web.pages.privacy import access_log, person, provisions, purpose, requests

urlpatterns = [
    path("settings/privacy/", requests.privacy, name="privacy"),
    path("settings/privacy/requests/new/", requests.new, name="request_new"),
    path("settings/privacy/requests/<int:request_id>/", requests.request_page, name="request"),
    path(
        "settings/privacy/requests/<int:request_id>/verify/", requests.verify, name="request_verify"
    ),
    path("settings/privacy/requests/<int:request_id>/end/", requests.end, name="request_end"),
    path("settings/privacy/access/", access_log.access, name="access_log"),
    path("settings/privacy/access/people.csv", access_log.people, name="access_people"),
    path("settings/privacy/purpose/", purpose.purpose, name="purpose"),
    path("settings/privacy/provisions/", provisions.provisions, name="provisions"),
    path("customers/<int:customer_id>/privacy/", person.privacy, name="person_privacy"),
    path("customers/<int:customer_id>/export.zip", person.export, name="person_export"),
    path("customers/<int:customer_id>/dossier/", person.dossier, name="person_dossier"),
    path("customers/<int:customer_id>/hold/", person.hold, name="person_hold"),
    path("customers/<int:customer_id>/erase/", person.erase, name="person_erase"),
]

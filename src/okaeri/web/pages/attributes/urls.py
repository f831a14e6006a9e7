"""Addresses of attributes."""

from django.urls import path

from okaeri.web.pages.attributes import enrichment, panel, schema

urlpatterns = [
    path("settings/attributes/", schema.attributes, name="attributes"),
    path("settings/attributes/suggested/", schema.take_suggested, name="attribute_suggested"),
    path("settings/attributes/move/", schema.move, name="attribute_move"),
    path("settings/attributes/new/", schema.new, name="attribute_new"),
    path("settings/attributes/edit/<slug:key>/", schema.edit, name="attribute"),
    path("settings/attributes/import/", enrichment.enrichment, name="enrichment"),
    path("settings/attributes/import/allow/", enrichment.allow, name="enrichment_allow"),
    path("settings/attributes/import/start/", enrichment.start, name="enrichment_start"),
    path("settings/attributes/import/forget/", enrichment.forget, name="enrichment_forget"),
    path("settings/attributes/import/<int:job_id>/", enrichment.run, name="enrichment_run"),
    path("settings/attributes/import/<int:job_id>/undo/", enrichment.undo, name="enrichment_undo"),
    path(
        "settings/attributes/import/<int:job_id>/rejected/",
        enrichment.rejected,
        name="enrichment_rejected",
    ),
    path("customers/<int:customer_id>/attributes/", panel.record, name="customer_attribute"),
]

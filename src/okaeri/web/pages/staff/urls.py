"""Addresses of staff and of one's own password."""

from django.urls import path

from okaeri.web.pages.staff import views

urlpatterns = [
    path("settings/staff/", views.staff, name="staff"),
    path("settings/staff/invite/", views.invite, name="staff_invite"),
    path("settings/staff/<int:user_id>/role/", views.role, name="staff_role"),
    path("settings/staff/<int:user_id>/active/", views.active, name="staff_active"),
    path("settings/staff/<int:user_id>/link/", views.link, name="staff_link"),
    path("account/password/", views.password, name="password"),
]

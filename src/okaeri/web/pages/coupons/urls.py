"""Addresses of coupons for staff."""

from django.urls import path

from okaeri.web.pages.coupons import views

urlpatterns = [
    path("actions/coupons/", views.coupons, name="coupons"),
    path("actions/coupons/new/", views.new, name="coupon_new"),
    path("actions/coupons/<slug:key>/stop/", views.stop, name="coupon_stop"),
    path("actions/coupons/<slug:key>/withdraw/", views.withdraw, name="coupon_withdraw"),
    path("customers/<int:customer_id>/page-links/end/", views.end_links, name="page_links_end"),
]

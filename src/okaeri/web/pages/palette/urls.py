"""Address of the palette."""

from django.urls import path

from okaeri.web.pages.palette import views

urlpatterns = [path("palette/", views.palette, name="palette")]

"""Addresses of the house itself."""

from django.urls import path

from querwerk.core import views

app_name = "core"
urlpatterns = [path("gallery/", views.gallery, name="gallery")]

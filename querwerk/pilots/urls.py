"""Addresses of the pilots."""

from django.urls import path

from querwerk.pilots import views

app_name = "pilots"
urlpatterns = [
    path("<slug:programme>/pilots/", views.pilot_list, name="pilot_list"),
    path("<slug:programme>/pilots/<str:key>/", views.pilot_detail, name="pilot_detail"),
]

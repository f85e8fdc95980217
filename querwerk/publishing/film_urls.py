"""Addresses of film files and their subtitles; they are the same in every language."""

from django.urls import path

from querwerk.publishing import cinema

app_name = "cinema"
urlpatterns = [
    path("<slug:space>/films/<str:key>/<str:name>", cinema.film_file, name="file"),
]

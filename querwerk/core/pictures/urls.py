"""Addresses of files; they are the same in every language."""

from django.urls import path

from querwerk.core.pictures import views

app_name = "files"
urlpatterns = [
    path("gallery/sample/<slug:mark>/drawing.svg", views.sample),
    path("gallery/sample/original", views.sample),
    path("<slug:space>/files/<str:key>/<str:name>", views.document, name="document"),
    path("<slug:space>/<str:key>/original", views.original, name="original"),
    path("<slug:space>/<str:key>/<slug:mark>/<str:name>", views.rendition_view, name="rendition"),
]

"""Addresses of the room."""

from django.urls import path

from querwerk.publishing import albums, views

app_name = "publishing"
urlpatterns = [
    path("", views.front, name="front"),
    path("<slug:programme>/", views.programme_home, name="home"),
    path("<slug:programme>/search/", views.search, name="search"),
    path("<slug:programme>/press/", albums.press, name="press"),
    path("<slug:programme>/pictures/<str:key>/", albums.picture_page, name="picture"),
    path("<slug:programme>/pictures/<str:key>/in/<slug:kind>/<str:of>/", albums.album_picture, name="album_picture"),
    path("<slug:programme>/news/", views.news_list, name="news_list"),
    path("<slug:programme>/news/feed.atom", views.feed, name="feed"),
    path("<slug:programme>/news/feed.json", views.json_feed, name="json_feed"),
    path("<slug:programme>/share/<slug:kind>/<str:key>.png", views.share, name="share"),
    path("<slug:programme>/news/<str:key>/", views.news_detail, name="news_detail"),
]

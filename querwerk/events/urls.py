"""Addresses of the events."""

from django.urls import path

from querwerk.events import views

app_name = "events"
urlpatterns = [
    path("<slug:programme>/events/", views.event_list, name="event_list"),
    path("<slug:programme>/events/<str:key>/", views.event_detail, name="event_detail"),
    path("<slug:programme>/events/<str:key>/calendar.ics", views.event_calendar, name="event_calendar"),
]

"""Addresses of the events."""

from django.urls import path

from querwerk.events.views import pages, registering, schedule

app_name = "events"
EVENT = "<slug:programme>/events/<str:key>/"
MINE = EVENT + "mine/<str:code>/"
urlpatterns = [
    path("<slug:programme>/events/", pages.event_list, name="event_list"),
    path(EVENT, pages.event_detail, name="event_detail"),
    path(EVENT + "calendar.ics", pages.event_calendar, name="event_calendar"),
    path(EVENT + "schedule/", schedule.schedule, name="schedule"),
    path(EVENT + "schedule.json", schedule.schedule_json, name="schedule_json"),
    path(EVENT + "schedule.ics", schedule.schedule_feed, name="schedule_feed"),
    path(EVENT + "register/", registering.register, name="register"),
    path(EVENT + "register/<str:pending>/", registering.digits, name="digits"),
    path(EVENT + "confirm/<str:code>/", registering.confirm, name="confirm"),
    path(MINE, registering.mine, name="mine"),
    path(MINE + "change/", registering.change, name="change"),
    path(MINE + "ticket.svg", registering.ticket, name="ticket"),
    path(MINE + "calendar.ics", registering.calendar, name="my_calendar"),
    path(MINE + "data.json", registering.data, name="data"),
]

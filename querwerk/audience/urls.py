"""Addresses of the room."""

from django.urls import path

from querwerk.audience.views import afterwards, floor, moderating

app_name = "audience"
AT_DESK = "desk/<slug:programme>/audience/"
AT_EVENT = AT_DESK + "<str:key>/"
EVENT = "<slug:programme>/events/<str:key>/"
FLOOR = EVENT + "floor/"
MODERATE = FLOOR + "moderate/<str:code>/"
MINE = EVENT + "mine/<str:code>/"
urlpatterns = [
    path(AT_DESK, moderating.home, name="home"),
    path(AT_EVENT, moderating.arrange, name="arrange"),
    path(AT_EVENT + "feedback/", afterwards.results, name="results"),
    path(AT_EVENT + "feedback.csv", afterwards.results_file, name="results_file"),
    path(AT_EVENT + "thanks/", afterwards.thank, name="thank"),
    path(AT_EVENT + "thanks/look/", afterwards.thank_look, name="thank_look"),
    path(FLOOR, floor.entrance, name="entrance"),
    path(MODERATE, moderating.moderate, name="moderate"),
    path(MODERATE + "live/", moderating.moderate_live, name="moderate_live"),
    path(FLOOR + "<str:code>/", floor.floor_page, name="floor"),
    path(FLOOR + "<str:code>/live/", floor.floor_live, name="floor_live"),
    path(FLOOR + "<str:code>/vote/", floor.vote, name="vote"),
    path(FLOOR + "<str:code>/qr.svg", floor.qr, name="qr"),
    path(FLOOR + "<str:code>/stage/", floor.stage, name="stage"),
    path(FLOOR + "<str:code>/stage/live/", floor.stage_live, name="stage_live"),
    path(MINE + "floor/", floor.from_registration, name="mine_floor"),
    path(MINE + "feedback/", afterwards.feedback, name="feedback"),
]

"""Addresses of the room."""

from django.urls import path

from querwerk.matching.views import answers, challenges, guests, own

app_name = "matching"
AT = "<slug:programme>/challenges/"
urlpatterns = [
    path(AT, challenges.challenge_list, name="challenge_list"),
    path(AT + "+/", challenges.challenge_new, name="challenge_new"),
    path(AT + "how/", own.explanation, name="explanation"),
    path(AT + "guest/<str:code>/", guests.guest, name="guest"),
    path(AT + "suggestions/", own.suggestions, name="suggestions"),
    path(AT + "suggestions/<str:profile>/switch/", own.switch, name="switch"),
    path(AT + "suggestions/<str:profile>/<str:key>/", own.say, name="say"),
    path(AT + "<str:key>/", challenges.challenge_detail, name="challenge_detail"),
    path(AT + "<str:key>/edit/", challenges.challenge_edit, name="challenge_edit"),
    path(AT + "<str:key>/creatives/<str:profile>/", own.say_as_company, name="say_as_company"),
    path(AT + "<str:key>/to/<slug:state>/", challenges.challenge_move, name="challenge_move"),
    path("<slug:programme>/matches/answer/<str:code>/", answers.answer, name="answer"),
    path("<slug:programme>/matches/answer/<str:code>/meeting.ics", answers.meeting, name="meeting"),
    path("<slug:programme>/matches/follow-up/<str:code>/", answers.follow_up, name="follow_up"),
    path("<slug:programme>/matches/<str:key>/", challenges.match_detail, name="match_detail"),
]

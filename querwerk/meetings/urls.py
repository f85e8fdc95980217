"""Addresses of the room."""

from django.urls import path

from querwerk.meetings.views import arranging, mine, paper, timetable

app_name = "meetings"
AT_DESK = "desk/<slug:programme>/meetings/"
AT_EVENT = AT_DESK + "<str:key>/"
AT_PLANS = AT_EVENT + "timetable/"
AT_PLAN = AT_PLANS + "<int:number>/"
MINE = "<slug:programme>/events/<str:key>/mine/<str:code>/meetings/"
urlpatterns = [
    path(AT_DESK, arranging.home, name="home"),
    path(AT_EVENT, arranging.arrange, name="arrange"),
    path(AT_EVENT + "phase/", arranging.phase, name="phase"),
    path(AT_EVENT + "sessions/+/", arranging.session, name="session_new"),
    path(AT_EVENT + "sessions/<int:number>/", arranging.session, name="session"),
    path(AT_EVENT + "tables/+/", arranging.table, name="table_new"),
    path(AT_EVENT + "tables/<int:number>/", arranging.table, name="table"),
    path(AT_EVENT + "tables/several/", arranging.tables, name="tables"),
    path(AT_EVENT + "teams/+/", arranging.team, name="team_new"),
    path(AT_EVENT + "teams/<int:number>/", arranging.team, name="team"),
    path(AT_EVENT + "people/", arranging.people_list, name="people"),
    path(AT_EVENT + "people/<int:number>/", arranging.person, name="person"),
    path(AT_EVENT + "print/", paper.paper, name="paper"),
    path(AT_EVENT + "print/<slug:sort>.pdf", paper.paper, name="paper_file"),
    path(AT_PLANS, timetable.plan_list, name="plans"),
    path(AT_PLANS + "pairs/", timetable.pairs, name="pairs"),
    path(AT_PLAN, timetable.plan, name="plan"),
    path(AT_PLAN + "do/", timetable.do, name="plan_do"),
    path(AT_PLAN + "publish/", timetable.publish, name="publish"),
    path(MINE, mine.overview, name="mine"),
    path(MINE + "people/", mine.people_page, name="mine_people"),
    path(MINE + "me/", mine.me, name="mine_me"),
    path(MINE + "me/roles/+/", mine.role, name="mine_role_new"),
    path(MINE + "me/roles/<int:number>/", mine.role, name="mine_role"),
    path(MINE + "do/", mine.do, name="mine_do"),
    path(MINE + "plan.pdf", mine.plan_file, name="mine_plan"),
    path(MINE + "calendar.ics", mine.calendar, name="mine_calendar"),
]

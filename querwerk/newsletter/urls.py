"""Addresses of the room."""

from django.urls import path

from querwerk.newsletter.views import desk, public

app_name = "newsletter"
AT_DESK = "desk/<slug:programme>/newsletter/"
AT_ISSUE = AT_DESK + "issues/<int:number>/"
urlpatterns = [
    path(AT_DESK, desk.home, name="home"),
    path(AT_DESK + "issues/+/", desk.issue_new, name="issue_new"),
    path(AT_ISSUE, desk.issue_edit, name="issue_edit"),
    path(AT_ISSUE + "<slug:language>.<slug:form>", desk.preview, name="preview"),
    path(AT_ISSUE + "test/", desk.test_mail, name="test_mail"),
    path(AT_ISSUE + "send/", desk.send, name="send"),
    path(AT_ISSUE + "stop/", desk.stop, name="stop"),
    path(AT_ISSUE + "go-on/", desk.go_on, name="go_on"),
    path(AT_DESK + "topics/", desk.topic_list, name="topics"),
    path(AT_DESK + "subscribers/", desk.subscriber_list, name="subscribers"),
    path(AT_DESK + "subscribers.csv", desk.subscriber_export, name="subscriber_export"),
    path(AT_DESK + "subscribers/<int:number>/", desk.subscriber_end, name="subscriber_end"),
    path("<slug:programme>/newsletter/", public.subscribe, name="subscribe"),
    path("<slug:programme>/newsletter/asked/", public.asked, name="asked"),
    path("<slug:programme>/newsletter/<int:number>/", public.issue, name="issue"),
    path("<slug:programme>/newsletter/confirm/<str:code>/", public.confirm, name="confirm"),
    path("<slug:programme>/newsletter/mine/<str:code>/", public.mine, name="mine"),
    path("<slug:programme>/newsletter/mine/<str:code>/data.json", public.data, name="data"),
    path("<slug:programme>/newsletter/end/<str:code>/", public.one_click, name="one_click"),
]

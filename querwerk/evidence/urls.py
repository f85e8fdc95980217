"""Addresses of the room."""

from django.urls import path

from querwerk.evidence.views import thread, uptake

app_name = "evidence"

urlpatterns = [
    path("<slug:programme>/thread/", thread.thread, name="thread"),
    path("<slug:programme>/thread/thread.csv", thread.thread_csv, name="thread_csv"),
    path("<slug:programme>/thread/thread.prov.json", thread.thread_prov, name="thread_prov"),
    path("<slug:programme>/uptake/", uptake.uptake_list, name="uptake_list"),
    path("<slug:programme>/uptake/<str:key>/", uptake.uptake_detail, name="uptake_detail"),
    path("<slug:programme>/follow-ups/<str:key>/", uptake.follow_up_detail, name="follow_up_detail"),
    path("<slug:programme>/questions/<str:key>/", uptake.question_detail, name="question_detail"),
]

"""Addresses of the room."""

from django.urls import path

from querwerk.programmes import views
from querwerk.programmes.profiles import claiming, entering, owning, speaking, ways
from querwerk.programmes.profiles import reading as profiles

app_name = "programmes"
urlpatterns = [
    path("<slug:programme>/about/", views.about, name="about"),
    path("<slug:programme>/partners/", views.partner_list, name="partner_list"),
    path("<slug:programme>/organisations/", views.organisation_list, name="organisation_list"),
    path("<slug:programme>/organisations/<str:key>/", views.organisation_detail, name="organisation_detail"),
    path("<slug:programme>/directory/", profiles.directory, name="directory"),
    path("<slug:programme>/directory/map/", profiles.directory_map, name="directory_map"),
    path("<slug:programme>/directory/enter/", entering.enter_directory, name="enter"),
    path("<slug:programme>/directory/claim/<str:token>/", claiming.claim_link, name="claim_link"),
    path("<slug:programme>/profiles/<str:key>/claim/", claiming.claim, name="claim"),
    path("<slug:programme>/take-part/", ways.ways_in, name="ways_in"),
    path("<slug:programme>/take-part/advice/", ways.advice, name="advice"),
    path("<slug:programme>/take-part/advice/thanks/", ways.advice_taken, name="advice_taken"),
    path("<slug:programme>/directory/mine/", owning.mine, name="mine"),
    path("<slug:programme>/directory/mine/<str:key>/", owning.home, name="mine_profile"),
    path("<slug:programme>/directory/mine/<str:key>/data.json", owning.data, name="mine_data"),
    path("<slug:programme>/directory/mine/<str:key>/publicity/", owning.publicity, name="mine_publicity"),
    path("<slug:programme>/directory/mine/<str:key>/speakers/", speaking.speaking, name="mine_speakers"),
    path("<slug:programme>/directory/speak/<str:code>/", speaking.accept, name="speak"),
    path("<slug:programme>/directory/mine/<str:key>/leave/", owning.leave, name="mine_leave"),
    path("<slug:programme>/directory/mine/<str:key>/as/<slug:reader>/", owning.preview, name="mine_preview"),
    path("<slug:programme>/directory/mine/<str:key>/<slug:step>/", owning.step, name="mine_step"),
    path("<slug:programme>/profiles/<str:key>/", profiles.profile_page, name="profile"),
    path("<slug:programme>/pages/<str:key>/", views.page, name="page"),
    path(
        "<slug:programme>/texts/<slug:kind>/<str:key>/<slug:role>/<slug:language>.<slug:form>",
        views.text_file,
        name="text_file",
    ),
]

"""Addresses of the strategy papers and decisions."""

from django.urls import path

from querwerk.strategy import views

app_name = "strategy"
urlpatterns = [
    path("<slug:programme>/papers/", views.paper_list, name="paper_list"),
    path("<slug:programme>/papers/<str:key>/", views.paper_detail, name="paper_detail"),
    path("<slug:programme>/decisions/<str:key>/", views.decision_detail, name="decision_detail"),
]

"""Addresses of downloads."""

from django.urls import path

from querwerk.exchange import views

app_name = "exchange"
urlpatterns = [path("desk/<slug:programme>/export.<slug:form>", views.export, name="export")]

"""The addresses of the campus's pages."""

from __future__ import annotations

from django.urls import path

from unipact.campus import views

app_name = "campus"
urlpatterns = [
    path("", views.buildings, name="buildings"),
    path("meters/<str:building>/", views.meter, name="meter"),
]

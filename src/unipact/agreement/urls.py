"""The addresses of the spine's pages."""

from __future__ import annotations

from django.urls import path

from unipact.agreement import views

app_name = "agreement"
urlpatterns = [
    path("<slug:agreement>/", views.agreement_page, name="agreement"),
    path("<slug:agreement>/versions/<int:n>/agreement.toml", views.original, name="original"),
    path("<slug:agreement>/commitments/", views.commitments_page, name="commitments"),
    path(
        "<slug:agreement>/commitments/<slug:commitment>/",
        views.commitment_page,
        name="commitment",
    ),
    path("<slug:agreement>/fields/<slug:field>/", views.field_page, name="field"),
    path("<slug:agreement>/run.json", views.run_document, name="run"),
    path("<slug:agreement>/people/", views.people_page, name="people"),
    path("<slug:agreement>/report/", views.report_page, name="report"),
]

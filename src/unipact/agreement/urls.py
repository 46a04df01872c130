"""The addresses of the spine's pages."""

from __future__ import annotations

from django.urls import path

from unipact.agreement.views import pages, people, report

app_name = "agreement"
urlpatterns = [
    path("<slug:agreement>/", pages.agreement_page, name="agreement"),
    path("<slug:agreement>/versions/<int:n>/agreement.toml", pages.original, name="original"),
    path("<slug:agreement>/commitments/", pages.commitments_page, name="commitments"),
    path(
        "<slug:agreement>/commitments/<slug:commitment>/",
        pages.commitment_page,
        name="commitment",
    ),
    path("<slug:agreement>/fields/<slug:field>/", pages.field_page, name="field"),
    path("<slug:agreement>/run.json", pages.run_document, name="run"),
    path("<slug:agreement>/people/", people.people_page, name="people"),
    path("<slug:agreement>/report/", report.report_page, name="report"),
]

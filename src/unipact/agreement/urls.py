"""The addresses of the spine's pages."""

from __future__ import annotations

from django.urls import path

from unipact.agreement.views import drafts, pages, people, report, tokens

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
    path("<slug:agreement>/versions/import/", drafts.import_page, name="draft"),
    path("<slug:agreement>/people/", people.people_page, name="people"),
    path("<slug:agreement>/people/invite/", people.invite, name="invite"),
    path(
        "<slug:agreement>/people/invitations/<int:invitation>/withdraw/",
        people.withdraw,
        name="withdraw",
    ),
    path("<slug:agreement>/people/leave/", people.leave_page, name="leave"),
    path("<slug:agreement>/people/<int:member>/", people.member_page, name="member"),
    path("<slug:agreement>/people/<int:member>/end/", people.end_page, name="end"),
    path("<slug:agreement>/roles/", people.roles_page, name="roles"),
    path("<slug:agreement>/tokens/", tokens.tokens_page, name="tokens"),
    path("<slug:agreement>/tokens/<int:token>/revoke/", tokens.revoke_page, name="revoke"),
    path("<slug:agreement>/report/", report.report_page, name="report"),
]

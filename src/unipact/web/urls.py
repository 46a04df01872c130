"""The addresses of the console."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from unipact.web import (
    calendars,
    departures,
    evaluations,
    evidence,
    invitations,
    proposed,
    reminders,
    report,
    views,
)

_EVIDENCE = "agreements/<slug:agreement>/evidence/<str:digest>"

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/demo/", views.demo_sign_in, name="demo-sign-in"),
    path("", include("unipact.web.accounts.urls")),
    path("invitation/<str:secret>/", invitations.invitation_page, name="invitation"),
    path("calendar/<str:secret>.ics", calendars.calendar, name="calendar"),
    path("reminders/<str:key>/", reminders.confirm, name="reminders-confirm"),
    path(
        "agreements/<slug:agreement>/deadlines/mails/",
        reminders.ask_for_mails,
        name="reminders",
    ),
    path("language/", login_not_required(set_language), name="set-language"),
    path(f"{_EVIDENCE}/", evidence.evidence_page, name="evidence"),
    path(f"{_EVIDENCE}/rows/", evidence.evidence_rows, name="evidence-rows"),
    path(f"{_EVIDENCE}/evidence.json", evidence.evidence_json, name="evidence-json"),
    path("agreements/<slug:agreement>/evaluate/", evaluations.evaluate, name="evaluate"),
    path(
        "agreements/<slug:agreement>/consultation/<str:proposal>/status/",
        proposed.status_page,
        name="status-under",
    ),
    path("agreements/<slug:agreement>/report.pdf", report.pdf, name="report-pdf"),
    path("agreements/<slug:agreement>/report.json", report.document, name="report-json"),
    path("agreements/<slug:agreement>/leaving/", departures.leaving_page, name="leaving"),
    path("api/v1/", include("unipact.web.api.routes")),
    path("campus/", include("unipact.campus.urls")),
    path("agreements/", include("unipact.agreement.urls")),
]

handler400 = "unipact.web.problems.bad_request"
handler403 = "unipact.web.problems.permission_denied"
handler404 = "unipact.web.problems.page_not_found"
# Read by allauth, for limits of its own.
handler429 = "unipact.web.accounts.views.too_many"
handler500 = "unipact.web.problems.server_error"

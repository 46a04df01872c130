"""The addresses of the console."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from unipact.web import evidence, views

_EVIDENCE = "agreements/<slug:agreement>/evidence/<str:digest>"

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo-sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", login_not_required(set_language), name="set-language"),
    path(f"{_EVIDENCE}/", evidence.evidence_page, name="evidence"),
    path(f"{_EVIDENCE}/rows/", evidence.evidence_rows, name="evidence-rows"),
    path(f"{_EVIDENCE}/evidence.json", evidence.evidence_json, name="evidence-json"),
    path("campus/", include("unipact.campus.urls")),
    path("agreements/", include("unipact.agreement.urls")),
]

handler400 = "unipact.web.problems.bad_request"
handler403 = "unipact.web.problems.permission_denied"
handler404 = "unipact.web.problems.page_not_found"
handler500 = "unipact.web.problems.server_error"

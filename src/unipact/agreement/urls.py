"""The addresses of the spine's pages."""

from __future__ import annotations

from django.urls import path

from unipact.agreement.views import balance, deadlines, drafts, pages, people, report, tokens
from unipact.agreement.views.consultation import deciding, disputes, proposing, reports
from unipact.agreement.views.consultation import evidence as reviews
from unipact.agreement.views.consultation import pages as consultation
from unipact.agreement.views.log import keys, reading, requests

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
    path("<slug:agreement>/balance/", balance.balance_page, name="balance"),
    path("<slug:agreement>/balance/record/", balance.record_page, name="record"),
    path("<slug:agreement>/balance/value/", balance.value_page, name="value"),
    path("<slug:agreement>/balance/<int:number>/", balance.transaction_page, name="transaction"),
    path("<slug:agreement>/balance/<int:number>/answer/", balance.answer, name="answer"),
    path("<slug:agreement>/balance/<int:number>/take-back/", balance.take_back, name="take-back"),
    path("<slug:agreement>/deadlines/", deadlines.deadlines_page, name="deadlines"),
    path(
        "<slug:agreement>/deadlines/calendar/close/",
        deadlines.close_calendar,
        name="calendar-close",
    ),
    path("<slug:agreement>/deadlines/mails/end/", deadlines.end_mails, name="mails-end"),
    path("<slug:agreement>/report/", report.report_page, name="report"),
    path("<slug:agreement>/consultation/", consultation.consultation_page, name="consultation"),
    path("<slug:agreement>/consultation/propose/", proposing.propose_page, name="propose"),
    path("<slug:agreement>/consultation/evidence/", reviews.evidence_page, name="reviews"),
    path("<slug:agreement>/consultation/evidence/review/", reviews.review, name="review"),
    path(
        "<slug:agreement>/consultation/evidence/put-forward/",
        reviews.put_forward,
        name="put-forward",
    ),
    path("<slug:agreement>/consultation/reports/sign/", reports.sign, name="report-sign"),
    path("<slug:agreement>/consultation/notice/", disputes.notice_page, name="notice"),
    path(
        "<slug:agreement>/consultation/disputes/<slug:dispute>/",
        disputes.closing_page,
        name="dispute-close",
    ),
    path(
        "<slug:agreement>/commitments/<slug:commitment>/dispute/",
        disputes.dispute_page,
        name="dispute",
    ),
    path(
        "<slug:agreement>/consultation/<slug:proposal>/",
        consultation.proposal_page,
        name="proposal",
    ),
    path(
        "<slug:agreement>/consultation/<slug:proposal>/amend/",
        proposing.amend_page,
        name="amend",
    ),
    path("<slug:agreement>/consultation/<slug:proposal>/decide/", deciding.decide, name="decide"),
    path(
        "<slug:agreement>/consultation/<slug:proposal>/comment/",
        deciding.comment,
        name="comment",
    ),
    path(
        "<slug:agreement>/consultation/<slug:proposal>/rounds/<int:number>/agreement.toml",
        consultation.proposed,
        name="proposed",
    ),
    path("<slug:agreement>/log/", reading.log_page, name="log"),
    path("<slug:agreement>/log/checkpoint", reading.checkpoint, name="log-checkpoint"),
    path("<slug:agreement>/log/bundle.tar", reading.bundle, name="bundle"),
    path("<slug:agreement>/log/<int:index>/", reading.entry_page, name="log-entry"),
    path(
        "<slug:agreement>/log/<int:index>/reason/erase/",
        reading.erase_reason_page,
        name="log-reason",
    ),
    path("<slug:agreement>/log/<int:index>/note", reading.entry_note, name="log-note"),
    path("<slug:agreement>/log/<int:index>/receipt", reading.entry_receipt, name="log-receipt"),
    path("<slug:agreement>/keys/", keys.keys_page, name="keys"),
    path("<slug:agreement>/keys/found/", keys.found, name="keys-found"),
    path("<slug:agreement>/keys/hold/", keys.hold, name="keys-hold"),
    path("<slug:agreement>/keys/change/", keys.change, name="keys-change"),
    path("<slug:agreement>/keys/<slug:party>.pub", keys.key_file, name="key-file"),
    path("<slug:agreement>/requests/", requests.requests_page, name="requests"),
    path(
        "<slug:agreement>/requests/<int:request_id>/line",
        requests.request_line,
        name="request-line",
    ),
    path("<slug:agreement>/requests/<int:request_id>/sign/", requests.sign, name="request-sign"),
    path(
        "<slug:agreement>/requests/<int:request_id>/note/", requests.submit, name="request-submit"
    ),
    path("<slug:agreement>/requests/<int:request_id>/drop/", requests.drop, name="request-drop"),
    path(
        "<slug:agreement>/cosigning/request", requests.cosigning_request, name="cosigning-request"
    ),
    path("<slug:agreement>/cosigning/", requests.cosignature, name="cosignature"),
]

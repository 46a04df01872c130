"""What may happen to an agreement in the console, what is refused, and what a refusal leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from unipact.agreement.models import (
    AccessLog,
    Agreement,
    AgreementVersion,
    Evaluation,
    Party,
    versions_seen,
)
from unipact.agreement.queries.standpoint import standpoint_of
from unipact.agreement.queries.terms import version_named
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.agreement.services import (
    access_log_append,
    agreement_export,
    agreement_import,
    evaluation_record,
    membership_grant,
)
from unipact.agreement.tests.kept import (
    CONTENT,
    DAYS,
    NOW,
    actor,
    kept_evaluations,
    kept_version,
    run_document,
)
from unipact.agreement.tests.specimen import spoiled
from unipact.errors import Conflict, Invalid, NotFound, NotPermitted, UnipactError

pytestmark = pytest.mark.django_db


def test_an_import_keeps_the_bytes_and_an_export_returns_them() -> None:
    version = kept_version()
    assert agreement_export(actor=None, version=version) == CONTENT
    officer = actor("firm", Role.RELATIONS_MANAGER)
    assert agreement_export(actor=officer, version=version) == CONTENT


def test_the_same_terms_are_kept_once_whatever_their_layout() -> None:
    first = kept_version()
    again = agreement_import(actor=None, content=CONTENT + b"\n# a remark\n", now=NOW)
    assert again == first
    assert AgreementVersion.objects.count() == 1


def test_other_terms_under_a_number_that_is_taken_are_refused() -> None:
    kept_version()
    with pytest.raises(Conflict):
        agreement_import(actor=None, content=spoiled("A small pact.", "Another pact."), now=NOW)


def test_a_version_that_does_not_follow_the_one_before_is_refused() -> None:
    kept_version()
    other = f'version = 2\nprevious = "sha256:{"0" * 64}"'
    with pytest.raises(Conflict):
        agreement_import(actor=None, content=spoiled("version = 1", other), now=NOW)
    assert AgreementVersion.objects.count() == 1


def test_the_version_that_follows_supersedes_the_one_in_force() -> None:
    first = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    following = f'version = 2\nprevious = "sha256:{first.sha256}"'
    agreement_import(
        actor=None,
        content=spoiled("version = 1", following),
        now=NOW,
        state="in_force",
    )
    states = AgreementVersion.objects.order_by("n").values_list("state", flat=True)
    assert list(states) == ["superseded", "in_force"]


def test_a_refused_import_leaves_nothing_behind() -> None:
    kept_version()
    pact = spoiled('id = "pact"', 'id = "other"').replace(b"013meh722", b"042nb2s44")
    with pytest.raises(UnipactError):
        agreement_import(actor=None, content=pact, now=NOW)
    assert list(Agreement.objects.values_list("slug", flat=True)) == ["pact"]


def test_a_wrong_file_is_refused_with_its_findings() -> None:
    with pytest.raises(Invalid) as refused:
        agreement_import(actor=None, content=spoiled("2019-06-25", '"soon"'), now=NOW)
    assert refused.value.findings
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("role", MATRIX.roles(Side.UNIVERSITY))
def test_who_may_import_is_said_by_the_table_of_roles(role: Role) -> None:
    kept_version()
    importer = actor("uni", role)
    if Act.AGREEMENT_IMPORT in MATRIX.permitted[Side.UNIVERSITY, role]:
        assert agreement_import(actor=importer, content=CONTENT, now=NOW).n == 1
    else:
        with pytest.raises(NotPermitted):
            agreement_import(actor=importer, content=CONTENT, now=NOW)


def test_nobody_brings_a_version_into_force_alone() -> None:
    kept_version()
    officer = actor("uni", Role.COOPERATION_OFFICER)
    with pytest.raises(NotPermitted):
        agreement_import(actor=officer, content=CONTENT, now=NOW, state="in_force")


def test_the_same_run_document_is_kept_once() -> None:
    version = kept_version()
    kept_evaluations(version)
    kept_evaluations(version)
    assert list(Evaluation.objects.values_list("as_of", flat=True)) == list(DAYS)


def test_a_run_document_is_kept_byte_for_byte() -> None:
    version = kept_version()
    document = run_document(DAYS[0])
    evaluation = evaluation_record(actor=None, version=version, document=document, now=NOW)
    assert bytes(Evaluation.objects.get(pk=evaluation.pk).document) == document


@pytest.mark.parametrize("document", [b"", b"\xff", b"[]", b'{"format": "other/1"}'])
def test_what_is_no_run_document_is_refused(document: bytes) -> None:
    with pytest.raises(Invalid):
        evaluation_record(actor=None, version=kept_version(), document=document, now=NOW)


def test_a_run_document_of_other_terms_is_refused() -> None:
    version = kept_version()
    other = run_document(DAYS[0], spoiled("A small pact.", "Another pact."))
    with pytest.raises(Conflict):
        evaluation_record(actor=None, version=version, document=other, now=NOW)


def test_an_executive_records_no_evaluation() -> None:
    version = kept_version()
    with pytest.raises(NotPermitted):
        evaluation_record(
            actor=actor("uni", Role.EXECUTIVE),
            version=version,
            document=run_document(DAYS[0]),
            now=NOW,
        )


def test_reading_the_other_partys_record_is_noted_and_ones_own_is_not() -> None:
    kept_version()
    reader = actor("firm", Role.ANALYST)
    assert access_log_append(actor=reader, owner="firm", kind="meter", record="m", now=NOW) is None
    access_log_append(actor=reader, owner="uni", kind="meter", record="m", now=NOW)
    line = AccessLog.objects.get()
    assert (line.reader.slug, line.owner.slug, line.record) == ("firm", "uni", "m")


def test_a_reader_has_one_line_per_record_within_an_hour() -> None:
    kept_version()
    reader = actor("firm", Role.ANALYST)

    def read(minutes: int, *, by: Actor = reader, kind: str = "rows", record: str = "r") -> int:
        at = NOW + timedelta(minutes=minutes)
        line = access_log_append(actor=by, owner="uni", kind=kind, record=record, now=at)
        return int(line.pk) if line else 0

    first = read(0)
    assert {read(minutes) for minutes in range(1, 60)} == {first}
    others = {
        read(59, record="s"),
        read(59, kind="meter"),
        read(59, by=actor("firm", Role.EXECUTIVE)),
        read(60),
    }
    assert len(others | {first}) == AccessLog.objects.count() == 5


def test_a_party_that_nobody_knows_owns_no_record() -> None:
    kept_version()
    with pytest.raises(NotFound):
        access_log_append(
            actor=actor("firm", Role.ANALYST), owner="nobody", kind="meter", record="m", now=NOW
        )


def test_a_person_acts_for_one_party_in_one_role() -> None:
    kept_version()
    membership_grant(username="li", party="uni", role=Role.ANALYST, now=NOW)
    membership_grant(username="li", party="uni", role=Role.ANALYST, now=NOW)
    with pytest.raises(Conflict):
        membership_grant(username="li", party="firm", role=Role.ANALYST, now=NOW)


def test_what_the_parties_rely_on_is_never_changed_nor_deleted() -> None:
    version = kept_version()
    kept_evaluations(version)
    version.original = b"other"
    with pytest.raises(Conflict):
        version.save()
    with pytest.raises(Conflict):
        version.delete()
    with pytest.raises(Conflict):
        Evaluation.objects.update(document=b"other")
    with pytest.raises(Conflict):
        Evaluation.objects.all().delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreement_agreementversion SET sha256 = 'x'",
        "UPDATE agreement_evaluation SET as_of = '2020-01-01'",
        "UPDATE agreement_accesslog SET record = 'x'",
    ],
)
def test_the_database_itself_refuses_a_change(statement: str) -> None:
    version = kept_version()
    kept_evaluations(version)
    reader = actor("firm", Role.ANALYST)
    access_log_append(actor=reader, owner="uni", kind="meter", record="m", now=NOW)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_party_keeps_its_legal_identity() -> None:
    kept_version()
    assert Party.objects.get(slug="uni").legal_value == "013meh722"


def test_a_draft_of_the_next_version_does_not_take_the_place_of_the_one_in_force() -> None:
    first = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    evaluation_record(actor=None, version=first, document=run_document(DAYS[-1]), now=NOW)
    follows = f'version = 2\nprevious = "sha256:{first.sha256}"'
    draft = agreement_import(actor=None, content=spoiled("version = 1", follows), now=NOW)
    here = standpoint_of(actor("uni", Role.ANALYST))
    assert draft.state == "draft"
    assert here.version.pk == first.pk
    assert here.document is not None


def test_a_partys_draft_is_in_nobody_elses_way() -> None:
    first = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    following = f'version = 2\nprevious = "sha256:{first.sha256}"'
    content = spoiled("version = 1", following)
    draft = agreement_import(actor=actor("uni", Role.COOPERATION_OFFICER), content=content, now=NOW)
    theirs = agreement_import(actor=actor("firm", Role.RELATIONS_MANAGER), content=content, now=NOW)
    signed = agreement_import(actor=None, content=content, now=NOW, state="in_force")
    assert len({draft.pk, theirs.pk, signed.pk}) == 3
    assert (signed.state, signed.drafted_by) == ("in_force", None)
    assert (draft.state, draft.sha256) == ("draft", signed.sha256)


def test_another_draft_of_a_number_takes_the_place_of_the_one_before() -> None:
    first = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    following = f'version = 2\nprevious = "sha256:{first.sha256}"'
    officer = actor("uni", Role.COOPERATION_OFFICER)
    typo = spoiled("version = 1", following).replace(b"A small pact.", b"A smal pact.")
    mended = spoiled("version = 1", following)
    before = agreement_import(actor=officer, content=typo, now=NOW)
    after = agreement_import(actor=officer, content=mended, now=NOW)
    before.refresh_from_db()
    assert (before.state, after.state) == ("withdrawn", "draft")
    assert bytes(before.original) == typo
    assert [each.n for each in versions_seen(officer)] == [1, 2]
    assert (
        agreement_export(actor=officer, version=version_named("pact", 2, actor=officer)) == mended
    )
    # Back to the first words: a draft again, and still one.
    again = agreement_import(actor=officer, content=typo, now=NOW)
    assert again.pk not in {before.pk, after.pk}
    assert [each.pk for each in versions_seen(officer).filter(state="draft")] == [again.pk]

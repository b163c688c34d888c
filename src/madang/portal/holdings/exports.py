"""Everything held about one person as a ZIP for their own eyes: what they wrote in full, with their files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.agreements.models import Signature, SignedPaper
from madang.portal.aids.models import AidPayment
from madang.portal.applications.models import (
    Application,
    Attachment,
    Consent,
    LateAttempt,
    ScreeningQuestion,
    Submission,
)
from madang.portal.approvals.models import Approval
from madang.portal.bookedjobs.models import BookedJob
from madang.portal.bookings.models import BookedFacility, Booking, FacilityOperator
from madang.portal.certificates.models import Certificate
from madang.portal.committees.models import Candidate
from madang.portal.coursework.models import CourseworkDone
from madang.portal.exchanges.models import PeerEntry
from madang.portal.experts.models import ExpertAgreement, ExpertProfile
from madang.portal.files import queries as files
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import clean_name
from madang.portal.findings.models import MatchAnswer
from madang.portal.holdings import showing
from madang.portal.honoraria.models import FeeDeclined, FeeStatement
from madang.portal.incidents.models import IncidentReport, IncidentStep
from madang.portal.jobs.models import Job, JobFile, JobOutput
from madang.portal.journal import queries as journal
from madang.portal.journal.models import Reading
from madang.portal.learners.models import GuardianConsent, Learner, Placement, StagePoints
from madang.portal.lessons.models import Presence
from madang.portal.meetings.models import Attendance
from madang.portal.outbox.models import Message
from madang.portal.people.models import ApiToken, Invitation, Membership, Person, StaffRole, UnixUser, Verdict
from madang.portal.qualifications.models import QualificationGrant
from madang.portal.replies.models import Reply
from madang.portal.reviews.models import Affiliation, CriterionPoints, DeclaredInterest, ReviewAssignment, Reviewer
from madang.portal.revisions.models import SheetVersion
from madang.portal.suggestions.models import Bid
from madang.portal.wageclaims.models import WageMonth

# More rows of a kind, and more bytes of files, than anybody has in a browser's patience.
ROWS, BYTES = 10_000, 512 * 1024 * 1024
BLOCK = 1 << 20
Rows = list[dict[str, Any]]


def written(by: Actor, *, now: datetime) -> IO[bytes]:
    """A ZIP open for reading from its beginning: `data.json`, and the person's files under `files/`."""
    person = Person.objects.get(pk=by.person)
    held = {"exported_at": now, "person": _one(person), "why_and_until_when": _why(person), **_rows(by, person)}
    target = TemporaryFile()  # noqa: SIM115 - closed by the answer that hands it out
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        held["files"] = list(_packed(archive, _files(person.pk)))
        archive.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=1, default=str))
    target.seek(0)
    return target


def _one(person: Person) -> dict[str, Any]:
    names = ("id", "email", "name", "language", "created_at", "last_login")
    return {name: getattr(person, name) for name in names}


def _why(person: Person) -> Rows:
    return [
        {
            "kind": one.kind,
            "name": one.name,
            "records": one.count,
            "kept_days": one.rule.days if one.rule else None,
            "counted_from": one.since,
            "until": one.until,
            "ground_ko": one.rule.ground_ko if one.rule else "",
            "ground_en": one.rule.ground_en if one.rule else "",
        }
        for one in showing.kept(person)
    ]


def _listed(rows: QuerySet, *names: str, **renamed: str) -> Rows:
    """Plain columns, and those of other tables under shorter names; the newest first, as many as are handed out."""
    found = rows.order_by("-pk").values(*names, *renamed.values())[:ROWS]
    back = {path: name for name, path in renamed.items()}
    return [{back.get(name, name): value for name, value in row.items()} for row in found]


def _rows(by: Actor, person: Person) -> dict[str, Rows]:
    return {
        **_account(by, person),
        **_applying(person.pk),
        **_booking(person.pk),
        **_learning(person.pk),
        **_reviewing(person.pk),
        **_sheets(person.pk),
        **_acting(person.pk),
    }


def _account(by: Actor, person: Person) -> dict[str, Rows]:
    mine = {"person": person.pk}
    organisation = {"organisation": "organisation__name"}
    read = Reading.objects.filter(reader=person.pk)
    return {
        "memberships": _listed(Membership.objects.filter(**mine), "role", "joined_at", "left_at", **organisation),
        "roles": _listed(StaffRole.objects.filter(**mine), "role", "granted_at", "ended_at"),
        "unix_user": _listed(UnixUser.objects.filter(**mine), "name", "set_at"),
        "tokens": _listed(
            ApiToken.objects.filter(**mine),
            *("id", "name", "scope", "shown_start", "created_at", "expires_at", "revoked_at", "last_used_on"),
        ),
        "invitations": _listed(
            Invitation.objects.filter(email__iexact=person.email), "role", "state", "invited_at", **organisation
        ),
        "messages": _listed(
            Message.objects.filter(**mine), "code", "subject", "body", "state", "written_at", "sent_at", "read_at"
        ),
        "who_opened_my_data": _listed(
            journal.readings_of(by), "roles", "what", "subject_kind", "subject", "purpose", "read_at"
        ),
        "what_i_opened": _listed(read, "what", "subject_kind", "subject", "purpose", "address", "read_at"),
        "what_i_did": _listed(
            journal.own_entries(by), "id", "action", "subject_kind", "subject", "facts", "via", "happened_at"
        ),
    }


def _applying(person: int) -> dict[str, Rows]:
    where = {"application": "application__number", "title": "application__title"}
    call = {"call": "intake__call__code", "track": "track__code", "organisation": "organisation__name"}
    begun = Application.objects.filter(created_by=person)
    paper = {"paper": "evidence__code", "size_bytes": "file__size", "sha256": "file__sha256"}
    award = {"award": "award__number"}
    agreement = {"award": "agreement__award__number", "version": "agreement__version"}
    jobs = Job.objects.filter(submitted_by=person)
    job = {"job": "job_id", "sha256": "file__sha256", "size_bytes": "file__size"}
    return {
        "applications_i_began": _listed(
            begun, "id", "number", "title", "sections", "state", "created_at", "saved_at", "submitted_at", **call
        ),
        "versions_i_submitted": _listed(
            Submission.objects.filter(submitted_by=person),
            *("number", "content", "content_sha256", "submitted_at"),
            **{"application": "application__number"},
        ),
        "files_i_attached": _listed(
            Attachment.objects.filter(attached_by=person),
            *("name", "issued_on", "attached_at", "removed_at"),
            **(where | paper),
        ),
        "texts_i_accepted": _listed(
            Consent.objects.filter(accepted_by=person),
            *("accepted_at", "withdrawn_at"),
            **where,
            text="text__code",
            version="text__version",
            text_ko="text__title_ko",
            text_en="text__title_en",
        ),
        "submissions_too_late": _listed(LateAttempt.objects.filter(person=person), "attempted_at", **where),
        "questions_i_answered": _listed(
            ScreeningQuestion.objects.filter(answered_by=person), "text", "asked_at", "answer", "answered_at", **where
        ),
        "agreements_i_signed": _listed(
            Signature.objects.filter(person=person), "side", "method", "signed_at", "signed_sha256", **agreement
        ),
        "papers_i_handed_in": _listed(
            SignedPaper.objects.filter(uploaded_by=person), "name", "state", "uploaded_at", "comment", **agreement
        ),
        "jobs_i_submitted": _listed(
            jobs,
            *("id", "name", "argv", "gpus", "cores", "memory_mb", "wall_seconds", "nodes", "state", "exit_code"),
            *("submitted_at", "started_at", "ended_at", "cleared_at"),
            **award,
        ),
        "files_i_gave_to_jobs": _listed(JobFile.objects.filter(job__in=jobs), "path", **job),
        "files_my_jobs_left": _listed(JobOutput.objects.filter(job__in=jobs), "path", "size", "sha256", "job_id"),
    }


def _booking(person: int) -> dict[str, Rows]:
    return {
        "bookings_i_made": _listed(
            Booking.objects.filter(person=person),
            *("id", "starts_at", "ends_at", "purpose", "state", "reason", "made_at", "used_at", "ended_at"),
            organisation="organisation__name",
        ),
        "facilities_i_booked": _listed(
            BookedFacility.objects.filter(booking__person=person), "booking_id", "minutes", facility="facility__code"
        ),
        "jobs_i_chose_for_bookings": _listed(
            BookedJob.objects.filter(person=person), *("booking_id", "name", "argv", "state", "chosen_at")
        ),
        "sessions_i_operated": _listed(
            BookedFacility.objects.filter(operator=person), "booking_id", "minutes", facility="facility__code"
        ),
        "facilities_i_operate": _listed(FacilityOperator.objects.filter(person=person), facility="facility__code"),
        "qualifications": _listed(
            QualificationGrant.objects.filter(person=person),
            *("given_on", "expires_on", "evidence", "file_name", "revoked_at", "revoked_why"),
            qualification="qualification__code",
        ),
        "incidents_i_reported": _listed(
            IncidentReport.objects.filter(reported_by=person),
            *("id", "kind", "severity", "what", "file_name", "state", "reported_at", "settled_at"),
            facility="facility__code",
        ),
        "words_i_wrote_to_incidents": _listed(
            IncidentStep.objects.filter(by=person), "report_id", "state", "words", "at"
        ),
    }


def _learning(person: int) -> dict[str, Rows]:
    cohort = {"course": "cohort__course__code", "number": "cohort__number"}
    course = {"course": "learner__cohort__course__code"}
    mine = {"learner__person": person}
    piece = {"coursework": "coursework__title_ko", "due_at": "coursework__due_at"}
    living = AidPayment.objects.filter(**mine, organisation__isnull=True)
    claim = {"organisation": "claim__organisation__name", "state": "claim__state", "claimed_at": "claim__claimed_at"}
    return {
        "courses_i_applied_to": _listed(
            Learner.objects.filter(person=person),
            *("id", "track", "statement", "shown_name", "state", "reserve", "total", "applied_at", "ended_at"),
            *("ended_why", "child"),
            **cohort,
        ),
        "guardians_consents": _listed(
            GuardianConsent.objects.filter(person=person), "guardian", "given_on", "means", "recorded_at"
        ),
        "points_i_got": _listed(
            StagePoints.objects.filter(**mine), "points", "hours", "given_at", stage="stage__kind", **course
        ),
        "lessons_i_came_to": _listed(
            Presence.objects.filter(**mine), "came", "noted_at", "why", lesson="lesson__title", **course
        ),
        "living_aid": _listed(living, "of_month", "amount", "days", fixed_at="aids__fixed_at", **course),
        "wage_aid_claimed_for_me": _listed(WageMonth.objects.filter(**mine), "month", "struck_at", **claim, **course),
        "coursework_i_completed": _listed(CourseworkDone.objects.filter(**mine), "noted_at", **piece, **course),
        "certificates": _listed(
            Certificate.objects.filter(**mine), "number", "code", "name", "issued_at", "revoked_at", **course
        ),
        "where_i_was_hired": _listed(
            Placement.objects.filter(**mine), "employer", "hired_on", "evidence", "state", "why", **course
        ),
    }


def _told(hidden: Q | Exists, column: str = "organisation__name") -> Case:
    """A column, but empty where a reviewer is not told who applies."""
    return Case(When(hidden, then=Value("")), default=F(column))


def _reviewing(person: int) -> dict[str, Rows]:
    organisation = {"organisation": "organisation__name"}
    mine = {"reviewer__person": person}
    blind = Exists(Application.objects.filter(organisation=OuterRef("organisation"), intake__call__blind=True))
    return {
        "as_a_reviewer": _listed(
            Reviewer.objects.filter(person=person),
            *("affiliation", "fields", "load_limit", "active", "expert", "added_at"),
        ),
        "affiliations": _listed(
            Affiliation.objects.filter(**mine), "since", "until", "name", "registration_number", **organisation
        ),
        "as_an_expert": _listed(
            ExpertProfile.objects.filter(**mine),
            *("languages", "other_names", "other_addresses", "changed_at"),
            region="region__code",
        ),
        "committees_i_was_asked_to_join": _listed(
            Candidate.objects.filter(**mine, place__isnull=False),
            *("state", "asked_at", "answered_at", "learnt_on", "note"),
            committee="draw__committee__name_ko",
        ),
        "meetings_i_was_at_or_missed": _listed(
            Attendance.objects.filter(**mine), "here", step="meeting__step", committee="meeting__committee__name_ko"
        ),
        "terms_i_agreed_to": _listed(
            ExpertAgreement.objects.filter(**mine), "agreed_at", call="terms__call__code", version="terms__number"
        ),
        "what_i_would_like_to_review": _listed(
            Bid.objects.filter(**mine), "wish", "said_at", application="application__number"
        ),
        "applications_that_i_review_for": _listed(
            PeerEntry.objects.filter(**mine),
            *("group", "reminders", "reminded_at", "forfeited_at"),
            application="application__number",
        ),
        "fees_i_declined": _listed(FeeDeclined.objects.filter(**mine), "declined_at", call="call__code"),
        "fees_for_reviewing": _listed(
            FeeStatement.objects.filter(**mine),
            *("lines", "income", "gross_won", "tax_won", "local_won", "net_won", "declined"),
            **{"call": "fees__intake__call__code", "intake": "fees__intake__number", "fixed_at": "fees__fixed_at"},
        ),
        "interests_i_declared": _listed(
            DeclaredInterest.objects.filter(**mine).annotate(told=_told(Q(unseen=True))),
            *("kind", "note", "learnt_on", "ended_on", "declared_at"),
            organisation="told",
        ),
        "whether_i_am_an_applicant": _listed(
            MatchAnswer.objects.filter(**mine).annotate(told=_told(blind), why=_told(blind, "reason")),
            *("same", "answered_at"),
            **{"organisation": "told", "reason": "why"},
        ),
    }


def _sheets(person: int) -> dict[str, Rows]:
    points = {"application": "assignment__application__number", "criterion": "criterion__code"}
    return {
        "reviews": _listed(
            ReviewAssignment.objects.filter(reviewer__person=person),
            *("state", "comment", "assigned_at", "due_at", "ended_at", "ended_reason"),
            application="application__number",
        ),
        "points_i_gave": _listed(
            CriterionPoints.objects.filter(assignment__reviewer__person=person), "points", "comment", **points
        ),
        "earlier_versions_of_my_sheets": _listed(
            SheetVersion.objects.filter(assignment__reviewer__person=person),
            *("points", "comments", "comment", "submitted_at", "reopened_at", "reason"),
            application="assignment__application__number",
        ),
    }


def _acting(person: int) -> dict[str, Rows]:
    """What somebody did for the body: their own words, and which matter they were about by number."""
    return {
        "answers_to_reviews_i_wrote": _listed(
            Reply.objects.filter(written_by=person), "text", "written_at", application="application__number"
        ),
        "approvals_i_drafted": _listed(
            Approval.objects.filter(drafted_by=person), "kind", "subject", "state", "draft_comment", "drafted_at"
        ),
        "approvals_i_decided": _listed(
            Approval.objects.filter(decided_by=person),
            *("kind", "subject", "state", "decision_comment", "document_number", "decided_at"),
        ),
        "questions_i_asked": _listed(
            ScreeningQuestion.objects.filter(asked_by=person), "text", "asked_at", "answer_by"
        ),
        "findings_i_recorded": _listed(
            Verdict.objects.filter(checked_by=person),
            *("attribute", "holds", "evidence", "checked_at", "valid_from", "valid_until"),
            **{"organisation": "organisation__name"},
        ),
        "screenings": _listed(
            Application.objects.filter(screened_by=person), "number", "state", "screening_comment", "screened_at"
        ),
    }


# --- files ---


def _files(person: int) -> Iterator[tuple[str, StoredFile]]:
    """The contents that a person handed in, each with where it goes in the archive; removed ones too while they lie."""
    handed_in: list[tuple[str, Iterable[Any], str]] = [
        ("applications", Attachment.objects.filter(attached_by=person), "application_id"),
        ("agreements", SignedPaper.objects.filter(uploaded_by=person), "agreement_id"),
        ("jobs", JobFile.objects.filter(job__submitted_by=person), "job_id"),
        ("incidents", IncidentReport.objects.filter(reported_by=person, file__isnull=False), "pk"),
    ]
    for folder, rows, owner in handed_in:
        for row in rows.select_related("file").order_by("pk")[:ROWS]:
            name = clean_name(getattr(row, "name", None) or getattr(row, "file_name", None) or row.path)
            yield f"files/{folder}/{getattr(row, owner)}/{row.pk}-{name}", row.file


def _packed(archive: zipfile.ZipFile, found: Mapping | Iterator[tuple[str, StoredFile]]) -> Iterator[dict[str, Any]]:
    """Puts the files into the archive and says of each where it lies, or why it was left out."""
    room = BYTES
    for name, stored in found:
        path, told = files.path_of(stored), {"name": name, "sha256": stored.sha256, "size_bytes": stored.size}
        if stored.size > room or not path.exists():
            yield told | {"left_out": gettext("Too large for one archive, or not on the disk")}
            continue
        room -= stored.size
        with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as copy:
            while block := source.read(BLOCK):
                copy.write(block)
        yield told

"""A centre with one of everything, most of it of organisation A, and twelve people who look at it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from factories import (
    NOW,
    actor,
    make_application,
    make_assignment,
    make_award,
    make_call,
    make_evidence_kind,
    make_facility,
    make_intake,
    make_job,
    make_job_template,
    make_member,
    make_person,
    make_policy,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
    make_unix_user,
)
from portal.access_camp import make_camp
from portal.access_companies import make_companies
from portal.access_experts import make_experts, make_fees, make_meetings, make_suggestions
from portal.access_money import make_money, make_prices
from portal.access_nodes import make_nodes
from portal.access_outcomes import make_outcomes
from portal.access_places import make_places
from portal.access_reviews import make_exchanges, make_findings
from portal.access_sanctions import make_sanctions
from portal.access_scores import make_scores
from portal.access_training import make_training
from portal.trial_results import make_trial
from rounds import adopt, make_round, propose, publish

from madang.portal.access import actions as access
from madang.portal.actors import MemberRole, Role
from madang.portal.agreements import actions as agreements
from madang.portal.applications.models import Application, Attachment, ScreeningQuestion, SubmittedFile
from madang.portal.awards.models import Award
from madang.portal.billing.models import Statement
from madang.portal.bookings import actions as bookings
from madang.portal.bookings import closing
from madang.portal.bookings.rules import ClosureKind
from madang.portal.calls.models import ConsentText, TrackConsent
from madang.portal.cluster.models import ClusterLook, JoinedAccount
from madang.portal.environments.models import Environment
from madang.portal.files import tables
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.indicators import actions as indicators
from madang.portal.jobs.models import JobFile, JobOutput
from madang.portal.organisations import actions as organisations
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person, StaffRole
from madang.portal.reviews.models import Affiliation
from madang.portal.screening.models import OwedReport
from madang.values import Period

# In the order of the table's columns.
PEOPLE = (
    "public", "stranger", "member", "owner", "assigned", "unassigned", "conflicted",
    "officer", "manager", "approver", "operator", "auditor",
)  # fmt: skip


@dataclass
class World:
    """The people by name, what stands in the placeholders of every address, and the body of every operation."""

    people: dict[str, Person | None]
    places: dict[str, dict[str, object]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, object] = field(default_factory=dict)


def make_world() -> World:
    """Everything hangs on organisation A; the stranger owns another, B."""
    found = make_round([50, 40], funded=32)
    a = found.files[0].organisation
    people: dict[str, Person | None] = {
        "public": None,
        "stranger": make_member(),
        "member": make_member(a, role=MemberRole.MEMBER),
        "owner": found.owners[0],
        "officer": make_staff(Role.SCREENING_OFFICER),
        "manager": make_staff(Role.PROGRAMME_MANAGER),
        "approver": make_staff(Role.APPROVER),
        "operator": make_staff(Role.OPERATOR),
        "auditor": make_staff(Role.AUDITOR),
    }
    reviewers = {name: make_reviewer() for name in ("assigned", "unassigned", "conflicted")}
    people |= {name: reviewer.person for name, reviewer in reviewers.items()}
    Affiliation.objects.create(reviewer=reviewers["conflicted"], organisation=a, since=date(2025, 1, 1))
    world = World({name: people[name] for name in PEOPLE})
    owner = world.people["owner"]
    kept = store(now=NOW, name="paper.pdf", allowed=EVERYTHING, upload_chunks=[b"%PDF-1.7 paper"])
    _calls(world, found)
    _applications(world, a, owner, kept, reviewers)
    make_findings(world, Application.objects.get(pk=world.places["screening"]["pk"]), reviewers)
    make_experts(world, a, owner, reviewers["assigned"])
    make_fees(world, reviewers["assigned"])
    make_meetings(world, Application.objects.get(pk=world.places["screening"]["pk"]), reviewers["assigned"])
    _awards(world, found, a, owner, kept)
    _persons(world, a, owner)
    make_prices(world, found)
    make_unix_user(owner, "kim01")
    ClusterLook.objects.create(pk=1, looked_at=NOW, count=1, digest="a" * 64, lines=["+ account md below root"])
    JoinedAccount.objects.create(
        award=Award.objects.get(number=world.places["award"]["number"]), name="kimlab", since=NOW
    )
    world.places |= {"cluster-apply": {"digest": "a" * 64}, "unix-user-remove": {"name": "kim01"}}
    world.places["joined-account-end"] = {"name": "kimlab"}
    world.places["award-cluster"] = world.places["award"]
    make_nodes(world)
    make_money(world, a)
    make_sanctions(world, a)
    _bookings(world, a)
    make_places(world)
    indicators.work_out(now=NOW)
    make_companies(world, a, kept)
    make_training(world, a)
    make_outcomes(world, a, kept)
    # what is suggested rests on the pool and its sheets, so it comes after all who change these
    make_scores(world, a, owner, reviewers["assigned"])
    make_suggestions(world, a, owner)
    make_camp(world, a)
    make_exchanges(world)
    for name, person in world.people.items():
        if person is not None:
            world.secrets[name] = access.create_token(by=actor(person), now=NOW, name="t", days=300)[1]
    return world


def _calls(world: World, found) -> None:
    draft = make_call(state="draft", drafted_by=world.people["manager"])
    make_intake(draft, state="planned", opens_at=NOW + timedelta(days=5), closes_at=NOW + timedelta(days=9))
    track = make_track(draft)
    for name in ("edit", "basics", "copy", "hand-over", "approval", "intake-new", "track-new"):
        world.places[f"call-{name}"] = {"code": draft.code}
    for name in ("call-intake", "call-intake-remove"):
        world.places[name] = {"code": draft.code, "number": 1}
    for name in ("call-track", "call-track-remove"):
        world.places[name] = {"code": draft.code, "track": track.code}
    for name in ("call-part", "call-part-act"):
        world.places[name] = {"code": draft.code, "track": track.code, "part": "criteria"}
    shown = found.intake.call.code
    for name in ("call", "call-results", "call-close", "call-correct", "call-manage", "call-next-intake"):
        world.places[name] = {"code": shown}
    world.places["draft"] = {"code": draft.code}


def _applications(world: World, a, owner: Person, kept, reviewers) -> None:
    """A draft in an open intake, and one submitted that is being screened and reviewed."""
    track = make_track(make_call())
    text = ConsentText.objects.create(
        code="pledge", version=1, title_ko="서약", title_en="Pledge", body_ko="본문", body_en="Body", created_at=NOW
    )
    TrackConsent.objects.create(track=track, text=text, required=True, position=1)
    make_evidence_kind(track)
    draft = make_application(track, make_intake(track.call), organisation=a, created_by=owner)
    attached = Attachment.objects.create(
        application=draft, file=kept, name="paper.pdf", attached_by=owner, attached_at=NOW
    )
    past = {"opens_at": NOW - timedelta(days=30), "closes_at": NOW - timedelta(days=2), "state": "screening"}
    other = make_track(make_call())
    screened = make_submitted(other, make_intake(other.call, **past), organisation=a, created_by=owner)
    held = SubmittedFile.objects.create(submission=screened.in_force, file=kept, name="paper.pdf")
    question = ScreeningQuestion.objects.create(
        application=screened,
        asked_by=world.people["officer"],
        asked_at=NOW,
        text="?",
        answer_by=NOW + timedelta(days=3),
    )
    answered = ScreeningQuestion.objects.create(
        application=screened, asked_by=world.people["officer"], asked_at=NOW, text="?", answer_by=NOW, answer="!",
        answered_by=owner, answered_at=NOW, answer_file=kept, answer_file_name="paper.pdf",
    )  # fmt: skip
    sheet = make_assignment(screened, reviewers["assigned"])
    make_assignment(screened, reviewers["conflicted"])
    for name in ("", "-asks", "-attach", "-reopen", "-save", "-submit", "-withdraw"):
        world.places[f"application{name}"] = {"pk": draft.pk}
    world.places |= {
        "application-begin": {"intake": draft.intake_id},
        "application-consent": {"pk": draft.pk, "text": text.pk},
        "application-remove-file": {"pk": draft.pk, "attachment": attached.pk},
        "application-receipt": {"pk": screened.pk},
        "application-version": {"pk": screened.pk, "number": 1},
        "draft-file": {"pk": attached.pk},
        "submitted-file": {"pk": held.pk},
        "question-answer": {"pk": question.pk},
        "question-file": {"pk": answered.pk},
        "review": {"assignment": sheet.pk},
        "review-file": {"assignment": sheet.pk, "file": held.pk},
        "review-hand-back": {"assignment": sheet.pk},
        "review-withdraw": {"assignment": sheet.pk},
        "application-reviews": {"application": screened.pk},
        "screening": {"pk": screened.pk},
        "screening-ask": {"pk": screened.pk},
        "screening-verdict": {"pk": screened.pk},
        "submitted": {"pk": screened.pk},
    }
    for name in ("intake-demand", "intake-applications", "intake-export", "intake-move"):
        world.places[name] = {"pk": screened.intake_id}
    for name in ("intake-ranking", "intake-calibration", "intake-conflicts", "intake-reviews"):
        world.places[name] = {"intake": screened.intake_id}
    world.places["intake-sheets-file"] = {"intake": screened.intake_id, "kind": "csv"}


def _awards(world: World, found, a, owner: Person, kept) -> None:
    """Published decisions with an offer, an accepted award with its agreement, one in force with a job, a held one."""
    plan = propose(found)
    adopt(found, plan)
    publish(found)
    accepted = Award.objects.get(application=found.files[0])
    agreement = agreements.accept(by=actor(owner), now=NOW, award=accepted.pk)
    paper = agreements.hand_in_paper(by=actor(owner), now=NOW, agreement=agreement.pk, file=kept.pk, name="signed.pdf")
    offered = make_award(make_submitted(organisation=a, created_by=owner, state="eligible"), state="offered",
                         accept_by=NOW + timedelta(days=400), in_force_at=None)  # fmt: skip
    running = make_award(make_submitted(organisation=a, created_by=owner, state="eligible"))
    held = make_award(make_submitted(organisation=a, created_by=owner, state="eligible"), state="held",
                      accept_by=None, in_force_at=None)  # fmt: skip
    own = make_policy(found.intake)
    for name in ("plans", "plan-compare", "plan-compare-csv", "plan-compare-xlsx", "plans-progress", "policies",
                 "seed-commit", "intake-decisions", "intake-round"):  # fmt: skip
        world.places[name] = {"intake": found.intake.pk}
    make_trial("plan", plan=plan)
    trial = make_trial(report_en=kept, report_ko=kept)
    for name in ("trial-progress", "trial-stop", "bench-trial"):
        world.places[name] = {"trial": trial.pk}
    world.places["bench-report"] = {"trial": trial.pk, "language": "en"}
    for name in ("", "-effects", "-progress", "-document", "-cancel", "-move", "-committee", "-committee-progress"):
        world.places[f"plan{name}"] = {"plan": plan.pk}
    for name in ("", "-edit", "-unit", "-rule-act", "-restore", "-withdraw"):
        world.places[f"policy{name}"] = {"policy": own.pk}
    world.places |= {
        "policy-new": {"intake": found.intake.pk, "kind": "tiers"},
        "policy-rule": {"policy": own.pk, "kind": "reserve"},
    }
    for name in ("award-accept", "award-decline", "award-instalments"):
        world.places[name] = {"number": offered.number}
    world.places["agreement-version"] = {"number": accepted.number, "version": 1}
    for name in ("agreement", "agreement-anew", "agreement-pdf-ko", "agreement-pdf-en"):
        world.places[name] = {"number": accepted.number}
    world.places |= {
        "award": {"number": running.number},
        "held": {"number": held.number},
        "award-decision": {"application": found.files[0].pk},
        "signed-paper": {"paper": paper.pk},
        "signed-paper-check": {"paper": paper.pk},
    }
    _jobs(world, running, a, owner, kept)


def _jobs(world: World, running: Award, a, owner: Person, kept) -> None:
    """A job with its files, an array of one, an environment and a template."""
    job = make_job(running, submitted_by=owner)
    part = make_job(running, submitted_by=owner, array=uuid.uuid4(), array_index=0, array_count=1)
    JobFile.objects.create(job=job, path="in.txt", file=kept)
    JobOutput.objects.create(job=job, path="out.txt", size=1, sha256="0" * 64)
    environment = Environment.objects.create(
        code="env-1", kind="built", state="ready", name_ko="x", name_en="x", organisation=a, lock=kept, size=1,
        created_by=owner, created_at=NOW,
    )  # fmt: skip
    template = make_job_template(a, owner)
    for name in ("job-template", "job-template-delete"):
        world.places[name] = {"pk": template.pk}
    world.places |= {
        "job": {"pk": job.pk},
        "job-progress": {"pk": job.pk},
        "job-steer": {"pk": job.pk},
        "job-cancel": {"pk": job.pk},
        "job-repeat": {"pk": job.pk},
        "job-keep": {"pk": job.pk},
        "job-save": {"pk": job.pk},
        "environment-withdraw": {"pk": environment.pk},
        "job-file": {"pk": job.pk, "path": "in.txt"},
        "job-output": {"pk": job.pk, "path": "out.txt"},
    }
    for name in ("", "-progress", "-steer", "-cancel"):
        world.places[f"job-array{name}"] = {"key": part.array}


def _persons(world: World, a, owner: Person) -> None:
    member = world.people["member"]
    invited = invite(a, owner)
    given = {"address": owner.email, "language": "ko", "code": "receipt", "subject": "s", "body": "b",
             "next_try_at": NOW, "written_at": NOW}  # fmt: skip
    own = Message.objects.create(key="own", person=owner, **given)
    failed = Message.objects.create(key="failed", person=owner, state="failed", **given)
    _, _ = access.create_token(by=actor(owner), now=NOW, name="one", days=9)
    statement = Statement.objects.create(organisation=a, month="2026-03", worked_out_at=NOW)
    report = OwedReport.objects.create(
        organisation=a, title="Report", due_on=date(2026, 5, 1), noted_by=world.people["officer"], noted_at=NOW
    )
    StaffRole.objects.create(person=make_person(), role=Role.OPERATOR, granted_at=NOW)
    for name in (
        "organisation",
        "organisation-readings",
        "edit-organisation",
        "invite",
        "record-verdict",
        "organisation-firm-group",
    ):
        world.places[name] = {"organisation": a.pk}
    for name in ("remove-member", "member-role"):
        world.places[name] = {"organisation": a.pk, "person": member.pk}
    for name in ("statement", "statement-csv", "statement-pdf", "statement-xlsx"):
        world.places[name] = {"pk": statement.pk}
    for name in ("person", "erase-person"):
        world.places[name] = {"person": member.pk}
    world.places |= {
        "withdraw-invitation": {"organisation": a.pk, "invitation": invited.pk},
        "own-message": {"message": own.pk},
        "try-again": {"message": failed.pk},
        "revoke-token": {"token": owner.api_tokens.get(name="one").pk},
        "end-role": {"person": world.people["approver"].pk, "role": "approver"},
        "statements-issue": {"month": "2026-03"},
        "owed-report-received": {"pk": report.pk},
    }


def _bookings(world: World, a) -> None:
    """A facility with a booking of A's that is going on, one that waits for approval, a closure, and a sheet."""
    owner, manager, day = actor(world.people["owner"]), actor(world.people["manager"]), timedelta(days=1)
    car, dome = make_facility(code="car"), make_facility(code="dome", needs_approval=True)
    given = {"by": owner, "now": NOW, "organisation": a.pk, "purpose": "Trial"}
    now, later = Period(NOW, NOW + timedelta(hours=1)), Period(NOW + day, NOW + day + timedelta(hours=1))
    booking = bookings.book(**given, facilities=[car.pk], period=now)
    asked = bookings.book(**given, facilities=[dome.pk], period=later)
    closed = {"kind": ClosureKind.MAINTENANCE, "reason": "Check", "period": later}
    (closure,) = closing.close(by=manager, now=NOW, facilities=[car.pk], **closed)
    bookings.renew_feed(by=owner, now=NOW)
    sheet = tables.keep(now=NOW, name="f.csv", chunks=[b"code,name_ko,name_en,kind\nnew,n,n,seat\n"])
    for name in ("", "-edit", "-door-code", "-state"):
        world.places[f"facility{name}"] = {"code": "car"}
    for name in ("", "-cancel", "-extend", "-check-in"):
        world.places[f"booking{name}"] = {"pk": booking.pk}
    world.places |= {
        "booking-decide": {"pk": asked.pk},
        "closure-remove": {"pk": closure.pk},
        "facilities-file": {"kind": "csv"},
        "utilisation-file": {"year": 2026},
        "facilities-look": {"sha256": sheet.sha256},
    }


def invite(a, owner: Person):
    """An invitation into A that waits."""
    return organisations.invite(
        by=actor(owner), now=NOW, organisation=a.pk, email="new@test.example", role=MemberRole.MEMBER
    )

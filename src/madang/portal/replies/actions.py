"""Opens the time for replies, and keeps what an applicant answers."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.replies import queries, rules
from madang.portal.replies.models import Reply, ReplyPeriod
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.rules import AssignmentState
from madang.portal.transactions import action


@action
def open_period(*, by: Actor, now: datetime, intake: int, until: datetime) -> ReplyPeriod:
    """Lets every applicant of an intake read the reviews, without names, and answer; tells each organisation's owners.

    Refused: "not_allowed_for_role", "not_found", "replies_not_now", "replies_before_sheets", "replies_too_short",
    "replies_open_already".
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = reviews.intakes(by).filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    sheets = reviews.all_sheets(by).filter(application__intake=intake)
    waiting = sheets.filter(state=AssignmentState.ASSIGNED).count()
    back = sheets.filter(state=AssignmentState.SUBMITTED).count()
    rules.check_opening(row.state, waiting, back, until, now)
    try:
        with transaction.atomic():
            made = ReplyPeriod.objects.create(intake=row, until=until, opened_by_id=by.person, opened_at=now)
    except IntegrityError as error:
        raise Refused("replies_open_already") from error
    files = list(reviews.reviewed(by, intake))
    for file in files:
        for person in persons.owners(file.organisation_id):
            key, link = f"replies-{file.pk}-{person.pk}", f"/applications/{file.pk}/reply/"
            facts = {"number": file.number, "until": until}
            people.write_mail(person, now=now, code="replies_open", key=key, link=link, **facts)
    journal.record(by=by, now=now, did="replies.open_period", kind="intake", subject=intake, applications=len(files))
    return made


@action
def write(*, by: Actor, now: datetime, application: int, version: int, text: str) -> None:
    """A member of the applicant's organisation answers the reviews; `version` 0 is the first answer.

    Refused: "not_found", "replies_over", "reply_empty", "reply_too_long". Stale when it was changed in the meantime.
    """
    row = queries.applications(by).filter(pk=application).first()
    if row is None or by.person is None:
        raise Refused("not_found")
    text = rules.kept(text, row.intake.reply_period.until, now)
    given = {"text": text, "written_by_id": by.person, "written_at": now}
    if version:
        answered = Reply.objects.filter(application=row, version=version)
        if not answered.update(**given, version=F("version") + 1):
            raise Stale("reply")
    elif Reply.objects.filter(application=row).exists():
        raise Stale("reply")
    else:
        Reply.objects.create(application=row, **given)
    journal.record(by=by, now=now, did="replies.write", kind="application", subject=application, version=version + 1)

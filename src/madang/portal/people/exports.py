"""Gathers everything that is held about one person, for their own eyes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from madang.portal.actors import Actor
from madang.portal.journal import queries as journal
from madang.portal.journal.models import Reading
from madang.portal.outbox.models import Message
from madang.portal.people import queries
from madang.portal.people.models import Invitation, Person

# The kinds that are written out in full; every other table that names a person is listed with the ids of its rows.
_IN_FULL = {"membership", "staffrole", "apitoken", "message"}
_LISTED = 10_000


def held_about(by: Actor, *, now: datetime) -> dict[str, Any]:
    """Particulars, memberships, roles, tokens without secrets, messages, readings, deeds, rows that name one."""
    row = Person.objects.get(pk=by.person)
    return {
        "exported_at": now,
        "person": _values(row, "id", "email", "name", "language", "created_at", "last_login"),
        "memberships": list(
            row.memberships.values("organisation", "organisation__name", "role", "joined_at", "left_at")
        ),
        "roles": list(row.staff_roles.values("role", "granted_at", "ended_at")),
        "tokens": list(
            queries.tokens(by).values(
                "id", "name", "shown_start", "created_at", "expires_at", "revoked_at", "last_used_on"
            )
        ),
        "invitations": list(
            Invitation.objects.filter(email__iexact=row.email).values(
                "organisation__name", "role", "state", "invited_at"
            )
        ),
        "messages": list(
            Message.objects.filter(person=row).values(
                "code", "subject", "body", "state", "written_at", "sent_at", "read_at"
            )
        ),
        "who_opened_my_data": list(
            journal.readings_of(by).values("reader", "what", "subject_kind", "subject", "purpose", "read_at")[:_LISTED]
        ),
        "what_i_opened": list(
            Reading.objects.filter(reader=row.pk)
            .order_by("-pk")
            .values("what", "subject_kind", "subject", "read_at")[:_LISTED]
        ),
        "what_i_did": list(
            journal.own_entries(by).values("id", "action", "subject_kind", "subject", "happened_at")[:_LISTED]
        ),
        "rows_that_name_me": _rows_naming(row),
    }


def _values(row: Person, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _rows_naming(row: Person) -> list[dict[str, Any]]:
    """Every other table that points to the person: which column, and the ids of the rows; never others' texts."""
    found = []
    relations = [one for one in Person._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    for relation in relations:
        table, column = relation.related_model, relation.field.name
        if table._meta.model_name in _IN_FULL and column == "person":
            continue
        ids = table._base_manager.filter(**{column: row.pk}).order_by("pk").values_list("pk", flat=True)[:_LISTED]
        if ids:
            found.append({"table": table._meta.model_name, "column": column, "ids": list(ids)})
    return sorted(found, key=lambda one: (one["table"], one["column"]))

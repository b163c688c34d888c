"""What a person fills in of a booking's job: the form of jobs without files of its own and without a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from madang.portal.environments.models import Environment
from madang.portal.jobs import rules
from madang.portal.jobs.forms import MIB_PER_GIB, SECONDS_PER_MINUTE, JobForm
from madang.portal.jobs.models import Job
from madang.portal.jobs.places import Place

EARLIER_MOST = 50


def job_form(
    data: Any,
    *,
    places: Sequence[Place],
    environments: Sequence[Environment],
    earlier: QuerySet[Job],
    minutes: int,
    initial: dict[str, Any],
) -> JobForm:
    """The form of jobs for a booking of so many `minutes`; files come from an `earlier` job."""
    form = JobForm(data, places=places, environments=environments, initial={"minutes": min(60, minutes), **initial})
    for name in ("files", "key", "again"):
        del form.fields[name]
    form.fields["minutes"].widget.attrs["max"] = minutes
    form.fields["minutes"].help_text = _(
        "It ends with the booking at the latest. Only the time that it ran is charged."
    )
    named = [(str(job.pk), f"{job.title} ({job.pk})") for job in earlier[:EARLIER_MOST]]
    form.fields["files_of"] = forms.ChoiceField(
        label=_("Files of an earlier job"), required=False, choices=[("", _("None")), *named],
        help_text=_("They lie in the folder that the command starts in."),
    )  # fmt: skip
    return form


def remembered(row: Any) -> dict[str, Any]:
    """What the form begins with where a job was chosen before."""
    return {
        "where": f"{row.award_id}-{row.pool_id}",
        "name": row.name,
        "command": rules.join_command(row.argv),
        "environment": row.environment.code if row.environment else "",
        "gpus": row.gpus,
        "cores": row.cores,
        "memory_gib": -(-row.memory_mb // MIB_PER_GIB),
        "minutes": -(-row.wall_seconds // SECONDS_PER_MINUTE),
        "files_of": str(row.files_of_id or ""),
    }

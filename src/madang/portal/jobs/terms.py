"""What a person may fill in beside a job's shape: how many, in which order, after what, and whether to run again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import MOST_ELEMENTS, MOST_PRIORITY, Terms

ENDED_WELL, ENDED = "ok", "any"


def priority_field(most: int = MOST_PRIORITY) -> forms.IntegerField:
    """A place among waiting jobs, as far as people may choose it."""
    within = _("Of the award's own jobs the one with the higher number goes first. Other awards are not affected.")
    behind = _("0, or less to let the job go behind others. On a cluster nobody can put a job of theirs before others.")
    return forms.IntegerField(
        label=_("Priority within the award") if most else _("Priority"),
        min_value=-MOST_PRIORITY,
        max_value=most,
        initial=0,
        help_text=within if most else behind,
    )


class TermsForm(forms.Form):
    """The folded part of the form; left as it is, a job is one job that waits its turn and runs once."""

    elements = forms.IntegerField(
        label=_("How many jobs"),
        min_value=1,
        max_value=MOST_ELEMENTS,
        initial=1,
        help_text=_(
            "More than 1 makes an array: the same command so many times, each with its number, from 0, in "
            "MADANG_ARRAY_INDEX. Each sets aside what one job sets aside."
        ),
    )
    priority = priority_field()
    after = forms.ChoiceField(label=_("Start only after"), required=False)
    after_how = forms.ChoiceField(
        label=_("When that job"),
        choices=[(ENDED_WELL, _("has ended without an error")), (ENDED, _("has ended in whatever way"))],
        required=False,
        help_text=_("If it can no longer end without an error, this job is cancelled and its amount comes back."),
    )
    on_hold = forms.BooleanField(label=_("Hold it back until I release it"), required=False)
    requeue = forms.BooleanField(
        label=_("It may be run again"),
        required=False,
        help_text=_(
            "When the machine restarts or needs its place back, the job waits and runs again from the beginning in "
            "its folder as it was left. All its runs together keep to its longest running time."
        ),
    )
    checkpoint_seconds = forms.IntegerField(
        label=_("Seconds before its end at which it is told to save"),
        min_value=0,
        initial=0,
        help_text=_("Its command is sent the signal SIGUSR1 so long before it is stopped; 0 for no signal."),
    )

    def __init__(self, *args: Any, jobs: Iterable[Job] = (), most_priority: int = MOST_PRIORITY, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priority"] = priority_field(most_priority)
        found = {str(job.array or job.pk): _label(job) for job in jobs}
        self.fields["after"].choices = [("", _("Nothing: it waits its turn")), *found.items()]

    def terms(self, after: Iterable[int]) -> Terms:
        """What was filled in; `after` are the jobs, by id, behind the choice of what to wait for."""
        given = {name: value for name, value in self.cleaned_data.items() if not name.startswith("after")}
        ok = self.cleaned_data["after_how"] != ENDED
        return Terms(**given, after=tuple((job, ok) for job in after))

    @property
    def count(self) -> int:
        """How many jobs, as far as that can be read; call it on a bound form."""
        return 1 if "elements" in self.errors else int(self.cleaned_data["elements"])

    @property
    def opened(self) -> bool:
        """Whether the part must not be folded: something in it is not as usual, or wrong."""
        values = {name: self[name].value() for name in self.fields if name != "after_how"}
        usual = {"elements": "1", "priority": "0", "checkpoint_seconds": "0"}
        return bool(self.errors) or any(f"{value or ''}" not in ("", "0", usual.get(n)) for n, value in values.items())


class PriorityForm(forms.Form):
    """Another place among the award's waiting jobs."""

    def __init__(self, *args: Any, most_priority: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priority"] = priority_field(most_priority)


def remembered(job: Job | None) -> dict[str, Any]:
    """What the form begins with, by the job that is submitted again."""
    names = ("priority", "requeue", "checkpoint_seconds")
    return {**{name: getattr(job, name) for name in names}, "elements": job.array_count} if job else {}


def _label(job: Job) -> str:
    if job.array is None:
        return f"{job.name} ({job.pk}), {job.award.number}"
    words = gettext("{name}: all {count} jobs of the array, {award}")
    return words.format(name=job.name, count=job.array_count, award=job.award.number)

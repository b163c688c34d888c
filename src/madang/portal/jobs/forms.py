"""What a person fills in to submit a job, to look at its figures first, and to sift the list of jobs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.environments.models import Environment
from madang.portal.jobs import rules
from madang.portal.jobs.places import Figures, Place, figures
from madang.portal.jobs.rules import JobState, Shape
from madang.portal.jobs.sentences import NEEDS, STATES
from madang.portal.templatetags.madang import in_language

MIB_PER_GIB = 1024
SECONDS_PER_MINUTE = 60


class ManyFiles(forms.ClearableFileInput):
    """The browser's field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of uploaded files, none among them."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        return [file for file in given if file]


class CommandField(forms.CharField):
    """A command as somebody would type it; cleaned, its words."""

    def clean(self, value: Any) -> list[str]:
        try:
            return rules.split_command(super().clean(value))
        except Refused as refused:
            raise forms.ValidationError(refusals.sentence(refused)) from refused


class JobForm(forms.Form):
    """A job: where it runs, its command, what it asks for, its files. The figures need only the middle part."""

    where = forms.ChoiceField(label=_("Award and resource type"))
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For you, to find the job again"))
    command = CommandField(
        label=_("Command"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "For example: python3 train.py --epochs 3. It starts in the folder of your files. "
            "Quotes keep words together; for pipes and variables write sh -c with the line in quotes."
        ),
    )
    environment = forms.ChoiceField(
        label=_("Environment"), required=False, help_text=_("The software that the command finds, Python first of all")
    )
    gpus = forms.IntegerField(
        label=_("GPUs"), min_value=0, initial=0, help_text=_("0 in a resource type that is counted in cores")
    )
    cores = forms.IntegerField(label=_("Processor cores"), min_value=1, initial=1)
    memory_gib = forms.IntegerField(label=_("Memory in GiB"), min_value=1, initial=1)
    minutes = forms.IntegerField(
        label=_("Longest running time in minutes"),
        min_value=1,
        max_value=rules.MOST_WALL_SECONDS // SECONDS_PER_MINUTE,
        initial=60,
        help_text=_("The job is stopped when this time is over. Only the time that it ran is charged."),
    )
    nodes = forms.IntegerField(
        label=_("Nodes"),
        min_value=1,
        initial=1,
        help_text=_(
            "Each gives the same part of the amounts above. The command starts once, on the first; srun starts it on "
            "all."
        ),
    )
    keep_files = forms.BooleanField(label=_("Use the files of the earlier job again"), required=False)
    files = FilesField(
        label=_("Files"),
        required=False,
        help_text=_(
            "Several can be chosen. They lie in the folder that the command starts in. Pack folders into an archive."
        ),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    again = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        places: Sequence[Place],
        environments: Sequence[Environment] = (),
        has_files: bool = False,
        most_nodes: int = 1,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.places = {f"{place.award.pk}-{place.pool.pk}": place for place in places}
        self.fields["where"].choices = [(value, label(place)) for value, place in self.places.items()]
        self.environments = {one.code: one for one in environments}
        self.fields["environment"].choices = [("", _("The centre's own Python")), *named(environments)]
        if not has_files:
            del self.fields["keep_files"]
        if most_nodes == 1:
            del self.fields["nodes"]

    @property
    def software(self) -> Environment | None:
        return self.environments.get(self.cleaned_data["environment"])

    @property
    def place(self) -> Place:
        return self.places[self.cleaned_data["where"]]

    @property
    def shape(self) -> Shape:
        given = self.cleaned_data
        return Shape(
            gpus=given["gpus"],
            cores=given["cores"],
            memory_mb=given["memory_gib"] * MIB_PER_GIB,
            wall_seconds=given["minutes"] * SECONDS_PER_MINUTE,
            nodes=given.get("nodes", 1),
        )

    def figures(self, now: datetime, elements: int = 1) -> Figures | None:
        """The figures of so many jobs as was filled in, as far as it can be read; call it on a bound form."""
        if {"where", "gpus", "cores", "memory_gib", "minutes"} & self.errors.keys():
            return None
        return figures(self.place, self.shape, now, elements)


def named(environments: Sequence[Environment]) -> list[tuple[str, str]]:
    """Environments as choices, in the reader's language."""
    return [(one.code, f"{in_language(one, 'name')} ({one.code})") for one in environments]


def label(place: Place) -> str:
    """An award and a pool in one line, in the reader's language."""
    names = (place.pool.name_ko, place.pool.name_en)
    name = names[0] or names[1] if get_language() == "ko" else names[1] or names[0]
    return f"{place.award.number} {place.award.title} · {name}"


class KeepForm(forms.Form):
    """Why an idle job is needed all the same."""

    need = forms.ChoiceField(label=_("Why it is needed"), choices=[(code, _(word)) for code, word in NEEDS.items()])


class ListForm(forms.Form):
    """Sifts the list of jobs by state and award."""

    state = forms.ChoiceField(label=_("State"), required=False)
    award = forms.ChoiceField(label=_("Award"), required=False)

    def __init__(self, *args: Any, awards: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("All")), *((state.value, _(STATES[state])) for state in JobState)]
        self.fields["award"].choices = [("", _("All")), *awards]

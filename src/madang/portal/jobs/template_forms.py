"""What a person fills in of a job template: the job's own fields, less award, files and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.compute.protocol import Capacity
from madang.portal.environments.models import Environment
from madang.portal.jobs import rules
from madang.portal.jobs.forms import MIB_PER_GIB, SECONDS_PER_MINUTE, JobForm, named
from madang.portal.jobs.models import JobTemplate
from madang.portal.jobs.rules import Shape, Terms
from madang.portal.jobs.templates import Filled
from madang.portal.jobs.terms import TermsForm, priority_field


class NameForm(forms.Form):
    """Under which name a template is kept."""

    name = forms.CharField(label=_("Name"), max_length=100)


class TemplateForm(forms.Form):
    """A template's own form."""

    name = NameForm.base_fields["name"]
    command = JobForm.base_fields["command"]
    environment = JobForm.base_fields["environment"]
    gpus = JobForm.base_fields["gpus"]
    cores = JobForm.base_fields["cores"]
    memory_gib = JobForm.base_fields["memory_gib"]
    minutes = JobForm.base_fields["minutes"]
    nodes = JobForm.base_fields["nodes"]
    elements = TermsForm.base_fields["elements"]
    priority = priority_field()
    requeue = TermsForm.base_fields["requeue"]
    checkpoint_seconds = TermsForm.base_fields["checkpoint_seconds"]

    def __init__(
        self, data: Any, *, environments: Sequence[Environment], template: JobTemplate, capacity: Capacity
    ) -> None:
        super().__init__(data, initial={"name": template.name, **remembered(template)})
        self.fields["priority"] = priority_field(capacity.most_priority)
        if capacity.nodes == 1:
            del self.fields["nodes"]
        self.fields["environment"].choices = [("", _("The centre's own Python")), *named(environments)]

    @property
    def filled(self) -> Filled:
        """What was filled in; call it on a valid form."""
        given = self.cleaned_data
        shape = Shape(
            given["gpus"],
            given["cores"],
            given["memory_gib"] * MIB_PER_GIB,
            given["minutes"] * SECONDS_PER_MINUTE,
            given.get("nodes", 1),
        )
        terms = Terms(**{name: given[name] for name in ("elements", "priority", "requeue", "checkpoint_seconds")})
        return Filled(given["name"], given["command"], given["environment"], shape, terms)


def remembered(template: JobTemplate) -> dict[str, Any]:
    """What the form of a job begins with, by a template."""
    return {
        "command": rules.join_command(template.argv),
        "environment": template.environment.code if template.environment else "",
        "gpus": template.gpus,
        "cores": template.cores,
        "memory_gib": -(-template.memory_mb // MIB_PER_GIB),
        "minutes": -(-template.wall_seconds // SECONDS_PER_MINUTE),
        "nodes": template.nodes,
        "elements": template.array_count,
        **{name: getattr(template, name) for name in ("priority", "requeue", "checkpoint_seconds")},
    }

"""What is filled in to offer a prepared environment, and to build one from a lock file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.environments import rules
from madang.portal.environments.models import Environment
from madang.portal.templatetags.madang import in_language


class PreparedForm(forms.Form):
    """A folder of the shelf under a code and a name."""

    folder = forms.ChoiceField(label=_("Folder on the shelf"))
    code = forms.SlugField(label=_("Code"), max_length=50, help_text=_("Small letters, digits and hyphens"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)

    def __init__(self, *args: Any, folders: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["folder"].choices = [(name, name) for name in folders]


class BuildForm(forms.Form):
    """An environment to build within an award: where, from which lock file, on what, with how much."""

    where = forms.ChoiceField(label=_("Award and resource type"))
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For you, to find the environment again"))
    lock = forms.FileField(
        label=_("Lock file"),
        help_text=_(
            "requirements.txt with every package's version and hash, as pip-compile --generate-hashes or uv write it"
        ),
    )
    base = forms.ChoiceField(label=_("Built on"), required=False)
    cores = forms.IntegerField(label=_("Processor cores"), min_value=1, initial=1)
    gpus = forms.IntegerField(
        label=_("GPUs"), min_value=0, initial=0, help_text=_("0 in a resource type that is counted in cores")
    )
    memory_gib = forms.IntegerField(label=_("Memory in GiB"), min_value=1, initial=2)
    minutes = forms.IntegerField(label=_("Longest running time in minutes"), min_value=1, max_value=1440, initial=30)

    def __init__(
        self, *args: Any, places: Sequence[tuple[str, str]], bases: Sequence[Environment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)
        named = [(one.code, f"{in_language(one, 'name')} ({one.code})") for one in bases]
        self.fields["base"].choices = [("", _("The centre's own Python")), *named]

    def clean_lock(self) -> str:
        try:
            text: str = self.cleaned_data["lock"].read(rules.MOST_LOCK + 1).decode("utf-8", "replace")
            rules.check_lock(text)
        except Refused as refused:
            raise forms.ValidationError(refusals.sentence(refused)) from refused
        return text

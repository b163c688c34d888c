"""What is filled in to have a suggestion worked out and confirmed, to keep reviewers apart, and to bid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.calls.forms import instant_field
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.forms import DueForm
from madang.portal.suggestions.queries import Bidding
from madang.portal.suggestions.rules import Wish
from madang.portal.suggestions.sentences import WISHES
from madang.portal.templatetags.madang import in_language


class AskForm(forms.Form):
    """Whether sheets that nobody has begun may move."""

    moves = forms.ChoiceField(
        label=_("What may change"),
        choices=[
            ("no", _("Only give out what is missing")),
            ("yes", _("Also move sheets that nobody has begun, where that is better for all")),
        ],
        initial="no",
        widget=forms.RadioSelect,
        help_text=_(
            "Sheets on which something is written stay. What a conflict bars and what a resting reviewer holds is "
            "shown to be taken back either way."
        ),
    )


class ConfirmForm(DueForm):
    """Which suggestion is confirmed, until when new sheets are due, and whether begun ones go too."""

    suggestion = forms.IntegerField(widget=forms.HiddenInput)
    begun = forms.BooleanField(label=_("Also take back the sheets on which something is written"), required=False)


class KeepApartForm(forms.Form):
    """Two reviewers who never get the same application, and why."""

    one = forms.ChoiceField(label=_("Reviewer"))
    other = forms.ChoiceField(label=_("Never together with"))
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Staff and auditors read it; reviewers never do.")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = reviews.reviewers(by).filter(active=True)
        choices = [("", "–"), *((row.pk, f"{row.person.name} · {row.affiliation}") for row in people)]
        self.fields["one"].choices = self.fields["other"].choices = choices

    def pair(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {"one": int(data["one"]), "other": int(data["other"]), "reason": data["reason"]}


class OpenBidsForm(forms.Form):
    """Until when reviewers may say what they would like."""

    until = instant_field(_("Answers until"), help_text=_("In the centre's time."))


class BidsForm(forms.Form):
    """What a reviewer says to each application of a page."""

    def __init__(self, *args: Any, found: Bidding, page: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        for file, said in page:
            self.fields[f"file_{file.pk}"] = forms.ChoiceField(
                label=found.titles[file.pk],
                choices=[*((wish.value, _(WISHES[wish])) for wish in Wish), ("", _("Nothing said"))],
                required=False,
                initial=said,
                widget=forms.RadioSelect,
                help_text=f"{file.number} · {in_language(file.track, 'title')}",
            )

    def wishes(self) -> dict[int, Wish | None]:
        """What the action takes."""
        return {
            int(name.removeprefix("file_")): Wish(said) if said else None for name, said in self.cleaned_data.items()
        }

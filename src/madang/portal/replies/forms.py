"""What is filled in about replies: until when, and the answer itself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field
from madang.portal.replies.rules import LONGEST


class PeriodForm(forms.Form):
    """Until when applicants may answer."""

    until = instant_field(_("Answers until"), help_text=_("In the centre's time."))


class ReplyForm(forms.Form):
    """An answer to the reviews, and the version that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label=_("Your answer to the reviews"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Correct what is wrong and say what was overlooked. New material is not taken into account."),
    )

"""The subject and body of a mail code in the active language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from madang.portal import refusals


def text_of(code: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body, with the facts put in; an unknown code is a bug (KeyError)."""
    subject, body = refusals.mails()[code]
    readable = refusals.shown(facts)
    return gettext(subject).format(**readable), gettext(body).format(**readable)

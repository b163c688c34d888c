"""The worker's part of the outbox: sending what is due, and emptying old messages."""

from __future__ import annotations

import smtplib
from datetime import datetime
from typing import Any

from django.conf import settings

from madang.portal.journal import queries as journal
from madang.portal.outbox import actions, mail

AT_ONCE = 5


def send(now: datetime) -> int:
    """Sends up to five due messages, each outside any transaction, and notes what became of each."""
    to = mail.route(settings.MADANG_MAIL_URL)
    messages = actions.claim(now=now, limit=AT_ONCE)
    for message in messages:
        _send(message, to, now)
    return len(messages)


def _send(message: Any, to: mail.Route, now: datetime) -> None:
    try:
        mail.deliver(mail.compose(message), message.key, to)
    # ValueError: an address or subject that no mail can carry
    except (OSError, smtplib.SMTPException, ValueError) as error:
        actions.not_sent(message=message.pk, tries=message.tries, error=f"{type(error).__name__}: {error}", now=now)
    else:
        actions.sent(message=message.pk, now=now)


def empty_old(now: datetime) -> int:
    """Empties messages sent so long ago that the retention rule says so."""
    before = journal.due_before("message", now)
    return actions.empty(before=before, now=now) if before else 0


EVERY = {send: 2.0, empty_old: 3600.0}

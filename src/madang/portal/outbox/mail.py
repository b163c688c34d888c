"""Makes a mail out of a message and hands it over: to a folder, or to a mail server."""

from __future__ import annotations

import hashlib
import os
import re
import smtplib
import ssl
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import gettext

from madang.portal.outbox.models import Message

SECONDS_FOR_A_SERVER = 15
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True)
class Route:
    """Where mail goes: `scheme` is folder, smtp, smtps or smtp+starttls."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""


def route(url: str) -> Route:
    """Reads MADANG_MAIL_URL; ImproperlyConfigured when it is none of the four forms."""
    parts = urlsplit(url)
    if url.rstrip("/") == "folder:":
        return Route("folder")
    if parts.scheme in _PORTS and parts.hostname:
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return Route(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], user, password)
    raise ImproperlyConfigured(
        "MADANG_MAIL_URL must read folder: or smtp://, smtps:// or smtp+starttls://user:password@host:port."
    )


def message_id(key: str) -> str:
    """The same for every try, so that a mail server or reader can drop a double."""
    host = urlsplit(settings.MADANG_BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def compose(message: Message) -> EmailMessage:
    """The mail as it is sent: plain text with link and footer, in the message's language, a calendar entry with it."""
    mail = EmailMessage()
    mail["Message-ID"] = message_id(message.key)
    mail["Date"] = format_datetime(message.written_at)
    mail["From"] = settings.MADANG_MAIL_FROM
    mail["To"] = message.address
    mail["Subject"] = " ".join(message.subject.split())
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(text(message), charset="utf-8", cte="base64")
    if message.calendar:
        method = re.search(r"^METHOD:([A-Z]+)\r?$", message.calendar, re.MULTILINE)
        params = {"charset": "utf-8", "method": method[1]} if method else {"charset": "utf-8"}
        # as bytes: a text's line ends would be changed, and an entry's are CR LF
        entry = message.calendar.encode()
        mail.add_attachment(entry, maintype="text", subtype="calendar", params=params, filename="booking.ics")
    return mail


def text(message: Message) -> str:
    """The body with the whole link and the footer."""
    with translation.override(message.language):
        footer = gettext("This mail was sent by {centre}. You find it on your own page there too: {url}")
    centre = settings.MADANG_CENTRE_NAME[message.language]
    parts = [message.body]
    if message.link:
        parts.append(f"{settings.MADANG_BASE_URL}{message.link}")
    parts.append("-- \n" + footer.format(centre=centre, url=f"{settings.MADANG_BASE_URL}/me/"))
    return "\n\n".join(parts) + "\n"


def deliver(mail: EmailMessage, key: str, to: Route) -> None:
    """Hands one mail over; OSError or SMTPException when it was not taken. Never call it inside a transaction."""
    if to.scheme == "folder":
        _to_folder(mail, key)
    else:
        _to_server(mail, to)


def file_name(key: str) -> str:
    """The name of a message's file in the mail folder: its key, as far as a file name can hold it."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", key)
    return f"{plain}.eml" if plain == key else f"{plain}-{hashlib.sha256(key.encode()).hexdigest()[:8]}.eml"


def _to_folder(mail: EmailMessage, key: str) -> None:
    folder = Path(settings.MADANG_HOME) / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".{file_name(key)}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(mail.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / file_name(key))


def remove(keys: Iterable[str]) -> None:
    """Removes the mails with these keys from the mail folder, as far as they lie there."""
    folder = Path(settings.MADANG_HOME) / "mail"
    for key in keys:
        (folder / file_name(key)).unlink(missing_ok=True)


def _to_server(mail: EmailMessage, to: Route) -> None:
    secure = ssl.create_default_context()
    if to.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=SECONDS_FOR_A_SERVER, context=secure)
    else:
        server = smtplib.SMTP(to.host, to.port, timeout=SECONDS_FOR_A_SERVER)
    with closing(server):
        if to.scheme == "smtp+starttls":
            server.starttls(context=secure)
        if to.user:
            server.login(to.user, to.password)
        server.send_message(mail)

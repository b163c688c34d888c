"""An application as its reviewer sees it: whole, or in a blind call by number, with names covered and files cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madang.portal.actors import Actor
from madang.portal.applications.models import Application, SubmittedFile
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import extension_of
from madang.portal.masks import queries as masks

# of a submission's content: not whose it is, who consented, and what files are called
SHOWN = ("title", "sections", "asks")


@dataclass(frozen=True)
class SeenFile:
    """An attachment under the name that its reviewer may see, and the content that they get."""

    pk: int
    name: str
    file: StoredFile


@dataclass(frozen=True)
class Seen:
    """An application as its reviewer may see it; `organisation` is empty in a blind call."""

    blind: bool
    title: str
    organisation: str
    content: Mapping[str, Any]
    files: list[SeenFile]


def seen(by: Actor, application: Application) -> Seen:
    """The submission in force for a reviewer of it; the application comes from `desk.open_to_reviewer`."""
    files = list(application.in_force.files.all())
    content = application.in_force.content
    if not masks.hidden_from(by, application):
        whole = [SeenFile(row.pk, row.name, row.file) for row in files]
        return Seen(False, application.title, application.organisation.name, content, whole)
    mask = masks.masks(by, [application])[application.pk]
    shown = mask.value({key: content[key] for key in SHOWN if key in content})
    return Seen(True, mask.text(application.title), "", shown, _cleaned(application, files))


def _cleaned(application: Application, files: list[SubmittedFile]) -> list[SeenFile]:
    """Copies without metadata under the application's number; papers asked for are for screening only."""
    copies = [row for row in files if row.cleaned is not None and row.evidence_id is None]
    return [
        SeenFile(row.pk, f"{application.number}-{place}.{extension_of(row.name)}", row.cleaned)
        for place, row in enumerate(copies, start=1)
    ]

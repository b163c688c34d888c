"""What a centre answers about jobs and awards, as values: amounts in whole seconds, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True)
class JobRequest:
    """A job to submit: `argv` is run without a shell in a folder with its files.

    `award` is the award's number; `pool` and `environment` are codes and may stay empty: then the award's one pool and
    the centre's own Python count. Memory in MiB; each of the `nodes` gives the same part of all amounts. `elements`
    above 1 makes an array of so many numbered jobs; within the award a higher `priority` goes first; `requeue`: it may
    be run again, in its folder as it was left, where the machine ended it; it is told to save `checkpoint_seconds`
    before its end (0: never).
    """

    award: str
    argv: tuple[str, ...]
    name: str = ""
    pool: str = ""
    gpus: int = 0
    cores: int = 1
    memory_mb: int = 1024
    wall_seconds: int = 3600
    nodes: int = 1
    environment: str = ""
    priority: int = 0
    requeue: bool = False
    checkpoint_seconds: int = 0
    elements: int = 1


@dataclass(frozen=True)
class Template:
    """A job's form that an organisation keeps under a name; its fields as in `JobRequest`."""

    id: int
    organisation: int
    name: str
    argv: tuple[str, ...]
    environment: str
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    nodes: int
    priority: int
    requeue: bool
    checkpoint_seconds: int
    elements: int


@dataclass(frozen=True)
class Start:
    """What is told of a waiting job's start; `sentence` and `in_short` in the client's language."""

    sentence: str
    in_short: str


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was asked for; amounts in seconds of its pool's `unit` ("gpu" or "core").

    `over`: it will change no more. `idle_since`: it was found to do next to nothing from then on, `idle_until`: and
    will be stopped for that. The jobs of an array share the key `array`. Where there is none, `exit_code` is None.
    A list gives neither `used_seconds` nor `held_now_seconds`: they are None there.
    """

    id: int
    key: str
    name: str
    award: str
    pool: str
    unit: str
    argv: tuple[str, ...]
    environment: str
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    nodes: int
    held_seconds: int
    state: str
    state_in_words: str
    reason: str
    reason_code: str
    over: bool
    exit_code: int | None
    submitted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    idle_since: datetime | None
    idle_until: datetime | None
    estimated_start: Start | None
    array: str | None
    array_count: int
    used_seconds: int | None = None
    held_now_seconds: int | None = None

    @property
    def exit_status(self) -> int:
        """What a command that stood for the job would end with: its own code, 1 where it ended badly without one."""
        if self.exit_code is not None and (self.exit_code or self.state == "succeeded"):
            return self.exit_code
        return 1


@dataclass(frozen=True)
class LogPiece:
    """Part of a log as text; ask again from `next_offset` (bytes). `complete`: nothing follows."""

    text: str
    next_offset: int
    complete: bool


@dataclass(frozen=True)
class Look:
    """One look at a job that is being watched: how it stands, and what it printed since the look before."""

    job: Job
    text: str


@dataclass(frozen=True)
class Output:
    """A file that a job left: path in its folder, bytes, SHA-256 in hexadecimal."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Award:
    """An award; it runs over the days [starts_on, ends_on)."""

    number: str
    title: str
    organisation: str
    state: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Balance:
    """What an award has in one pool, in its unit's seconds; granted = used + held + returned + expired + left."""

    pool: str
    unit: str
    granted_seconds: int
    used_seconds: int
    held_seconds: int
    returned_seconds: int
    expired_seconds: int
    left_seconds: int


@dataclass(frozen=True)
class Environment:
    """Software that a job can name by its code; `organisation` is None for the centre's, `digest` an image's."""

    id: int
    code: str
    kind: str
    state: str
    name_ko: str
    name_en: str
    organisation: str | None
    base: str
    digest: str
    size_bytes: int | None
    jobs: int
    last_used_at: datetime | None


@dataclass(frozen=True)
class Figures:
    """What a job would set aside, in its pool unit's seconds, and cost at most; `fits`: the award has that much left.

    `price_won` is None where no price is charged by the hour; `by_month`: a month's price covers it.
    """

    unit: str
    held_seconds: int
    left_seconds: int
    fits: bool
    price_won: int | None
    by_month: bool


@dataclass(frozen=True)
class Limits:
    """What may be sent along with one job: number of files, bytes of one file, letters of a path."""

    most_files: int
    most_file_bytes: int
    most_path: int


def made(kind: type[T], answer: Mapping[str, Any]) -> T:
    """One of these values from an answer of the API; what the value has no field for is left out."""
    hints = get_type_hints(kind)
    return kind(
        **{
            field.name: _read(hints[field.name], answer[field.name])
            for field in fields(kind)  # type: ignore[arg-type]
            if field.name in answer
        }
    )


def _read(hint: Any, given: Any) -> Any:
    if given is None:
        return None
    if hint in (datetime, datetime | None):
        return datetime.fromisoformat(given)
    if hint is date:
        return date.fromisoformat(given)
    if hint == (Start | None):
        return made(Start, given)
    return tuple(given) if isinstance(given, list) else given

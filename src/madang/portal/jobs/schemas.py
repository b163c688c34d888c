"""What the API takes and gives of jobs."""

# Annotations are kept as they are written: a paged function's are read where this module's names are not known.
import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Schema
from pydantic import Field

from madang.portal.forecasts.schemas import StartOut, start_out
from madang.portal.jobs import faces, rules
from madang.portal.jobs.rules import JobState, Shape
from madang.portal.jobs.steering_api import TermsIn, TermsOut


class AmountsIn(Schema):
    """How much a job asks for, and for how long."""

    gpus: int = Field(0, ge=0, le=1024)
    cores: int = Field(1, ge=1, le=4096)
    memory_mb: int = Field(1024, ge=64, le=4 << 20)
    wall_seconds: int = Field(3600, ge=1, le=rules.MOST_WALL_SECONDS)
    nodes: int = Field(1, ge=1, le=rules.MOST_NODES, description="Each gives the same part of all amounts.")

    @property
    def shape(self) -> Shape:
        return Shape(self.gpus, self.cores, self.memory_mb, self.wall_seconds, self.nodes)


class ShapeIn(AmountsIn):
    """What a job asks for. `pool` is a pool's code and may be left out where the award has one pool that runs jobs."""

    award: str = Field(min_length=1, max_length=60, description="The award's number.")
    pool: str = ""


class KeyIn(Schema):
    """The key of a submission."""

    key: uuid.UUID = Field(default_factory=uuid.uuid4, description="The same key again gives the same job.")


class JobIn(ShapeIn, KeyIn, TermsIn):
    """A job to submit."""

    name: str = Field(min_length=1, max_length=100)
    argv: list[str] = Field(min_length=1, max_length=10_000)
    environment: str = Field("", max_length=60, description="An environment's code; the centre's own Python without.")


class BuildIn(ShapeIn, KeyIn):
    """An environment to build: a lock file in pip's form with every package's hash; `base` is an environment's code."""

    name: str = Field(min_length=1, max_length=80)
    lock: str = Field(min_length=1, max_length=1_000_000)
    base: str = Field("", max_length=60)


class JobOut(TermsOut):
    """A job. Amounts are in the seconds of its pool's `unit`: `held_seconds` were set aside at submission."""

    id: int
    key: uuid.UUID
    name: str
    award: str
    pool: str
    unit: str
    argv: list[str]
    environment: str
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    nodes: int
    network: bool = Field(description="Its award allowed it the machine's network when it was handed over.")
    held_seconds: int = Field(alias="held")
    state: JobState
    state_in_words: str
    reason: str
    reason_code: str
    over: bool
    exit_code: int | None
    submitted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    idle_since: datetime | None = Field(description="Its people were told that it does next to nothing from then on.")
    idle_until: datetime | None = Field(description="When it will be stopped for that; null where it will not.")
    estimated_start: StartOut | None

    @staticmethod
    def resolve_estimated_start(job: Any) -> dict[str, Any] | None:
        return start_out(job, timezone.now())

    @staticmethod
    def resolve_award(job: Any) -> str:
        return str(job.award.number)

    @staticmethod
    def resolve_environment(job: Any) -> str:
        return str(job.environment.code) if job.environment else ""

    @staticmethod
    def resolve_pool(job: Any) -> str:
        return str(job.pool.code)

    @staticmethod
    def resolve_unit(job: Any) -> str:
        return str(job.pool.unit)

    @staticmethod
    def resolve_state_in_words(job: Any) -> str:
        return faces.shown(job).word

    @staticmethod
    def resolve_reason(job: Any) -> str:
        return faces.shown(job).why

    @staticmethod
    def resolve_over(job: Any) -> bool:
        return faces.shown(job).over


class JobWithFigures(JobOut):
    """A job with what it has used and still holds, in the seconds of its pool's unit."""

    used_seconds: int
    held_now_seconds: int
    outputs_left_out: int


class LogOut(Schema):
    """A piece of a log as text, control characters made visible. Ask again from `next_offset` until `complete`."""

    text: str
    offset: int
    next_offset: int
    complete: bool


class FileOut(Schema):
    """A file that a job left; `size_bytes`, and its SHA-256 in hexadecimal."""

    path: str
    size_bytes: int = Field(alias="size")
    sha256: str


class UsageOut(Schema):
    """An award's balances in one pool, in the unit's seconds; granted = used + held + returned + expired + left."""

    pool: str
    unit: str
    granted_seconds: int
    used_seconds: int
    held_seconds: int
    returned_seconds: int
    expired_seconds: int
    left_seconds: int


class LimitsOut(Schema):
    """What may be sent along with one job: so many files, each of so many bytes, with a path of so many letters."""

    most_files: int
    most_file_bytes: int
    most_path: int


class FiguresOut(Schema):
    """What a job would set aside, in its pool unit's seconds, and cost at most; `fits`: that much is left.

    `price_won` is null where no price is charged by the hour; `by_month`: a month's price covers it.
    """

    unit: str
    held_seconds: int = Field(alias="held")
    left_seconds: int = Field(alias="left")
    fits: bool
    price_won: int | None = Field(alias="price")
    by_month: bool

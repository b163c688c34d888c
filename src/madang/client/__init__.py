"""A centre from Python: submit jobs, follow them, fetch what they left, and ask what an award has and a job costs."""

from madang.client.centre import Client
from madang.client.folders import LocalFile, gathered
from madang.client.sentences import words
from madang.client.transport import RefusedThere, Transport
from madang.client.values import (
    Award,
    Balance,
    Environment,
    Figures,
    Job,
    JobRequest,
    Limits,
    LogPiece,
    Look,
    Output,
    Start,
    Template,
)

__all__ = [
    "Award",
    "Balance",
    "Client",
    "Environment",
    "Figures",
    "Job",
    "JobRequest",
    "Limits",
    "LocalFile",
    "LogPiece",
    "Look",
    "Output",
    "RefusedThere",
    "Start",
    "Template",
    "Transport",
    "gathered",
    "words",
]

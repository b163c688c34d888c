"""The client of whoever is logged in here: server and token from the environment, else those of the last log-in."""

from __future__ import annotations

from madang.cli import credentials
from madang.cli.language import language
from madang.client import Client, Transport
from madang.errors import Refused


def centre() -> Client:
    """For jobs and awards. Refused: ``log_in_first``."""
    return Client(*_known(), language=language())


def client() -> Transport:
    """For everything else, by its address in the API. Refused: ``log_in_first``."""
    return Transport(*_known(), language=language())


def public() -> Transport:
    """For what needs no log-in; the token goes along where there is one."""
    return Transport(*credentials.present(), language=language())


def _known() -> tuple[str, str]:
    server, token = credentials.present()
    if not token:
        raise Refused("log_in_first")
    return server, token

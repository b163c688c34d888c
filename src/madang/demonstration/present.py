"""What goes on today: a trial call whose awards are in force, and two open calls with a few applications."""

from __future__ import annotations

from datetime import date, datetime


def build(cast, now, progress):
    pass

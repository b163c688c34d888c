"""What a finding of misconduct must say before it is laid before a second person."""

from __future__ import annotations

from datetime import date

from madang.errors import Refused


def check_finding(found_on: date, ground: str, reference: str, today: date) -> None:
    """It was found on a day that has come, and says what and by which document."""
    if found_on > today:
        raise Refused("misconduct_found_ahead", field="found_on")
    if not ground.strip():
        raise Refused("misconduct_ground_needed", field="ground")
    if not reference.strip():
        raise Refused("misconduct_reference_needed", field="reference")


def check_reason(reason: str) -> None:
    """What is annulled is annulled for a reason."""
    if not reason.strip():
        raise Refused("misconduct_reason_needed", field="reason")

"""The shares that hold."""

from __future__ import annotations

from madang.compute.protocol import ClassShares
from madang.portal.shares.models import ShareSetting


def present() -> ClassShares | None:
    """The shares that hold; None where the centre has set none, so that the machine's own settings count."""
    row = ShareSetting.objects.order_by("-pk").first()
    return ClassShares(row.weights, row.parts, row.borrowing) if row else None

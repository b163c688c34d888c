"""How Koreans write days."""

from __future__ import annotations

import re

COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}|\D.*)?")
SPACED = re.compile(r"(\d{4})[-./년 ]{0,2}(\d{1,2})[-./월 ]{0,2}(\d{1,2})(?:\D.*)?")

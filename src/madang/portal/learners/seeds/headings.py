"""By which words a list of hours names its columns, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, ...]] = {
    "email": ("이메일", "전자우편", "메일", "이메일주소", "email", "e-mail", "e-mailaddress"),
    "hours": ("수강시간", "학습시간", "이수시간", "시간", "hours", "hoursdone"),
}
HEADINGS = {word: name for name, words in _WORDS.items() for word in words}

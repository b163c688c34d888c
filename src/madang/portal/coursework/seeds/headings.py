"""By which words a list of completed coursework names its columns and its answers, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, ...]] = {
    "email": ("이메일", "전자우편", "메일", "이메일주소", "email", "e-mail", "e-mailaddress"),
    "done": ("완료", "완료여부", "제출", "제출여부", "이수", "이수여부", "completed", "done", "completion"),
}
HEADINGS = {word: name for name, words in _WORDS.items() for word in words}
DONE = frozenset({"완료", "제출", "이수", "예", "o", "y", "yes", "1", "true", "done", "completed", "✓", "○"})
NOT_DONE = frozenset(
    {"미완료", "미제출", "미이수", "아니오", "아니요", "x", "n", "no", "0", "false", "notdone", "-", "×", ""}
)

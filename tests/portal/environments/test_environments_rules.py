"""What a lock file may say, and the code under which the same is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.environments import rules

HASH = "--hash=sha256:" + "0" * 64


def refused(function, *words):
    with pytest.raises(Refused) as caught:
        function(*words)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        f"numpy==2.0.0 {HASH}",
        f"numpy==2.0.0 \\\n    {HASH} \\\n    {HASH}\n    # via scipy\n",
        f"# a remark\n\nuvicorn[standard]==0.30.1 ; python_version >= '3.11' {HASH}\nPyYAML==6.0.2 {HASH} # tail\n",
    ],
)
def test_exact_versions_with_hashes_are_a_lock(text):
    rules.check_lock(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "lock_empty"),
        ("# nothing", "lock_empty"),
        ("x" * 1_000_001, "lock_empty"),
        ("numpy==2.0.0", "lock_line"),
        (f"numpy>=2.0.0 {HASH}", "lock_line"),
        (f"numpy {HASH}", "lock_line"),
        ("numpy==2.0.0 --hash=md5:0", "lock_line"),
        (f"--index-url https://example.org {HASH}", "lock_line"),
        (f"-e . {HASH}", "lock_line"),
        (f"numpy @ file:///root/x.whl {HASH}", "lock_line"),
        (f"https://example.org/x.whl {HASH}", "lock_line"),
        (f"../x.whl {HASH}", "lock_line"),
        (f"numpy==2.0.0 {HASH} --global-option=x", "lock_line"),
        (f"numpy==2.0.0 {HASH}\n-r other.txt", "lock_line"),
    ],
)
def test_anything_else_is_refused(text, code):
    assert refused(rules.check_lock, text) == code


@given(st.text(max_size=80))
def test_no_text_without_a_hash_is_a_lock(text):
    if "--hash" not in text:
        assert refused(rules.check_lock, text) in ("lock_empty", "lock_line")


def test_a_code_is_of_organisation_base_and_lock():
    codes = {rules.code_of(organisation=o, base=b, lock=lock) for o in (1, 2) for b in (None, 1) for lock in ("a", "b")}
    assert len(codes) == 8 and all(rules.CODE.fullmatch(code) for code in codes)
    assert rules.code_of(organisation=1, base=2, lock="a") == rules.code_of(organisation=1, base=2, lock="a")


@pytest.mark.parametrize("code", ["", "A", "a b", "-a", "a" * 51, "a/b"])
def test_what_is_no_code_is_refused(code):
    assert refused(rules.check_code, code) == "environment_code"

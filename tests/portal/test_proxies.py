"""Behind a proxy its word counts; without one nobody can claim an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.portal.proxies import ProxyMiddleware, client_address


@given(claimed=st.text(max_size=40), ours=st.ip_addresses())
def test_what_the_client_claims_never_counts(claimed, ours):
    assert client_address(f"{claimed}, {ours}", "127.0.0.1") == str(ours)


def test_without_the_header_the_connection_counts():
    assert client_address("", "192.0.2.9") == "192.0.2.9"


@pytest.mark.parametrize(("behind", "seen"), [(True, "198.51.100.7"), (False, "127.0.0.1")])
def test_the_address_that_the_portal_sees(rf, settings, behind, seen):
    settings.MADANG_BEHIND_PROXY = behind
    request = rf.get("/", headers={"x-forwarded-for": "203.0.113.1, 198.51.100.7"})
    assert ProxyMiddleware(lambda asked: asked.META["REMOTE_ADDR"])(request) == seen

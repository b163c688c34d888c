"""Every race of tests/portal/test_races.py again and again: what is rare shows itself only in numbers."""

import pytest
from portal import test_races

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
TURNS = 15


@pytest.fixture(params=range(TURNS), autouse=True)
def _turn(request):
    """One more time."""
    return request.param


globals().update({name: act for name, act in vars(test_races).items() if name.startswith("test_")})

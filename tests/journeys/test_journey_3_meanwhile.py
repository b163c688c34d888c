"""While the call's deadline comes nearer, the pages seen so far are looked at; the fifth part looks at the rest."""

import pytest

from journeys.test_journey_5_pages import (
    test_english_pages_are_in_english,
    test_in_the_dark_everything_can_be_read,
    test_on_a_phone_nothing_is_cut_off_and_axe_finds_nothing,
)

pytestmark = pytest.mark.browser
__all__ = [
    "test_english_pages_are_in_english",
    "test_in_the_dark_everything_can_be_read",
    "test_on_a_phone_nothing_is_cut_off_and_axe_finds_nothing",
]

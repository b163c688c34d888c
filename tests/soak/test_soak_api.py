"""Many more odd requests against every operation of the API than the usual tests send."""

import pytest
from hypothesis import Phase, settings
from portal.test_schemathesis import _one_connection, answered, everybody, quick, schema_of

pytestmark = pytest.mark.soak
__all__ = ["_one_connection", "everybody"]
EXAMPLES = 25


@schema_of(odd=True).parametrize()
@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate], **quick)
def test_no_request_with_a_token_breaks_the_api(case, everybody):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {everybody}"}
    answered(case)

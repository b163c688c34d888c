"""The API of plans: the document that `madang allocate --replay` takes."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from madang.portal.faces import one
from madang.portal.plans import queries

router = Router(tags=["plans"])


@router.get("/plans/{plan}", response=dict[str, Any], auth=None, operation_id="get_plan")
def get_plan(request: HttpRequest, plan: int) -> Any:
    """A solved plan as JSON, under pseudonyms; for everybody once its decisions are published."""
    row = one(queries.plans(request.actor), pk=plan) if 0 < plan < 2**63 else None
    if row is None or row.result is None:
        raise Http404
    return queries.document(row)

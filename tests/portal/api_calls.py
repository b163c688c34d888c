"""One fitting call of every operation of the API about a thing of organisation A."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from portal.access_world import World

from madang.portal.openapi import document
from madang.portal.people.models import Region

SHA = "0" * 64
PARTICULARS = {"name": "New Name", "kind": "company", "size_class": "small", "founded_on": "2024-01-01"}


def operations() -> Iterator[tuple[str, str, str]]:
    """Verb, path and name of every operation that is promised."""
    for path, verbs in json.loads(document())["paths"].items():
        for verb, operation in verbs.items():
            yield verb, path, operation["operationId"]


def _given(world: World, name: str) -> dict[str, Any]:
    """What stands in the path of an operation."""
    places = world.places
    application, a = {"id": places["application"]["pk"]}, {"organisation": places["organisation"]["organisation"]}
    award = {"number": places["award-accept"]["number"]}
    review, job = {"review": places["review"]["assignment"]}, {"id": places["job"]["pk"]}
    known = {
        "remove_attachment": application | {"attachment": places["draft-file"]["pk"]},
        "accept_consent": application | {"text": places["application-consent"]["text"]},
        "withdraw_consent": application | {"text": places["application-consent"]["text"]},
        "get_agreement": places["agreement"],
        "sign_agreement": places["agreement"],
        "award_usage": places["award"],
        "call": places["call"],
        "list_results": places["call"],
        "get_figure": {"code": "demand"},
        "job_output": job | {"path": "out.txt"},
        "revoke_token": {"token": places["revoke-token"]["token"]},
        "withdraw_invitation": places["withdraw-invitation"],
        "remove_member": places["remove-member"],
        "get_plan": {"plan": places["plan"]["plan"]},
        "list_pool_capacity": places["pool"],
        "get_statement": {"statement_id": places["statement"]["pk"]},
    }
    if name in known:
        return known[name]
    return {**application, **a, **award, **review} | (job if "job" in name else {})


def _body(world: World, name: str) -> Any:
    """A body that fits, where one is needed."""
    places = world.places
    a, track = places["organisation"]["organisation"], {"intake": places["application-begin"]["intake"]}
    region = {"region": Region.objects.first().code}
    return {
        "begin_application": track | {"track": 1, "organisation": a},
        "save_application": {"version": 1, "title": "x", "sections": {}},
        "set_application_asks": {"version": 1, "asks": []},
        "submit_application": {"version": 1},
        "decline_award": {"reason": "x"},
        "sign_agreement": {"side": "user", "password": "x", "sha256": SHA},
        "log_in": {"email": "nobody@test.example", "password": "x"},
        "create_token": {"name": "x", "days": 1},
        "create_organisation": PARTICULARS | region | {"registration_number": "000-00-00000"},
        "change_organisation": PARTICULARS | region | {"version": 1},
        "invite": {"email": "other@test.example"},
        "put_review_points": {"version": 1, "lines": []},
        "submit_review": {"version": 1, "lines": []},
    }.get(name)


def sent(client: Any, world: World, who: str, verb: str, path: str, name: str) -> Any:
    """The answer to one call, with the person's token."""
    given = _given(world, name)
    url = re.sub(r"{(\w+)}", lambda found: str(given[found[1]]), path)
    headers = {"Authorization": f"Bearer {world.secrets[who]}"} if who in world.secrets else {}
    send = getattr(client, verb)
    if name == "submit_job":
        job = {"award": world.places["award"]["number"], "name": "x", "argv": ["true"], "key": str(uuid.uuid4())}
        return send(url, {"job": json.dumps(job)}, headers=headers)
    if name == "attach_file":
        paper = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 another")
        return send(url, {"paper": "", "file": paper}, headers=headers)
    body = _body(world, name)
    if body is None:
        return send(url, headers=headers)
    return send(url, body, content_type="application/json", headers=headers)

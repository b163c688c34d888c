"""What people do by the API without looking: registering an organisation, and applying for it."""

from __future__ import annotations

from typing import Any

import httpx

from journeys.things import this_month


def answered(answer: httpx.Response) -> Any:
    """The answer's content; a refusal fails in its own words."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def new_company(api: httpx.Client, name: str, number: str, kind: str = "company") -> int:
    """An organisation of the caller's own; gives its id."""
    size = "small" if kind == "company" else "none"
    particulars = {"name": name, "kind": kind, "size_class": size, "founded_on": "2020-03-02"}
    more = {"region": "jeonnam-gwangju", "registration_number": number}
    return int(answered(api.post("organisations", json=particulars | more))["id"])


def apply_by_api(
    api: httpx.Client, call: str, organisation: int, *, title: str, quantity: int, least: int
) -> dict[str, Any]:
    """Applies to the call's one track with all its required texts accepted; gives the receipt."""
    found = answered(api.get(f"calls/{call}"))
    track, intake = found["tracks"][0], found["intakes"][0]
    begun = {"intake": intake["id"], "track": track["id"], "organisation": organisation, "title": title}
    draft = answered(api.post("applications", json=begun))
    place = f"applications/{draft['id']}"
    texts = {part["code"]: "이 과제의 계획입니다." for part in track["sections"]}
    draft = answered(api.put(f"{place}/texts", json={"version": draft["version"], "title": title, "sections": texts}))
    ask = {"product": "core-hour", "quantity": quantity, "least": least, "first_month": this_month(), "months": 1}
    answered(api.put(f"{place}/asks", json={"version": draft["version"], "asks": [ask]}))
    for text in track["consents"]:
        answered(api.put(f"{place}/consents/{text['text_id']}"))
    version = answered(api.get(place))["version"]
    return dict(answered(api.post(f"{place}/submit", json={"version": version})))

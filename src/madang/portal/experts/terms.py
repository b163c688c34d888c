"""Reads who has yet to agree to a call's terms for reviewers; apart from what reads reviews, which asks this."""

from __future__ import annotations

from madang.portal.experts.models import ExpertAgreement, ExpertTerms


def owing_terms(calls: set[int], reviewers: set[int]) -> set[tuple[int, int]]:
    """Every (call, reviewer) where the call has terms for reviewers that this one has not agreed to; two queries."""
    last = dict(ExpertTerms.objects.filter(call__in=calls).order_by("number").values_list("call", "pk"))
    given = ExpertAgreement.objects.filter(terms__in=last.values()).values_list("terms", "reviewer")
    agreed = set(given)
    return {(call, one) for call, terms in last.items() for one in reviewers if (terms, one) not in agreed}

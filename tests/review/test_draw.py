"""A committee is drawn by lot alone, keeps what it must keep, and comes out the same for whoever draws it again."""

import hashlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.lots import combined, commitment, ticket
from madang.review.draw import Answer, Committee, Expert, Quota, draw, frozen, replayed, to_invite

POOL = tuple(
    Expert(
        f"e{place:02}", f"o{place // 2}", frozenset({"ai" if place % 3 else "bio", "south" if place % 2 else "north"})
    )
    for place in range(48)
)
COMMITTEE = Committee("image", seats=5, quotas=(Quota("bio", least=1), Quota("south", least=1, most=3)))
DRAWN = draw(COMMITTEE, POOL, 42, "7 12 23 31 40 44")


def test_the_construction_is_as_it_is_published():
    seed = int(hashlib.sha256(b"42\n7 12").hexdigest(), 16)
    assert combined(42, "7 12") == seed
    assert ticket("d", seed, "e01") == hashlib.sha256(f"d\n{seed}\ne01".encode()).hexdigest()
    assert commitment(42) == hashlib.sha256(b"42").hexdigest()


def test_a_list_holds_three_times_the_seats_and_keeps_organisations_and_quotas():
    experts = {one.id: one for one in POOL}
    listed = [experts[name] for name in DRAWN.names]
    assert len(listed) == len(set(DRAWN.names)) == 15
    assert max(Counter(one.organisation for one in listed).values()) == 1
    traits = Counter(trait for one in listed for trait in one.traits)
    assert traits["bio"] >= 3
    assert 3 <= traits["south"] <= 9
    seed = combined(42, "7 12 23 31 40 44")
    assert list(DRAWN.names) == sorted(DRAWN.names, key=lambda name: ticket(DRAWN.digest, seed, name))


pools = st.lists(
    st.builds(Expert, st.uuids().map(str), st.sampled_from(["", "a", "b", "c"]), st.frozensets(st.sampled_from("xyz"))),
    min_size=3,
    max_size=25,
    unique_by=lambda one: one.id,
)
committees = st.builds(
    Committee,
    st.just("c"),
    st.integers(1, 3),
    per_organisation=st.integers(1, 4),
    quotas=st.lists(
        st.builds(Quota, st.sampled_from("xyz"), st.integers(0, 1), st.none() | st.integers(1, 3)), max_size=2
    ).map(tuple),
)


def drawn_or_none(*given):
    try:
        return draw(*given)
    except Refused as refused:
        assert refused.code == "draw_pool_too_small"
        return None


@given(pools, committees, st.integers(0, 999), st.text(max_size=5), st.randoms())
def test_the_order_of_the_pool_does_not_matter_and_anyone_draws_the_same(pool, committee, secret, outside, random):
    drawn = drawn_or_none(committee, pool, secret, outside)
    random.shuffle(pool)
    assert drawn_or_none(committee, pool, secret, outside) == drawn
    if drawn:
        assert replayed(drawn, commitment(secret)) == ()
        assert len(drawn.names) == committee.times * committee.seats


@given(pools, committees, st.lists(st.sampled_from([Answer.ACCEPTED, Answer.REFUSED, Answer.ABSENT, Answer.RECUSED])))
def test_whatever_is_answered_the_committee_keeps_its_rules(pool, committee, given_answers):
    drawn = drawn_or_none(committee, pool, 1, "1")
    assume(drawn)
    answers, come, expert = {}, iter(given_answers), {one.id: one for one in pool}
    while invited := to_invite(drawn, answers):
        assert not set(invited) & set(answers)
        assert list(invited) == sorted(invited, key=drawn.names.index)
        answers |= {name: next(come, Answer.ACCEPTED) for name in invited}
    seated = [expert[name] for name, answer in answers.items() if answer == Answer.ACCEPTED]
    assert len(seated) <= committee.seats
    traits = Counter(trait for one in seated for trait in one.traits)
    for quota in committee.quotas:
        assert quota.most is None or traits[quota.trait] <= quota.most
        assert len(seated) < committee.seats or traits[quota.trait] >= quota.least
    organisations = Counter(one.organisation for one in seated if one.organisation)
    assert all(count <= committee.per_organisation for count in organisations.values())


def test_a_refusal_is_followed_by_the_next_on_the_list():
    plain = draw(Committee("c", 2), [Expert(f"e{n}") for n in range(9)], 1, "x")
    first, second, third, *_ = plain.names
    assert to_invite(plain, {}) == (first, second)
    assert to_invite(plain, {first: Answer.WAITING, second: Answer.REFUSED}) == (third,)
    assert to_invite(plain, {first: Answer.ACCEPTED, second: Answer.WAITING}) == ()


def test_another_round_is_another_draw():
    assert draw(replace(COMMITTEE, number=2), POOL, 42, "7 12 23 31 40 44").names != DRAWN.names
    assert frozen(replace(COMMITTEE, number=2), POOL) != frozen(COMMITTEE, POOL)


@pytest.mark.parametrize(
    ("changed", "published", "found"),
    [
        ({}, commitment(42), ()),
        ({}, commitment(43), ("commitment_broken",)),
        ({"secret": 43}, commitment(42), ("commitment_broken", "list_differs")),
        ({"outside": "1 2 3"}, commitment(42), ("list_differs",)),
        ({"pool": POOL[:-1]}, commitment(42), ("pool_changed", "list_differs")),
        ({"names": DRAWN.names[::-1]}, commitment(42), ("list_differs",)),
        ({"committee": replace(COMMITTEE, name="other")}, commitment(42), ("pool_changed", "list_differs")),
    ],
)
def test_what_was_changed_afterwards_is_seen(changed, published, found):
    assert replayed(replace(DRAWN, **changed), published) == found


def test_every_expert_is_as_likely_to_come_first():
    pool = [Expert(f"e{n}") for n in range(9)]
    firsts = Counter(draw(Committee("c", 1), pool, secret, "x").names[0] for secret in range(900))
    assert len(firsts) == 9
    assert max(abs(count - 100) for count in firsts.values()) < 40  # four standard deviations of the binomial


@pytest.mark.parametrize(
    ("committee", "pool", "code"),
    [
        (Committee("c", 2), POOL[:5], "draw_pool_too_small"),
        (Committee("c", 1, quotas=(Quota("physics", 1),)), POOL, "draw_pool_too_small"),
        (Committee("c", 0), POOL, "draw_invalid"),
        (Committee("c", 1, times=2), POOL, "draw_invalid"),
        (Committee("c", 1, per_organisation=0), POOL, "draw_invalid"),
        (Committee("c", 1, quotas=(Quota("bio", 2),)), POOL, "draw_invalid"),
        (Committee("c", 3, quotas=(Quota("bio", 2, 1),)), POOL, "draw_invalid"),
        (Committee("c", 1), (*POOL, POOL[0]), "draw_invalid"),
    ],
)
def test_what_cannot_be_drawn_is_refused(committee, pool, code):
    with pytest.raises(Refused) as refused:
        draw(committee, pool, 1, "x")
    assert refused.value.code == code

"""Lists of Unix users: what they say, and that nobody's jobs can come to run as another's user or as the system's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.slurm.desired import Stage
from madang.compute.slurm.difference import Phase
from madang.compute.slurm.names import Site
from madang.errors import Refused
from madang.portal.actors import Actor, Role, Via
from madang.portal.cluster import rules
from madang.portal.cluster.bringing import happened
from madang.portal.cluster.rules import FAULTS, Fate
from madang.portal.cluster.sentences import CHANGES, FATES, HAPPENED, HOLDS, STAGES


def test_a_list_is_read_with_or_without_a_heading():
    text = '\ufeffemail,user\r\n Kim@centre.example , kim01\n\n"lee@centre.example",lee_2\n,\n'
    assert rules.lines_of(text) == [("kim@centre.example", "kim01"), ("lee@centre.example", "lee_2")]


@pytest.mark.parametrize("text", ["a@b.c", "a@b.c,", "a@b.c,kim,lee", "a@b.c,kim\nb@b.c"])
def test_a_line_that_is_none_is_named(text):
    with pytest.raises(Refused, match="unix_users_line") as caught:
        rules.lines_of(text)
    assert caught.value.facts["line"] == len(text.splitlines())


def test_more_lines_than_are_read_at_once_are_refused():
    with pytest.raises(Refused, match="unix_users_many"):
        rules.lines_of("".join(f"{number}@b.c,u{number}\n" for number in range(rules.MOST_ROWS + 1)))


def test_each_line_is_judged():
    known = {"a@b.c": "", "b@b.c": "bee", "c@b.c": "cee", "d@b.c": ""}
    lines = [
        ("a@b.c", "ay", Fate.NEW),
        ("b@b.c", "bee", Fate.SAME),
        ("c@b.c", "sea", Fate.CHANGED),
        ("x@b.c", "ex", Fate.UNKNOWN_PERSON),
        ("d@b.c", "root", Fate.UNFIT_NAME),
    ]
    found = rules.judged([line[:2] for line in lines], known, {"bee": "b@b.c", "cee": "c@b.c"})
    assert [one.fate for one in found] == [fate for *_, fate in lines]
    assert rules.judged([("a@b.c", "bee")], known, {"bee": "b@b.c"})[0].fate is Fate.NAME_TAKEN
    # two people exchange their users: not in one list
    crossed = rules.judged([("b@b.c", "cee"), ("c@b.c", "bee")], known, {"bee": "b@b.c", "cee": "c@b.c"})
    assert {one.fate for one in crossed} == {Fate.NAME_TAKEN}


EMAILS, NAMES = [f"{letter}@b.c" for letter in "abcd"], ["root", "ay", "bee", "cee", "Dee"]


@given(
    st.lists(st.tuples(st.sampled_from(EMAILS), st.sampled_from(NAMES)), max_size=6),
    st.dictionaries(st.sampled_from(EMAILS[:3]), st.sampled_from(["", "ay", "bee", "cee"]), max_size=3),
)
def test_after_a_list_without_fault_every_user_is_one_persons(lines, known):
    owners = {}
    for email, name in known.items():
        if name in owners:
            return
        if name:
            owners[name] = email
    found = rules.judged(lines, known, owners)
    if any(one.fate in FAULTS for one in found):
        return
    after = {**known, **{one.email: one.name for one in found}}
    users = [name for name in after.values() if name]
    assert len(users) == len(set(users)) and "root" not in users and "Dee" not in users


def test_accounts_are_judged_each():
    lines = rules.accounts_of(
        "account,award\nKimLab, 2026-0001\n\ncourt-a-1,2026-0001\ntwice,2026-0002\ntwice,2026-0001\n"
    )
    assert lines[0] == ("kimlab", "2026-0001")
    given = [*lines, ("other", "2026-0001"), ("same", "2026-0001"), ("x", "2020-1"), ("root", "2026-0001")]
    joined = {"other": "2026-0002", "same": "2026-0001"}
    found = rules.judged_accounts(given, {"2026-0001", "2026-0002"}, joined, Site("court").claims)
    fates = ["new", "own_account", "twice", "twice", "changed", "same", "unknown_award", "unfit_account"]
    assert [one.fate for one in found] == fates
    with pytest.raises(Refused, match="cluster_accounts_line"):
        rules.accounts_of("kimlab 2026-0001\n")


def test_only_the_operator_and_the_machines_own_command_change_anything():
    rules.refuse_unless_keeper(Actor(person=1, roles=frozenset({Role.OPERATOR})))
    rules.refuse_unless_keeper(Actor(via=Via.COMMAND))
    for by in (Actor(), Actor(person=1, via=Via.COMMAND), Actor(person=1, roles=frozenset(Role) - {Role.OPERATOR})):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            rules.refuse_unless_keeper(by)


def test_every_value_that_is_shown_has_words():
    assert FATES.keys() == set(Fate) and HOLDS.keys() == set(rules.Hold) and CHANGES.keys() == set(rules.ChangeState)
    assert STAGES.keys() == set(Stage)
    assert HAPPENED.keys() == {happened(phase) for phase in Phase}


@given(st.integers(0, 10**12), st.lists(st.integers(0, 3_000_000), min_size=1, max_size=36).filter(any))
def test_what_months_are_given_is_all_of_it_and_none_below_nothing(seconds, weights):
    parts = rules.parts_of(seconds, weights)
    assert sum(parts) == seconds and min(parts) >= 0 and len(parts) == len(weights)
    assert all(not part for part, weight in zip(parts, weights, strict=True) if not weight)


def test_nodes_are_read_however_they_are_written():
    assert rules.nodes_of(" n2,\n n1 n1 ") == ("n1", "n2") and rules.nodes_of(" ") == ()
    with pytest.raises(Refused, match="cluster_nodes_many"):
        rules.nodes_of(" ".join(f"n{number}" for number in range(rules.MOST_NODES + 1)))

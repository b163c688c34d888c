"""The inventory of what is kept: each table has its kind, each kind its period, ground, words and destroyer."""

from django.apps import apps

from madang.portal.holdings import actions
from madang.portal.holdings.rules import IMPERSONAL, TABLES
from madang.portal.journal.seeds.retention import RULES
from madang.portal.journal.sentences import RECORDS
from madang.portal.schedule import turns

# Kinds that another chore destroys.
ELSEWHERE = {
    "account", "session", "login_failure", "answered_request", "invitation", "message", "reading", "unsubmitted_draft",
    "job_files",
}  # fmt: skip


def test_every_table_is_in_the_inventory_once():
    names = {model._meta.model_name for model in apps.get_app_config("portal").get_models()}
    assert names | {"session"} == set(TABLES) | IMPERSONAL
    assert not set(TABLES) & IMPERSONAL


def test_every_table_with_a_personal_column_has_a_kind():
    """A table that points to a person as its subject, or holds an address, is not called impersonal."""
    personal = {"person", "email", "address", "reviewer"}
    held = {
        model._meta.model_name
        for model in apps.get_app_config("portal").get_models()
        if {field.name for field in model._meta.get_fields() if field.concrete} & personal
    }
    assert held - set(TABLES) == set()


def test_every_kind_has_a_period_a_ground_words_and_a_destroyer():
    kinds = set().union(*TABLES.values())
    assert kinds == {rule.kind for rule in RULES} == set(RECORDS)
    assert kinds == set(actions.DESTROYERS) | ELSEWHERE
    for rule in RULES:
        assert rule.days >= 1 and 10 < len(rule.ground_ko) <= 200 and 10 < len(rule.ground_en) <= 200, rule.kind


def test_the_worker_runs_every_destroyer():
    names = {turn.chore.__name__ for turn in turns()}
    wanted = {"destroy_due", "erase_idle", "clear_sessions", "forget_attempts", "forget_answers", "forget_addresses",
              "empty_old", "destroy_readings", "destroy_old_drafts", "clear"}  # fmt: skip
    assert wanted <= names

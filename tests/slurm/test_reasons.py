"""Every word by which Slurm says why a job waits has a sentence of ours, in both languages."""

from pathlib import Path

import pytest

from madang.compute import sentences
from madang.compute.slurm import reasons

# Every word that the library of Slurm 22.05 has for it.
WORDS = (Path(__file__).parent / "recorded/reasons-22.05.txt").read_text().split()


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_known_and_has_its_sentence(word):
    reason = reasons.waiting(word)
    assert reason.code != "slurm_other"
    english, korean = (sentences.sentence(reason.code, reason.facts, language) for language in ("en", "ko"))
    assert english != korean and "{" not in english + korean


@pytest.mark.parametrize(
    ("word", "code", "resource"),
    [
        ("AssocGrpCpuLimit", "slurm_group_at_limit", "cores"),
        ("AssocGrpGRES", "slurm_group_at_limit", "gpus"),
        ("QOSGrpGRESMinutes", "slurm_group_minutes", "gpus"),
        ("QOSGrpCPUMinutesLimit", "slurm_group_minutes", "cores"),
        ("AssocGrpGRESRunMinutes", "slurm_group_running_minutes", "gpus"),
        ("QOSMaxGRESPerUser", "slurm_person_at_limit", "gpus"),
        ("MaxMemoryPerAccount", "slurm_account_at_limit", "memory_mb"),
        ("QOSMaxMemoryPerJob", "slurm_job_over_limit", "memory_mb"),
        ("AssocMaxCpuMinutesPerJobLimit", "slurm_job_minutes", "cores"),
        ("QOSMinGRES", "slurm_job_under_limit", "gpus"),
        ("QOSMinCpuNotSatisfied", "slurm_job_under_limit", "cores"),
        ("AssocMaxWallDurationPerJobLimit", "slurm_job_wall", None),
        ("AssocGrpJobsLimit", "slurm_group_jobs", None),
        ("AssocMaxSubmitJobLimit", "slurm_group_jobs", None),
        ("ReqNodeNotAvail, UnavailableNodes:gpu[01-04]", "slurm_node_not_available", None),
        ("(Priority)", "slurm_priority", None),
        ("None", "not_yet_considered", None),
    ],
)
def test_limits_are_told_apart(word, code, resource):
    reason = reasons.waiting(word)
    assert (reason.code, reason.facts.get("resource")) == (code, resource)


def test_a_word_that_is_new_is_shown_as_it_is():
    reason = reasons.waiting("NotYetInvented")
    assert sentences.sentence(reason.code, reason.facts, "en") == "The cluster says: NotYetInvented."

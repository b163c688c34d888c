"""Slurm's words for why a job waits or how it ended, as reason codes of ours with their sentences."""

from __future__ import annotations

import re

from madang.compute.protocol import Reason


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Marks a text for the catalogues."""
    return text


SENTENCES: dict[str, str] = {
    # limits, by family; {resource} is named in words
    "slurm_group_at_limit": N_("The award or its quality of service has reached its limit of {resource} at once."),
    "slurm_group_jobs": N_("The award or its quality of service has reached its limit of jobs at once."),
    "slurm_group_minutes": N_("The award or its quality of service has used up its budget of {resource}."),
    "slurm_group_running_minutes": N_(
        "The running jobs of the award would use up its budget of {resource} before this job could end."
    ),
    "slurm_job_over_limit": N_("The job asks for more {resource} than one job may have here."),
    "slurm_job_minutes": N_("The job could use more {resource} in its running time than one job may use here."),
    "slurm_job_wall": N_("The job's time limit is longer than the award or its quality of service allows."),
    "slurm_job_under_limit": N_("The job asks for less {resource} than a job must ask for here."),
    "slurm_person_at_limit": N_("You have reached the limit of {resource} that one person may hold at once."),
    "slurm_account_at_limit": N_("The account has reached the limit of {resource} that it may hold at once."),
    # the queue
    "slurm_priority": N_("Jobs of higher priority wait before this one."),
    "slurm_resources": N_("Next in the queue. What it needs is in use at present."),
    "slurm_dependency": N_("Waits for another job on which it depends."),
    "slurm_dependency_never": N_("The job on which it depends did not end as required, so this one will never start."),
    "slurm_begin_time": N_("The job is to start later, at the time that it names."),
    "slurm_array_limit": N_("As many jobs of the array run as may run at once."),
    "slurm_held_user": N_("The job was put on hold by its person."),
    "slurm_held_operator": N_("The job was put on hold by the centre."),
    "slurm_held_requeue": N_("The job was put on hold after it could not be started several times. Please ask us."),
    "slurm_reservation": N_("Waits for its reservation to begin."),
    "slurm_reservation_gone": N_("The reservation that the job names does not exist any more."),
    "slurm_node_not_available": N_("The nodes that it needs are down, reserved or being maintained at present."),
    "slurm_nodes_down": N_("A node that the job needs is down at present."),
    "slurm_partition_closed": N_("This part of the cluster starts no jobs at present."),
    "slurm_partition_limit": N_("The job asks for more than this part of the cluster allows."),
    "slurm_licences": N_("Waits for a software licence that is in use."),
    "slurm_staging": N_("The job's data are being brought to the cluster's fast storage."),
    "slurm_preparing": N_("The nodes are being prepared for the job."),
    "slurm_cleaning": N_("What an earlier run of the job left is being cleared away."),
    "slurm_not_allowed": N_("The award may not run jobs in this part of the cluster. Please ask us."),
    "slurm_bad_constraints": N_("What the job asks for cannot be met on this cluster."),
    "slurm_system": N_("The cluster reports a fault of its own. The job keeps its place."),
    "slurm_other": N_("The cluster says: {said}."),
    # how a job ended
    "slurm_out_of_memory": N_("The job used more memory than it had asked for and was ended."),
    "slurm_node_failed": N_("A node of the job failed, and the job was ended. It is charged up to then."),
    "slurm_boot_failed": N_("The nodes of the job could not be started."),
    "slurm_preempted": N_("The job was ended to make room for one that goes before it."),
    "slurm_deadline": N_("The job could no longer end before its deadline and was ended."),
    "slurm_cancelled_outside": N_("The job was ended on the cluster, by its person there or by the centre."),
    "slurm_end_unknown": N_("The cluster has no record of how the job ended."),
    "slurm_gone": N_("The cluster has no record of the job any more."),
    # refusals
    "slurm_refused": N_("The cluster did not take the job: {detail}"),
    "slurm_root": N_("Jobs never run as the cluster's administrator."),
    "slurm_folder_unsafe": N_("The folder {path} on the cluster is not the person's own."),
    "no_unix_user": N_("You have no user on the cluster yet. Please ask us for one."),
    # the sandbox
    "runs_as_own_user": N_("Each job runs as its person's own user on the cluster."),
}

_PLAIN = {
    "None": "not_yet_considered",
    "Priority": "slurm_priority",
    "Resources": "slurm_resources",
    "Dependency": "slurm_dependency",
    "DependencyNeverSatisfied": "slurm_dependency_never",
    "BeginTime": "slurm_begin_time",
    "JobArrayTaskLimit": "slurm_array_limit",
    "JobHeldUser": "slurm_held_user",
    "JobHeldAdmin": "slurm_held_operator",
    "JobHoldMaxRequeue": "slurm_held_requeue",
    "JobLaunchFailure": "slurm_held_requeue",
    "Reservation": "slurm_reservation",
    "ReservationDeleted": "slurm_reservation_gone",
    "ReqNodeNotAvail": "slurm_node_not_available",
    "NodeDown": "slurm_nodes_down",
    "FrontEndDown": "slurm_nodes_down",
    "PartitionDown": "slurm_partition_closed",
    "PartitionInactive": "slurm_partition_closed",
    "PartitionNodeLimit": "slurm_partition_limit",
    "PartitionTimeLimit": "slurm_partition_limit",
    "PartitionConfig": "slurm_partition_limit",
    "Licenses": "slurm_licences",
    "BurstBufferOperation": "slurm_staging",
    "BurstBufferResources": "slurm_staging",
    "BurstBufferStageIn": "slurm_staging",
    "Prolog": "slurm_preparing",
    "Cleaning": "slurm_cleaning",
    "InvalidAccount": "slurm_not_allowed",
    "InvalidQOS": "slurm_not_allowed",
    "AccountNotAllowed": "slurm_not_allowed",
    "QOSNotAllowed": "slurm_not_allowed",
    "AccountingPolicy": "slurm_not_allowed",
    "QOSUsageThreshold": "slurm_not_allowed",
    "BadConstraints": "slurm_bad_constraints",
    "MaxMemPerLimit": "slurm_bad_constraints",
    "AssociationJobLimit": "slurm_group_jobs",
    "QOSJobLimit": "slurm_group_jobs",
    "AssociationTimeLimit": "slurm_job_wall",
    "QOSTimeLimit": "slurm_job_wall",
    "TimeLimit": "slurm_job_wall",
    "DeadLine": "slurm_deadline",
    "OutOfMemory": "slurm_out_of_memory",
    "FedJobLock": "slurm_system",
    "InactiveLimit": "slurm_system",
    "NonZeroExitCode": "slurm_system",
    "SchedDefer": "slurm_priority",
    "SystemFailure": "slurm_system",
    "BlockMaxError": "slurm_system",
    "BlockFreeAction": "slurm_cleaning",
    "AssociationResourceLimit": "slurm_group_at_limit",
    "QOSResourceLimit": "slurm_group_at_limit",
}
_RESOURCES = {
    "cpu": "cores",
    "gres": "gpus",
    "mem": "memory_mb",
    "node": "nodes",
    "wall": "wall_seconds",
    "bb": "burst_buffer",
    "billing": "billing",
    "energy": "energy",
    "license": "licences",
    "unknown": "further",
    "jobs": "jobs",
    "job": "jobs",
    "submitjobs": "jobs",
    "submitjob": "jobs",
}
_LIMIT = re.compile(
    r"(?:Assoc|QOS|QOs)?(?P<rule>Grp|Max|Min)"
    r"(?P<resource>SubmitJobs|SubmitJob|Jobs|CPU|Cpu|GRES|Memory|Mem|Node|Wall|BB|Billing|Energy|License|Unknown)"
    r"(?P<kind>RunMinutes|Minutes|Duration)?(?P<per>PerJob|PerNode|PerUser|PerAccount)?(?:Limit|NotSatisfied)?",
)


def waiting(said: str) -> Reason:
    """The reason behind Slurm's word for why a job waits; unknown words are shown as they are.

    Some words are followed by a list of nodes after a comma, and some are sentences; only the word decides.
    """
    word = said.strip().strip("()").partition(",")[0].strip()
    if word in _PLAIN:
        code = _PLAIN[word]
        return Reason(code, {"resource": "cores"} if code == "slurm_group_at_limit" else {})
    limit = _LIMIT.fullmatch(word)
    return _limited(limit) if limit else Reason("slurm_other", {"said": word[:200]})


def _limited(limit: re.Match[str]) -> Reason:
    resource = _RESOURCES.get(limit["resource"].lower().removesuffix("ory"), "cores")
    facts: dict[str, int | str] = {"resource": resource}
    kind, per = limit["kind"], limit["per"]
    if limit["resource"] == "Wall" and limit["rule"] == "Max":
        return Reason("slurm_job_wall")
    if limit["rule"] == "Min":
        return Reason("slurm_job_under_limit", facts)
    if per in ("PerUser", "PerAccount"):
        return Reason("slurm_person_at_limit" if per == "PerUser" else "slurm_account_at_limit", facts)
    if limit["rule"] == "Grp" and kind:
        return Reason("slurm_group_running_minutes" if kind == "RunMinutes" else "slurm_group_minutes", facts)
    if resource == "jobs":
        return Reason("slurm_group_jobs")
    if limit["rule"] == "Grp":
        return Reason("slurm_group_at_limit", facts)
    return Reason("slurm_job_minutes" if kind else "slurm_job_over_limit", facts)

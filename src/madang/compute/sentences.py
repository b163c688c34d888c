"""The sentences for the codes that this library gives: why a job waits, how it ended, why one was refused."""

from __future__ import annotations

from gettext import NullTranslations

from madang.catalogues import translation
from madang.compute.protocol import Facts
from madang.compute.slurm import reasons
from madang.compute.slurm import sentences as slurm


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Marks a text for the catalogues."""
    return text


SENTENCES: dict[str, str] = {
    # why a job waits
    "waits_for_gpus": N_("Next in the queue. It needs {needs} {type} GPUs at once and {free} are free."),
    "waits_for_cores": N_("Next in the queue. It needs {needs} cores at once and {free} are free."),
    "waits_for_memory": N_("Next in the queue. It needs {needs} MiB of memory at once and {free} MiB are free."),
    "waits_for_nodes": N_("Next in the queue. It needs room on {needs} nodes at once and {free} have it."),
    "waits_behind": N_("Waits its turn: it is number {ahead} behind the next in the queue."),
    "waits_far_behind": N_("Waits its turn: at least {ahead} jobs are before it."),
    "account_at_limit": N_(
        "The award may hold {limit} {resource} at once; its running jobs hold {held} and this one needs {needs}."
    ),
    "class_at_part": N_("Its class may hold {part} {resource} at once and holds {held}; this job needs {needs}."),
    "waits_for_reclaimed": N_(
        "Next in the queue. {jobs} jobs that borrowed its class's part are being stopped for it."
    ),
    "held": N_("The job is held back until it is released."),
    "waits_for_job": N_("It starts only once job {job} has ended."),
    "waits_for_success": N_("It starts only once job {job} has ended without an error."),
    "job_before_failed": N_("Job {job} should have ended well before it and did not, so that it was cancelled."),
    "stopped": N_("The job was stopped for one whose class had lent it its part."),
    "run_again": N_("The machine ended its run; it waits to run again from the beginning."),
    "requeued": N_("It was stopped for a job whose class had lent it its part, and waits to run again."),
    "starting": N_("The job is being started."),
    "not_yet_considered": N_("The job has just been received."),
    "backend_stopped": N_("The service that starts jobs is not running. The job keeps its place in the queue."),
    # why a job waits, or is refused
    "account_closed": N_("The award is not open for jobs at present."),
    "larger_than_machine": N_("The job needs {needs} {resource} {type} and the machine has {offered} in all."),
    "larger_than_account_limit": N_("The job needs {needs} {resource} and the award may hold {limit} at once."),
    # how a job ended
    "ended_well": N_("The command ended without an error."),
    "ended_with_code": N_("The command ended with exit code {exit_code}."),
    "ended_by_signal": N_("The command was ended by signal {signal}."),
    "wall_time_over": N_("The job reached its time limit of {seconds} seconds and was ended."),
    "folder_full": N_(
        "The job's folder outgrew {most_mb} MiB or {files} files, or hid a part of itself; the job was ended."
    ),
    "memory_over": N_(
        "The job's processes together outgrew the {most_mb} MiB of memory that it asked for, and the machine ended it."
    ),
    "cancelled_waiting": N_("The job was cancelled before it started."),
    "cancelled_running": N_("The job was cancelled while it ran."),
    "machine_stopped": N_("The machine was being shut down, and the job was ended."),
    "machine_restarted": N_(
        "The machine restarted while the job ran. It is charged up to when it was last seen running."
    ),
    "supervisor_lost": N_("The job's supervisor was killed from outside. It is charged up to when it was last seen."),
    "start_failed": N_("The job could not be started on this machine: {detail}"),
    # use that a cluster's records tell of and that was not charged
    "usage_unreadable": N_("A row of the cluster's records could not be read: {line}"),
    "usage_no_allocation": N_("The job ran for {seconds} seconds, but its record does not say what it was allocated."),
    "usage_ends_before_start": N_(
        "The job's record ends {seconds} seconds before it starts. Was the cluster's clock set back?"
    ),
    "usage_ends_in_future": N_("The job's record ends {seconds} seconds from now. Is the cluster's clock right?"),
    "usage_too_long": N_(
        "The job's record tells of {seconds} seconds of use, but only {most} lie between its start and its end."
    ),
    "usage_no_end": N_("The job has ended ({state}), but its record has no end."),
    "usage_not_running": N_(
        "The job's record is open ({state}), but the cluster does not know the job any more. It is charged once the"
        " record is mended."
    ),
    "usage_share_missing": N_("The settings do not say what part of a GPU {type} counts as."),
    "sacct_heading": N_("The answer of sacct lacks columns: {missing}"),
    "usage_cursor": N_("This does not say how far use has been read: {cursor}"),
    # refusals
    "sandbox_unavailable": N_("Jobs are switched off here because they cannot be shut in: {why}"),
    "larger_than_account_wall": N_("A job of this award may run at most {limit} seconds; this one asks {needs}."),
    "key_reused": N_("Another job has already been submitted under the same key."),
    "input_differs": N_("The file {path} is not the one that was announced: its content differs."),
    "input_missing": N_("The file {path} could not be read."),
    "no_such_layer": N_("The software {layer} is not, or no longer, kept on this machine."),
    "software_unfit": N_("The folder {folder} is not there, or jobs must not see it."),
    "image_there": N_("The folder {folder} is there already. Name a new one, or remove it first."),
    "image_format": N_(
        "{file} is no OCI image in a folder or a tar archive. Write one with: podman save --format oci-archive, or"
        " skopeo copy … oci-archive:…"
    ),
    "image_damaged": N_("The image is damaged: {part} is missing, was cut off, or is not what its digest says."),
    "image_machine": N_("The image is for other machines ({found}); this one is {wanted}."),
    "image_several": N_("The archive holds several images. Save only the one that jobs shall have."),
    "image_packing": N_("A layer of the image is packed in a way that is not read here ({kind}). Save it with gzip."),
    "image_path": N_("The image holds a path that leads out of it or cannot be written: {path}"),
    "image_large": N_("Unpacked, the image takes more than {most_mb} MiB."),
    "image_programs": N_(
        "Images cannot be run on this machine: {program} is missing, or is no program of the GNU C library."
    ),
    "image_many_files": N_("The image holds more than {most} files."),
    "no_such_job": N_("There is no such job."),
    "no_such_output": N_("The job left no such file: {path}"),
    "job_not_ended": N_("The job's files can be fetched once it has ended."),
    "job_field_missing": N_("Please fill in {field}."),
    "job_field_out_of_range": N_("{field} must be at least {least}."),
    "nodes_uneven": N_("{given} {field} cannot be shared out evenly among {nodes} nodes."),
    "one_machine": N_("Jobs run on one machine here, so that none can be spread over {nodes} nodes."),
    "checkpoint_too_early": N_(
        "The signal {seconds} seconds before its end would come before the job starts: it may run {limit} seconds."
    ),
    "job_command_unfit": N_("The command is empty, too long (at most {most} bytes) or holds a zero byte."),
    "job_environment_unfit": N_(
        "{name} cannot be the name of an environment variable, or its value holds a zero byte."
    ),
    "job_option_not_here": N_("This cluster does not take the option “{field}” of a job."),
    "job_path_unsafe": N_("The file name {path} is not allowed: it must lie within the job's folder."),
    "job_path_twice": N_("The file name {path} is used twice."),
    # the sandbox
    "sandbox_works": N_("Each job runs shut in, with its own folder only."),
    "sandbox_missing": N_("{program} is not installed (Debian and Ubuntu: apt install {package})."),
    "sandbox_fails": N_("bubblewrap does not work on this machine: {detail}"),
    "guard_calls": N_("A filter keeps jobs from what they never need to ask of the system."),
    "guard_calls_weak": N_(
        "There is no filter of system calls for this kind of processor; namespaces alone hold jobs."
    ),
    "guard_memory": N_("The system keeps all processes of a job together to its memory."),
    "guard_memory_weak": N_(
        "A job's memory is bounded for each of its processes, not for all of them together. Give the service control"
        " groups of its own: Delegate=memory cpuset pids in its systemd unit."
    ),
    "guard_cpuset": N_("The system keeps a job to its cores."),
    "guard_cpuset_weak": N_(
        "A job is put on its cores but can leave them. Give the service control groups of its own: Delegate=memory"
        " cpuset pids in its systemd unit."
    ),
    "guard_pids": N_("The system counts the processes of each job by itself."),
    "guard_pids_weak": N_(
        "The number of processes is bounded for each user of this machine, not for each job. Give the service control"
        " groups of its own: Delegate=memory cpuset pids in its systemd unit."
    ),
    **reasons.SENTENCES,
    **slurm.SENTENCES,
}


def sentence(code: str, facts: Facts, language: str) -> str:
    """The sentence for a code, in English (``en``) or Korean (``ko``), with its facts set in; KeyError if unknown.

    The facts ``resource`` and ``field`` are named in words; ``why`` is itself a code, and becomes its sentence.
    """
    catalogue = translation(language)
    shown = dict(facts)
    for name in ("resource", "field"):
        if name in shown:
            shown[name] = _words(catalogue).get(str(shown[name]), shown[name])
    if shown.get("why"):
        shown["why"] = sentence(str(shown.pop("why")), {**facts, "why": ""}, language)
    return " ".join(catalogue.gettext(SENTENCES[code]).format_map(shown).split())


def _words(catalogue: NullTranslations) -> dict[str, str]:
    return {
        "gpus": catalogue.pgettext("of a job", "GPUs"),
        "cores": catalogue.pgettext("of a job", "cores"),
        "memory_mb": catalogue.pgettext("of a job", "MiB of memory"),
        "priority": catalogue.pgettext("of a job", "priority"),
        "checkpoint_seconds": catalogue.pgettext("of a job", "seconds between the signal to save and the end"),
        "held": catalogue.pgettext("of a job", "hold"),
        "requeue": catalogue.pgettext("of a job", "run again"),
        "wall_seconds": catalogue.pgettext("of a job", "running time in seconds"),
        "nodes": catalogue.pgettext("of a job", "nodes"),
        "jobs": catalogue.pgettext("of a job", "jobs"),
        "billing": catalogue.pgettext("of a job", "charged units"),
        "energy": catalogue.pgettext("of a job", "energy"),
        "licences": catalogue.pgettext("of a job", "software licences"),
        "burst_buffer": catalogue.pgettext("of a job", "fast storage"),
        "further": catalogue.pgettext("of a job", "other resources"),
        "key": catalogue.pgettext("of a job", "key"),
        "account": catalogue.pgettext("of a job", "award"),
        "name": catalogue.pgettext("of a job", "name"),
        "gpu_type": catalogue.pgettext("of a job", "type of GPU"),
    }

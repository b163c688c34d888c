"""What refusals, states and labels of jobs read as."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "award_not_in_force": N_("This award is not in force: nothing runs within it."),
    "award_not_now": N_("This award runs from {starts_on} until before {ends_on}."),
    "job_amount": N_("{field} must be from {low} to {high}, not {given}."),
    "job_command": N_("The command is empty or its quotes do not close."),
    "job_name": N_("Give the job a name of at most 100 characters."),
    "job_path": N_("{path} cannot be the path of a file in the job's folder."),
    "job_too_many_files": N_("A job takes at most {most} files. Pack them into an archive."),
    "job_pool": N_("This award has nothing in that pool, or jobs do not run there."),
    "job_key_reused": N_("Another job was already submitted with this key."),
    "jobs_off": N_("Jobs are switched off here: {why}"),
}
INPUT = frozenset({"job_amount", "job_command", "job_name", "job_path", "job_too_many_files", "job_pool"})
STATES = {
    "accepted": N_("accepted"),
    "waiting": N_("waiting"),
    "running": N_("running"),
    "succeeded": N_("succeeded"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "timed_out": N_("stopped at its time limit"),
    "lost": N_("lost"),
    "refused": N_("refused"),
}

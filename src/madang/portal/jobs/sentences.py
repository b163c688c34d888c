"""What refusals, states and labels of jobs read as."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "part_used_up": N_("Your part of this award is {hours} hours; with this job you would hold or have used {spent}."),
    "award_not_in_force": N_("This award is not in force: nothing runs within it."),
    "award_not_now": N_("This award runs from {starts_on} until before {ends_on}."),
    "job_gpus": N_("A job in this pool takes from {low} to {high} GPUs, not {given}."),
    "job_cores": N_("A job takes from {low} to {high} cores, not {given}."),
    "job_memory_mb": N_("A job takes from {low} to {high} MiB of memory, not {given}."),
    "job_wall_seconds": N_("A job runs for {low} to {high} seconds at most, not {given}."),
    "job_nodes": N_("A job is spread over {low} to {high} nodes, not {given}."),
    "job_nodes_uneven": N_("{nodes} nodes cannot give equal parts of {gpus} GPUs and {cores} cores."),
    "job_one_node": N_("Jobs run on one machine here, so that none can be spread over {given} nodes."),
    "job_command": N_("The command is empty or its quotes do not close."),
    "job_name": N_("Give the job a name of at most 100 characters."),
    "job_path": N_("{path} cannot be the path of a file in the job's folder."),
    "job_too_many_files": N_("A job takes at most {most} files. Pack them into an archive."),
    "job_pool": N_("This award has nothing in that pool, or jobs do not run there."),
    "job_key_reused": N_("Another job was already submitted with this key."),
    "job_files_unpaired": N_("Each file needs one path: {files} files came with {paths} paths."),
    "job_priority": N_("A priority lies between {low} and {high}; {given} does not."),
    "job_elements": N_("An array has from {low} to {high} jobs, not {given}."),
    "job_checkpoint_seconds": N_("The signal to save comes from {low} to {high} seconds before the end, not {given}."),
    "job_array_too_large": N_(
        "An array's jobs times their files, or times the jobs that they wait for, may be at most {most}. "
        "Pack the files into an archive, or make the array smaller."
    ),
    "job_after": N_("A job can only wait for jobs of its own award."),
    "job_steering": N_("What runs the jobs here cannot hold waiting jobs back or change their order."),
    "job_file_differs": N_("{path} did not arrive as it was sent, or changed on the way. Please submit again."),
    "job_cleared": N_("The files of this job were destroyed, so it cannot be repeated. Submit it anew with its files."),
    "job_builds": N_("A job that builds an environment is not repeated. Build the environment again instead."),
    "job_log_gone": N_("The machine no longer keeps the log of this job."),
    "job_output_gone": N_("The file {path} cannot be fetched: {why}"),
    "jobs_off": N_("Jobs are switched off here: {why}"),
    "job_template_named": N_(
        "Your organisation already has a template with this name. Give it another, or change that one."
    ),
    "job_templates_full": N_("An organisation keeps at most {most} templates. Delete one that is no longer used."),
    "job_not_idle": N_("This job is not about to be stopped, so there is nothing to put off."),
    "job_kept_already": N_("The end of this job was put off already. It goes on if it uses what it holds."),
}
INPUT = frozenset(
    {
        "job_gpus",
        "job_cores",
        "job_memory_mb",
        "job_wall_seconds",
        "job_nodes",
        "job_nodes_uneven",
        "job_one_node",
        "job_command",
        "job_name",
        "job_path",
        "job_too_many_files",
        "job_pool",
        "job_files_unpaired",
        "job_priority",
        "job_elements",
        "job_checkpoint_seconds",
        "job_array_too_large",
        "job_after",
        "job_file_differs",
    }
)
MAILS = {
    "job_idle": (
        N_("Your job {job} does next to nothing"),
        N_(
            "The job “{name}” ({job}) of the award {award} has done next to nothing for {idle}. What it holds goes "
            "on being charged and is kept from others. Look at its page at {centre}, and cancel it if it waits for "
            "nothing."
        ),
    ),
    "job_idle_stops": (
        N_("Your job {job} does next to nothing and will be stopped"),
        N_(
            "The job “{name}” ({job}) of the award {award} has done next to nothing for {idle}. It will be stopped at "
            "{until} unless it uses what it holds before then. If you still need it, say so on its page at {centre}: "
            "that puts its end off once."
        ),
    ),
    "job_idle_stopped": (
        N_("Your job {job} was stopped"),
        N_(
            "The job “{name}” ({job}) of the award {award} had done next to nothing for {idle} and was stopped, as you "
            "were told before. What it left can be fetched from its page at {centre}; what it did not use of its time "
            "is given back."
        ),
    ),
    "job_files_due": (
        N_("Results of your jobs will be destroyed"),
        N_(
            "What {count} of your jobs left (results, log, input files) will be destroyed {days} days from now or "
            "later. Fetch what you still need from the jobs' pages at {centre}. What they used and cost stays on "
            "record."
        ),
    ),
}
STATES = {
    "accepted": N_("Received"),
    "waiting": N_("In the queue"),
    "running": N_("Under way"),
    "succeeded": N_("Ended well"),
    "failed": N_("Ended with an error"),
    "cancelled": N_("Cancelled on request"),
    "timed_out": N_("Stopped at its time limit"),
    "lost": N_("Lost by the machine"),
    "refused": N_("Not taken by the machine"),
    "idle_stopped": N_("Stopped because it did nothing"),
    "award_over": N_("Ended with its award"),
    "booking_ended": N_("Ended with its booking"),
    "job_before_failed": N_("Not started: a job before it did not end well"),
}
NEEDS = {
    "waits": N_("It waits for data, for another job or for somebody"),
    "unseen": N_("It works in a way that is not measured here"),
    "soon": N_("I am about to use it"),
}
REASONS = {
    "idle_stopped": N_("The job had done next to nothing and was stopped at the time that was announced."),
    "": N_("The job has been received and will be handed to the machine in a moment."),
    "cancelled": N_("The job was cancelled before it was handed to the machine."),
    "award_over": N_("The award is no longer in force, so the job was not started, or was ended."),
    "booking_ended": N_("The booking that the job started with is over, so the job was ended."),
    "environment_folder": N_("The environment {folder} is no longer on the operator's shelf."),
    "environment_changed": N_("The image {folder} on the operator's shelf is another one than was offered."),
    "environment_no_packages": N_("The centre's folder of packages is gone."),
    "switched_off": N_("the centre has switched them off."),
}

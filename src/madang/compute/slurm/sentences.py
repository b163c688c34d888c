"""The sentences for what this part refuses when it brings awards to a Slurm cluster."""

from __future__ import annotations

from madang.compute.slurm.reasons import N_

SENTENCES: dict[str, str] = {
    "slurm_mark": N_("{mark} cannot mark the centre's accounts: use 2 to 12 small letters and digits, a letter first."),
    "slurm_name": N_("{name} cannot be part of an account's name in Slurm: use small letters, digits, - and _."),
    "slurm_user": N_("Jobs cannot run as the Unix user {user}: it is one of the system's own, or no user's name."),
    "slurm_node": N_("{node} is no name of a node: write each node's own name, with commas between them."),
    "slurm_award_twice": N_("The award {award} was named twice."),
    "slurm_kind_twice": N_("The award {award} names the resource {kind} twice."),
    "slurm_thresholds": N_("The limits must rise: notice at {notice} %, low priority at {low} %, stop at {stop} %."),
    "slurm_window": N_("The award has {months} months, and month {month} was asked for; amounts must not be negative."),
    "slurm_host": N_("{host} cannot be the name of a head node."),
    "slurm_command_missing": N_("The program {command} is not installed here. It belongs to Slurm."),
    "slurm_answer": N_("Slurm's {command} answered with a line that cannot be read: {line}"),
    "slurm_said_no": N_("Slurm's {command} refused: {said}"),
    "slurm_step_refused": N_("Slurm refused the step “{step}”: {said}"),
}

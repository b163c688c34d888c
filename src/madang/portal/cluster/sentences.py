"""What people read about the cluster: refusals, what became of a line of an import, what hands changed, faults."""

from django.utils.translation import gettext_noop as N_

from madang.compute.slurm.sentences import SENTENCES as OF_SLURM

REFUSALS = {
    "unix_users_line": N_("Line {line} is not an e-mail address and a Unix user with a comma between them."),
    "unix_users_many": N_("At most {most} lines can be read at once."),
    "unix_users_faulty": N_("{faults} lines have a fault. Nothing was saved."),
    "cluster_accounts_line": N_("Line {line} is not an account of the cluster and an award's number with a comma."),
    "cluster_accounts_faulty": N_("{faults} lines have a fault. Nothing was saved."),
    "cluster_stop": N_("An award is stopped at {least} to {most} per cent of what was granted."),
    "cluster_borrow": N_("At most {most} per cent of the next month can be used ahead."),
    "cluster_nodes_needed": N_("Name the nodes that are kept for this award."),
    "cluster_nodes_many": N_("At most {most} nodes can be kept for one award."),
    "cluster_node_taken": N_("The node {node} is kept for the award {award} in the same months."),
    "cluster_none": N_("Jobs of this centre do not run on a Slurm cluster."),
    "cluster_nothing_to_do": N_("The cluster has all that the awards should have there. There is nothing to apply."),
    "cluster_change_goes_on": N_("A change to the cluster is going on. Wait until it has ended."),
    **OF_SLURM,
}
INPUT = frozenset(
    {
        *("unix_users_line", "unix_users_many", "unix_users_faulty", "cluster_accounts_line"),
        *("cluster_accounts_faulty", "cluster_stop", "cluster_borrow", "cluster_nodes_needed", "cluster_nodes_many"),
        *("cluster_node_taken", "slurm_node"),
    }
)

FATES = {
    "new": N_("New"),
    "changed": N_("Gets another user"),
    "same": N_("Stays as it is"),
    "unknown_person": N_("Nobody with this address has an account here"),
    "unfit_name": N_("Not a name that jobs may run under"),
    "name_taken": N_("This user is another person's"),
    "twice": N_("Named twice in this list"),
    "unknown_award": N_("No award of this number was accepted or is in force"),
    "unfit_account": N_("Not a name that an account of the cluster can have"),
    "own_account": N_("This account is the centre's own, and is metered anyway"),
}
# what somebody did on the cluster itself, and what applying would put back
HAPPENED = {
    "missing": N_("Taken away by hand; applying brings it back"),
    "changed": N_("Changed by hand; applying sets it back"),
    "added": N_("Added by hand; applying shuts it"),
}
HOLDS = {
    "cap": N_("Never more at once than awarded"),
    "target": N_("More while others leave it idle"),
    "nodes": N_("Never more at once than awarded, on nodes kept for it"),
    "pool": N_("What its class holds together, shared by need"),
}
STAGES = {
    "open": N_("Within its means"),
    "noticed": N_("Nearly used up"),
    "low": N_("Used up: its jobs wait behind all others"),
    "closed": N_("Used up: nothing more starts"),
}
AWAY = N_("The cluster does not answer: {said}")
CHANGES = {
    "asked": N_("Going on"),
    "ended": N_("Applied"),
    "failed": N_("Failed"),
    "outdated": N_("Not begun: the cluster or the awards had changed meanwhile"),
}

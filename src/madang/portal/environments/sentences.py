"""What refusals, states and kinds of environments read as."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "environment_code": N_("A code has small letters, digits and hyphens, at most 50 of them."),
    "environment_code_taken": N_("The code {taken} is already in use."),
    "environment_name": N_("Give the environment a name of at most 80 characters."),
    "environment_folder": N_("There is no Python environment or image {folder} on the operator's shelf."),
    "environment_changed": N_("The image {folder} on the operator's shelf is another one than was offered."),
    "environment_no_base": N_("Nothing can be built on {named}: an environment is built on a prepared Python."),
    "environment_unknown": N_("There is no environment {named} that a job of this award could use."),
    "environment_not_here": N_("Jobs run on machines here that take no environments from the catalogue."),
    "environment_no_packages": N_(
        "The centre has set up no packages from which an environment could be built. Please ask the centre."
    ),
    "lock_empty": N_("The lock file names no package, or is longer than {most} bytes."),
    "lock_line": N_(
        "Each package needs its exact version and hash (name==1.0 --hash=sha256:…), and nothing else may stand in the "
        "lock file: {line}"
    ),
}
INPUT = frozenset(
    {
        "environment_code",
        "environment_name",
        "environment_folder",
        "environment_no_base",
        "environment_unknown",
        "lock_empty",
        "lock_line",
    }
)
STATES = {
    "building": N_("Being built"),
    "ready": N_("Ready"),
    "failed": N_("Could not be built"),
    "withdrawn": N_("Withdrawn"),
}

"""What refusals about the installation read as."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "database_newer": N_("The database belongs to a newer version of Madang (it has {step}). Install that version."),
    "database_older": N_("The database lacks {count} steps of this version, first {step}. Run: madang upgrade"),
    "upgrade_failed": N_(
        "A step of the upgrade failed: {why}. The database is as it was before; the back-up is {archive}."
    ),
    "home_not_empty": N_("{home} already holds a centre. Restore into an empty home."),
    "archive_unreadable": N_("The archive cannot be read: {why}."),
    "archive_damaged": N_("The archive is damaged: {name} does not have the content that its manifest promises."),
    "archive_other_version": N_(
        "The archive was made by version {theirs}; this is {ours}. Restore with that version, then upgrade."
    ),
    "database_tool_missing": N_(
        "{tool} is needed for a PostgreSQL database and was not found. Install postgresql-client."
    ),
    "database_tool_failed": N_("{tool} failed: {why}"),
    "port_in_use": N_("Port {port} on {host} is in use. Stop what listens there, or choose another with --port."),
    "centre_running": N_("This centre is running (process {process}). Stop it first."),
}
INPUT: frozenset[str] = frozenset()

"""The words of files: why one was not kept."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "file_empty": N_("{name} is empty."),
    "file_too_large": N_("{name} is larger than {limit_mb} MB."),
    "file_type_lies": N_("{name} is not what its name says: its content is {found}."),
    "file_type_unknown": N_(
        "The content of {name} cannot be recognised. It may be damaged or protected by a password."
    ),
    "file_type_not_allowed": N_("{name} is of a kind that is not accepted here. Accepted are {allowed}."),
    "file_not_cleanable": N_(
        "Reviewers of this call do not see who applies, but the names that {name} carries cannot be taken out. It "
        "may be damaged, protected by a password or hold embedded objects. Save it as PDF and attach that."
    ),
    "file_has_macros": N_("{name} holds a macro. Please save it without macros."),
    "archive_bomb": N_("{name} would grow beyond measure when unpacked."),
    "archive_escapes": N_("{name} holds an entry that leads out of its folder: {member}"),
    "table_not_readable": N_("This file is not text that can be read. Save it as CSV or XLSX and try again."),
    "workbook_not_readable": N_("This workbook cannot be read. Save it as XLSX again, without a password."),
    "disk_full": N_(
        "The centre's disk is full, so the file was not kept. Please tell the centre; nothing else was lost."
    ),
}

INPUT = frozenset(
    {
        "table_not_readable",
        "workbook_not_readable",
        "file_empty",
        "file_too_large",
        "file_type_lies",
        "file_type_unknown",
        "file_type_not_allowed",
        "file_has_macros",
        "file_not_cleanable",
        "archive_bomb",
        "archive_escapes",
    }
)

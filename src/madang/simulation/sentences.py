"""The sentences of the simulation, in English and Korean: what is refused, what became of rows, lengths of time."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import NullTranslations

from madang.catalogues import translation
from madang.errors import Refused
from madang.simulation.reading import Reading


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Marks a text for the catalogues."""
    return text


REFUSALS: dict[str, str] = {
    "trace_unreadable": N_("{file} cannot be read: {why}"),
    "trace_unwritable": N_("{file} cannot be written: {why}"),
    "trace_heading": N_("{file} has no heading with the columns that this format needs: {missing}"),
    "trace_field": N_("This format has no column {field}; it has {known}."),
    "trace_empty": N_("No job is left in {file}."),
    "trace_column": N_("Job {job}: {column} cannot be {value}."),
    "trace_lengths": N_("Column {column} has {length} entries; the trace has {expected} jobs."),
    "trace_too_short": N_("The trace spans too little time for this ({jobs} jobs)."),
    "figures_invalid": N_("The figures cannot be used: {field}: {fault}."),
    "cluster_file": N_("The cluster in {file} cannot be used: {field}: {fault}."),
    "policy_file": N_("The policy in {file} cannot be used: {field}: {fault}."),
    "policy_unknown": N_("There is no policy {name}; there are {known}, and files."),
    "policy_combination": N_("A policy cannot have both {one} and {other}."),
    "policy_value": N_("A policy's {field} cannot be {value}."),
    "zone_unknown": N_("There is no time zone {zone}."),
    "job_too_large": N_("Job {job} asks for {gpus} GPUs and {processors} processors, more than the cluster has."),
    "engine_missing": N_("This engine needs {engine}, which is not installed."),
    "trace_too_long": N_("The trace is too long to be simulated: {jobs} jobs, {seconds} seconds."),
    "days_invalid": N_("A trace of {days} days cannot be invented."),
    "parquet_missing": N_("{file}: Parquet needs pyarrow, which is not installed. CSV is always possible."),
}
FAULTS: dict[str, str] = {
    "cannot_be_read": N_("it cannot be read"),
    "choice": N_("this is none of the choices"),
    "length": N_("it has another number of entries than it needs"),
    "missing": N_("it is missing"),
    "not_a_list": N_("it is no list of tables"),
    "not_a_period": N_("its end does not lie after its beginning"),
    "not_a_table": N_("it is no table"),
    "not_positive": N_("it must be above zero"),
    "not_true_or_false": N_("it must be true or false"),
    "nothing_in_it": N_("there is nothing in it"),
    "number": N_("it is no number that can be used here"),
    "out_of_range": N_("it is out of range"),
    "shape": N_("a size lacks something or cannot be"),
    "text": N_("it is no text"),
    "twice": N_("it occurs twice"),
    "unknown": N_("nothing of this name is known"),
    "wrong_type": N_("it is of the wrong type"),
}
RULES: dict[str, str] = {
    "account_unknown": N_("account {value} is not in the table of classes"),
    "columns": N_("it has {value} columns, another number than the file's"),
    "csv": N_("it is no row of CSV ({value})"),
    "end_before_start": N_("the job ends before it starts ({column} {value})"),
    "fits_no_node": N_("job {value} fits on no nodes of the cluster, by its type of GPU, its memory or its cores"),
    "larger_than_cluster": N_("the job asks for {value} {column}, more than the cluster has"),
    "negative_amount": N_("{column} is below zero ({value})"),
    "negative_time": N_("{column} is below zero or not known ({value})"),
    "no_processors": N_("the job has neither processors nor GPUs"),
    "not_a_number": N_("{column} is no whole number: {value}"),
    "not_a_time": N_("{column} is no time: {value}"),
    "out_of_order": N_("the job was submitted before the line above ({column} {value})"),
    "overlapping": N_("this time of the job is in a line above already ({column} {value})"),
    "start_before_submit": N_("the job starts before it was submitted ({column} {value})"),
    "too_large": N_("{column} is too large: {value}"),
    "truncated": N_("the compressed file breaks off or is damaged here"),
}
COUNTS: dict[str, str] = {
    # bad rows that were skipped
    "account_unknown": N_("{n} rows skipped: account not in the table of classes"),
    "columns": N_("{n} rows skipped: wrong number of columns"),
    "csv": N_("{n} rows skipped: no CSV"),
    "end_before_start": N_("{n} rows skipped: end before start"),
    "fits_no_node": N_("{n} rows skipped: no nodes of the cluster hold them"),
    "larger_than_cluster": N_("{n} rows skipped: larger than the cluster"),
    "negative_amount": N_("{n} rows skipped: an amount below zero"),
    "negative_time": N_("{n} rows skipped: a time below zero or not known"),
    "no_processors": N_("{n} rows skipped: neither processors nor GPUs"),
    "not_a_number": N_("{n} rows skipped: a number that is none"),
    "not_a_time": N_("{n} rows skipped: a time that is none"),
    "out_of_order": N_("{n} rows skipped: out of the order of submission"),
    "overlapping": N_("{n} rows skipped: time of a job that is in the file twice"),
    "start_before_submit": N_("{n} rows skipped: start before submission"),
    "too_large": N_("{n} rows skipped: a number beyond all bounds"),
    "truncated": N_("the compressed file breaks off; what follows is missing"),
    # right rows that are no job that ran
    "step": N_("{n} rows left out: steps of jobs"),
    "never_ran": N_("{n} rows left out: jobs that never ran"),
    "not_ended": N_("{n} rows left out: jobs that had not ended"),
    # jobs with something put in
    "under_a_second": N_("{n} jobs took less than a second and count as one second"),
    "no_limit": N_("{n} jobs state no wall limit; what was chosen, else their run time, stands for it"),
    "no_account_column": N_("{n} jobs have no account, as the file has no such column; all count as one"),
    "no_gpu_column": N_("{n} jobs may have had GPUs, which the file has no column for; they count with none"),
    "tres_unknown": N_("{n} jobs held resources that --gpu-tres does not name; they do not count"),
    "id_again": N_("{n} jobs carry an id that came before; each counts as a job"),
    "one_second": N_("{n} jobs that never ran count as jobs of one second"),
    "part_of_a_core": N_("{n} jobs asked for part of a core and count with a whole one"),
    "part_of_a_gpu": N_("{n} jobs asked for part of a GPU and count with a whole one"),
    "several_gpu_types": N_("{n} jobs may use several types of GPU and count as naming none"),
    "submission_unknown": N_("{n} jobs have no time of submission; their first start stands for it"),
}


def refusal(refused: Refused, language: str) -> str:
    """Why something was refused, in "en" or "ko"; a code of another library stays as it is."""
    words = translation(language)
    if refused.code == "trace_row":
        facts = refused.facts
        why = words.gettext(RULES[str(facts["rule"])]).format(**facts)
        return words.gettext(N_("{file}, line {line}: {why}.")).format(file=facts["file"], line=facts["line"], why=why)
    known = REFUSALS.get(refused.code)
    if not known:
        return str(refused)
    rule = str(refused.facts.get("rule", ""))
    fault = words.gettext(FAULTS[rule]) if rule in FAULTS else rule
    return words.gettext(known).format(**(dict(refused.facts) | {"fault": fault}))


def notes(reading: Reading, language: str) -> Iterator[str]:
    """One sentence for each kind of row that was not taken as it stood, with its first line."""
    words = translation(language)
    for counts in (reading.skipped, reading.left_out, reading.adjusted):
        for rule, count in sorted(counts.items()):
            said = words.gettext(COUNTS[rule]).format(n=f"{count:,}")
            yield words.gettext(N_("{note} (first in line {line}).")).format(note=said, line=reading.first[rule])


def duration(seconds: float, language: str) -> str:
    """A length of time in its two largest units: ``2 d 3 h``, ``3 h 20 min``, ``5 min 9 s``, ``42 s``."""
    words = translation(language)
    sign, whole = ("-" if seconds < -0.5 else ""), round(abs(seconds))
    if whole >= 86_400:
        return sign + _said(N_("{a} d {b} h"), whole // 86_400, whole % 86_400 // 3600, words)
    if whole >= 3600:
        return sign + _said(N_("{a} h {b} min"), whole // 3600, whole % 3600 // 60, words)
    if whole >= 60:
        return sign + _said(N_("{a} min {b} s"), whole // 60, whole % 60, words)
    return sign + words.gettext(N_("{a} s")).format(a=whole)


def round_duration(seconds: int, language: str) -> str:
    """A whole number of days, hours, minutes or seconds, as a mark on an axis bears it."""
    gettext = translation(language).gettext
    for unit, text in ((86_400, N_("{a} d")), (3600, N_("{a} h")), (60, N_("{a} min"))):
        if seconds >= unit:
            return gettext(text).format(a=seconds // unit)
    return gettext(N_("{a} s")).format(a=seconds)


def _said(text: str, first: int, second: int, words: NullTranslations) -> str:
    return words.gettext(text).format(a=f"{first:,}", b=second)

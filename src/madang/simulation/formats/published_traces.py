"""Reads published GPU traces as CSV: Microsoft's Philly and Alibaba's of 2023."""

from __future__ import annotations

from pathlib import Path

from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices, Draft
from madang.simulation.formats.tables import Gathered, Row, each, only, span, table

PHILLY = ("timestamp", "duration", "num_gpus")
ALIBABA = ("name", "cpu_milli", "num_gpu", "creation_time", "deletion_time", "scheduled_time")


def read_philly(path: Path, choices: Choices, tally: Tally) -> Draft:
    """Microsoft's Philly (Jeon et al., USENIX ATC'19) as ``timestamp,duration,num_gpus,…,cluster``.

    The timestamp is taken for the submission; jobs are numbered by their line; the account is the virtual cluster.
    Nothing is stated of cores, memory or limits.
    """
    only(choices.chosen, ("cluster",))
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        numbers = {
            "submit": row.instant("timestamp", choices.zone),
            "run": row.whole("duration"),
            "gpus": row.whole("num_gpus"),
        }
        gathered.add(line, str(line), numbers, {"account": row["cluster"], "share_class": row[choices.class_field]})

    each(table(path, tally, required=(*PHILLY, *choices.chosen)), take, tally)
    return gathered.draft()


def read_alibaba(path: Path, choices: Choices, tally: Tally) -> Draft:
    """Alibaba's cluster trace of GPU pods of 2023 (Weng et al., USENIX ATC'23), ``openb_pod_list_*.csv``.

    A part of a core or of a GPU becomes a whole one, and is counted; a pod that may use several types of GPU is taken
    to name none, and is counted; pods that were never scheduled are left out and counted. Accounts: `account_field`
    ``qos`` or ``pod_phase``, else one for all.
    """
    only(choices.chosen, ("qos", "pod_phase", "gpu_spec"))
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        if not row["scheduled_time"]:
            tally.leave_out("never_ran", line)
            return
        submit, milli, gpus = row.whole("creation_time"), row.amount("cpu_milli"), row.amount("num_gpu")
        kind = row["gpu_spec"]
        numbers = {
            "submit": submit,
            "run": span(row.whole("scheduled_time"), row.whole("deletion_time"), submit),
            "processors": -(-milli // 1000),
            "gpus": gpus,
            "memory_mb": row.amount("memory_mib", otherwise=0),
        }
        names = {"account": row[choices.account_field], "share_class": row[choices.class_field], "qos": row["qos"]}
        gathered.add(line, row["name"], numbers, names | {"gpu_type": kind if "|" not in kind else ""})
        for rule, so in (
            ("part_of_a_core", milli % 1000 > 0),
            ("part_of_a_gpu", gpus == 1 and row.whole("gpu_milli", otherwise=1000) < 1000),
            ("several_gpu_types", "|" in kind),
        ):
            if so:
                tally.adjust(rule, line)

    each(table(path, tally, required=(*ALIBABA, *choices.chosen)), take, tally)
    return gathered.draft()

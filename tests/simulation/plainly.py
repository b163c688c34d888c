"""Scheduling straight from the definitions, slow and without a shortcut: what the engines are held against."""

from dataclasses import dataclass


@dataclass
class Job:
    """A job of a made-up trace; `submit`, `run` (at most `estimate`) and `estimate` in seconds."""

    submit: int
    run: int
    estimate: int
    needed: int


def easy(jobs, capacity, *, key=lambda row, job: row, backfill=True):
    """Starts by EASY backfill, one pass an instant: a job may overtake if the head starts no later for it."""
    start, running, waiting, coming = {}, {}, [], 0
    while coming < len(jobs) or running:
        now = min([job.submit for job in jobs[coming : coming + 1]] + [start[row] + jobs[row].run for row in running])
        running = {row: job for row, job in running.items() if start[row] + job.run > now}
        while coming < len(jobs) and jobs[coming].submit == now:
            waiting.append(coming)
            coming += 1
        waiting.sort(key=lambda row: key(row, jobs[row]))
        for row in list(waiting):
            if not fits(jobs, running, jobs[row].needed, capacity):
                continue
            ahead = [other for other in waiting if key(other, jobs[other]) < key(row, jobs[row])]
            if ahead and not backfill:
                break
            if ahead:
                before = promised(jobs, start, running, jobs[ahead[0]], capacity, now)
                added = running | {row: jobs[row]}
                if promised(jobs, start | {row: now}, added, jobs[ahead[0]], capacity, now) > before:
                    continue
            start[row] = now
            running[row] = jobs[row]
            waiting.remove(row)
    return [start[row] for row in range(len(jobs))]


def fits(jobs, running, needed, capacity):
    return needed + sum(jobs[row].needed for row in running) <= capacity


def promised(jobs, start, running, head, capacity, now):
    """When the head could start if every running job took all of its estimate."""
    for when in sorted({now} | {start[row] + jobs[row].estimate for row in running}):
        left = [row for row in running if start[row] + jobs[row].estimate > when]
        if fits(jobs, left, head.needed, capacity):
            return when
    raise AssertionError("larger than the machine")


def conservative(jobs, capacity):
    """Starts by conservative backfill; waiting jobs move at instants with ends, if any ended early or moved before."""
    reserved, ended, coming, unsettled = {}, set(), 0, False
    while coming < len(jobs) or len(ended) < len(jobs):
        moments = [job.submit for job in jobs[coming : coming + 1]]
        moments += [start + jobs[row].run for row, start in reserved.items() if row not in ended]
        now = min(moments)
        over = [row for row, start in reserved.items() if row not in ended and start + jobs[row].run == now]
        unsettled = unsettled or any(jobs[row].run < jobs[row].estimate for row in over)
        ended |= set(over)
        if over and unsettled:
            unsettled = False
            for row in sorted(reserved):
                if reserved[row] > now:
                    others = {other: at for other, at in reserved.items() if other != row}
                    found = earliest(jobs, others, ended, jobs[row], capacity, now)
                    unsettled = unsettled or found < reserved[row]
                    reserved[row] = found
        while coming < len(jobs) and jobs[coming].submit == now:
            reserved[coming] = earliest(jobs, reserved, ended, jobs[coming], capacity, now)
            coming += 1
    return [reserved[row] for row in range(len(jobs))]


def earliest(jobs, reserved, ended, job, capacity, now):
    """The first instant from which the job fits for all of its estimate beside every reservation."""
    spans = [(at, at + (jobs[row].run if row in ended else jobs[row].estimate), jobs[row].needed)
             for row, at in reserved.items()]  # fmt: skip
    for when in sorted({now} | {end for _begin, end, _needed in spans if end > now}):
        points = [when] + [begin for begin, _end, _needed in spans if when < begin < when + job.estimate]
        if all(job.needed + sum(n for b, e, n in spans if b <= at < e) <= capacity for at in points):
            return when
    raise AssertionError("larger than the machine")

"""Reading on from a cursor: nothing twice, nothing lost, whatever comes late, is mended or is away."""

import os
import stat
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.accounting.metering import clock_second, seconds_charged
from madang.compute.slurm import usage
from madang.compute.slurm.commands import OnThisMachine
from madang.compute.slurm.cursor import Cursor, digest
from madang.compute.slurm.sacct import FIELDS
from madang.compute.slurm.slicing import Meter
from madang.compute.slurm.usage import usage_since
from madang.errors import Refused, Unavailable

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
SECOND = clock_second(NOW)
HOUR, DAY = 3600, 86_400
ANSWER = "[ -e {file}.away ] && echo 'Connection refused' >&2 && exit 1; cat {file}"


class Stand:
    """Programs of Slurm's names that print what lies in a file, or say that their daemon is away."""

    def __init__(self, folder):
        self.folder, self.rows = folder, {}
        for name in ("sacct", "squeue", "sdiag", "sacctmgr"):
            program = folder / name
            program.write_text(f"#!/bin/sh\n{ANSWER.format(file=folder / (name + '.txt'))}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.say("sacctmgr", "c\n")
        self.backlog(0)
        self.alive()
        self.write()
        self.commands = OnThisMachine({"PATH": f"{folder}:{os.environ['PATH']}"}, tries=1)

    def say(self, name, text):
        (self.folder / f"{name}.txt").write_text(text)

    def away(self, name, away=True):
        path = self.folder / f"{name}.txt.away"
        path.touch() if away else path.unlink()

    def backlog(self, count):
        self.say("sdiag", f"Agent queue size: 7\nDBD Agent queue size: {count}\n")

    def alive(self, *ids):
        self.say("squeue", "".join(f"{id}\n" for id in ids))

    def row(
        self,
        id,
        start,
        end=0,
        *,
        ran=None,
        suspended=0,
        state=None,
        tres="cpu=2,gres/gpu:h100=1,gres/gpu=1",
        account="lab",
    ):
        ran = (end or SECOND) - start - suspended if ran is None else ran
        ending = end or "Unknown"
        cells = (id, id, "c", account, "p", state or ("COMPLETED" if end else "RUNNING"), start, start, ending, ran)
        self.rows[id] = "|".join(
            map(str, (*cells, f"{suspended // 3600:02}:{suspended // 60 % 60:02}:{suspended % 60:02}", tres, ""))
        )
        self.write()

    def write(self):
        self.say("sacct", "\n".join(["|".join(FIELDS), *self.rows.values()]) + "\n")


@pytest.fixture
def stand(tmp_path):
    return Stand(tmp_path)


def meter(days=3, **given):
    return Meter(SEOUL, NOW - timedelta(days=days), **given)


def read(stand, cursor="", now=NOW, **given):
    return usage_since(stand.commands, cursor, meter(**given), now=now)


def keys(batch):
    return [piece.key.split(".")[0] for piece in batch.slices]


def test_what_was_read_is_not_given_again_until_something_is_new(stand):
    stand.row(1, SECOND - 900, SECOND - 600)
    first = read(stand)
    assert keys(first) == ["1"] and not first.more and first == read(stand)
    again = read(stand, first.cursor)
    assert (again.slices, again.cursor) == ([], first.cursor)
    stand.row(2, SECOND - 500, SECOND - 10)
    second = read(stand, first.cursor)
    assert "2" in keys(second) and read(stand, second.cursor).slices == []


def test_a_row_that_comes_late_is_found_within_the_hour(stand):
    stand.row(1, SECOND - 900, SECOND - 600)
    cursor = read(stand).cursor
    stand.row(2, SECOND - 9 * HOUR, SECOND - 8 * HOUR)
    assert keys(read(stand, cursor)) == []
    later = read(stand, cursor, NOW + timedelta(hours=1))
    assert keys(later) == ["2"]
    assert keys(read(stand, later.cursor, NOW + timedelta(hours=1))) == []


def test_a_mended_row_is_given_anew_so_that_the_book_can_refuse_it(stand):
    stand.row(1, SECOND - 900, SECOND - 600)
    first = read(stand)
    stand.row(1, SECOND - 900, SECOND - 700)
    second = read(stand, first.cursor)
    assert [piece.key for piece in second.slices] == [piece.key for piece in first.slices]
    assert seconds_charged(second.slices[0].period) == 200


@pytest.mark.parametrize("trouble", ["backlog", "away"])
def test_the_cursor_stays_while_the_controller_has_more_to_tell(stand, trouble):
    stand.row(1, SECOND - 900, SECOND - 600)
    cursor = read(stand).cursor
    stand.row(2, SECOND - 500, SECOND - 10)
    stand.backlog(3) if trouble == "backlog" else stand.away("sdiag")
    batch = read(stand, cursor, NOW + timedelta(days=2))
    assert keys(batch) == ["1", "2"] and batch.cursor == cursor and not batch.more
    stand.row(3, SECOND - 40 * HOUR, SECOND - 20 * HOUR)
    stand.backlog(0) if trouble == "backlog" else stand.away("sdiag", False)
    assert "3" in keys(read(stand, cursor, NOW + timedelta(days=2)))


def test_a_database_that_is_away_moves_nothing(stand):
    stand.away("sacct")
    with pytest.raises(Unavailable, match="Connection refused"):
        read(stand)
    stand.away("sacct", False)
    stand.say("sacct", "")
    with pytest.raises(Unavailable, match="heading"):
        read(stand)
    stand.write()
    stand.away("sacctmgr")
    with pytest.raises(Unavailable):
        read(stand, days=90)
    assert read(stand).slices == []


@pytest.mark.parametrize("hours", [1, 25])
def test_what_ended_while_the_database_was_away_for_hours_is_read_once_it_is_back(stand, hours):
    stand.row(1000, SECOND - 900, SECOND - 600)
    cursor = read(stand).cursor
    for n in range(hours * 2):
        stand.row(n, SECOND + n * 1800 - 100, SECOND + n * 1800)
    stand.away("sacct")
    later = NOW + timedelta(hours=hours)
    with pytest.raises(Unavailable):
        read(stand, cursor, later)
    stand.away("sacct", False)
    found = read(stand, cursor, later)
    assert sorted(set(map(int, keys(found))) - {1000}) == list(range(hours * 2)) and not found.more
    assert read(stand, found.cursor, later).slices == []


def test_whole_days_of_a_job_that_still_runs_are_given_and_again_when_it_ends(stand):
    midnight = clock_second(datetime(2026, 3, 9, 15, tzinfo=UTC))  # in Seoul, ahead of NOW
    start = midnight - 2 * HOUR
    stand.row(1, start)
    stand.alive("1")
    first = read(stand)
    assert [seconds_charged(piece.period) for piece in first.slices] == [2 * HOUR]
    assert read(stand, first.cursor).slices == []
    stand.row(1, start, SECOND)
    last = read(stand, first.cursor)
    assert (
        last.slices[0] == first.slices[0] and sum(seconds_charged(one.period) for one in last.slices) == SECOND - start
    )


def test_a_record_that_stays_open_after_its_job_is_gone_is_not_charged_but_told(stand):
    stand.row(1, SECOND - 2 * DAY)
    stand.row(2, SECOND - 2 * DAY, state="NODE_FAIL")
    stand.row(3, SECOND - 9, ran=9)
    batch = read(stand)
    assert (batch.slices, [(one.job, one.code) for one in batch.odd]) == (
        [],
        [("1", "usage_not_running"), ("2", "usage_no_end")],
    )
    assert read(stand, batch.cursor).odd == ()


def test_time_in_suspension_counts_as_if_it_came_last(stand):
    midnight = clock_second(datetime(2026, 3, 9, 15, tzinfo=UTC))
    start = midnight - HOUR
    stand.row(1, start, suspended=2 * HOUR, ran=HOUR - 10)
    stand.alive("1")
    assert read(stand).slices == []
    stand.row(1, start, suspended=2 * HOUR, ran=HOUR + 10)
    assert [seconds_charged(piece.period) for piece in read(stand).slices] == [HOUR]


def test_history_is_read_in_pieces_whose_sum_is_the_whole(stand, monkeypatch):
    monkeypatch.setattr(usage, "AT_ONCE", 7)
    for n in range(60):
        start = SECOND - 200 * HOUR + n * 3 * HOUR
        stand.row(n, start, start + 100 + n)
    stand.row(99, SECOND - 150 * HOUR, SECOND - 20 * HOUR)
    batch, found, rounds, asked = read(stand, days=30), {}, 0, []
    real = usage._read
    monkeypatch.setattr(usage, "_read", lambda *given: asked.append(real(*given)) or asked[-1])
    while True:
        rounds += 1
        found |= {piece.key: piece for piece in batch.slices}
        assert len(batch.slices) < 40
        if not batch.more:
            break
        batch = read(stand, batch.cursor, days=30)
    assert (
        rounds > 4 and sum(seconds_charged(one.period) for one in found.values()) == sum(range(100, 160)) + 130 * HOUR
    )
    # how full the hours are is remembered from one batch to the next, so that hardly any window is read for nothing
    assert None not in asked[2:] and len(asked) > 4


def test_only_our_accounts_and_runs_since_the_beginning_are_metered(stand):
    stand.row(1, SECOND - 900, SECOND - 600, account="others")
    stand.row(2, SECOND - 5 * DAY, SECOND - 500)
    stand.row(3, SECOND - 900, SECOND - 600)
    batch = read(stand, owner={"lab": "award:7"}.get)
    assert [(piece.job, piece.account) for piece in batch.slices] == [("3", "award:7")]


def test_accounts_of_others_pay_from_an_instant_on_under_a_source_of_their_own(stand):
    stand.row(1, SECOND - 900, SECOND - 600)
    stand.row(2, SECOND - 700, SECOND - 500)
    stand.row(3, SECOND - 500, SECOND - 400)

    def joined(account, begin):
        return ("award:7", "joined:1") if account == "lab" and SECOND - 700 <= begin < SECOND - 500 else None

    batch = read(stand, owner={}.get, joined=joined)
    assert [(piece.job, piece.account, piece.source) for piece in batch.slices] == [("2", "award:7", "joined:1")]


def test_a_clock_that_is_wrong_cannot_carry_the_cursor_away(stand):
    stand.row(1, SECOND - 900, SECOND + 400 * DAY)
    batch = read(stand)
    assert (batch.slices, [one.code for one in batch.odd]) == ([], ["usage_ends_in_future"])
    stand.row(2, SECOND - 900, SECOND - 600)
    assert keys(read(stand, batch.cursor)) == ["2"]


def test_a_cursor_fits_the_portals_column_and_reads_itself():
    whole = Cursor(500_000, {500_000 - back: digest([str(back)]) for back in range(0, 24, 2)})
    assert Cursor.parse(str(whole), 1) == whole and len(str(whole)) <= 200
    assert Cursor.parse("", 400_000) == Cursor(399_999, history=True)
    for history in (Cursor(5, history=True), Cursor(5, history=True, step=96)):
        assert Cursor.parse(str(history), 1) == history
    with pytest.raises(Refused, match="usage_cursor"):
        Cursor.parse("17", 1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    jobs=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(0, 20)), min_size=1, max_size=8),
    looks=st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=6),
)
def test_whatever_comes_late_all_is_posted_once(stand, jobs, looks):
    """Jobs as (start, hours, hours until the row shows), looks as (hours later, the worker dies before it notes)."""
    stand.rows, cursor, book, at = {}, "", {}, 0
    stand.write()
    for later, dies in [*looks, (200, False), (1, False)]:
        at += later
        waiting = 0
        for n, (start, ran, late) in enumerate(jobs):
            end = start + ran
            if end + late <= at:
                stand.row(n, SECOND + start * HOUR, SECOND + end * HOUR)
            waiting += end <= at < end + late
        stand.backlog(waiting)
        while True:
            batch = read(stand, cursor, NOW + timedelta(hours=at))
            for piece in batch.slices:
                assert book.setdefault(piece.key, piece) == piece
            if dies or not batch.more:
                break
            cursor = batch.cursor
        cursor = cursor if dies else batch.cursor
    assert sum(seconds_charged(piece.period) for piece in book.values()) == sum(ran for _, ran, _ in jobs) * HOUR

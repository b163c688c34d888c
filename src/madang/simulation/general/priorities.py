"""Fair share and Slurm's multifactor priority in whole numbers, so that every engine sees the same order.

Use halves as in `madang.compute.policies.decayed`, bit for bit, though no product here leaves 64 bits. The factors
follow Slurm's pages "Multifactor Priority Plugin" and "Fair Tree Fairshare Algorithm"; a running job's use does not
fade before it ends.
"""

from __future__ import annotations

import numpy as np

from madang.compute.policies import FIXED, roots
from madang.simulation.general.limits import BY_LENGTH, BY_PRIORITY, BY_TURNS, Accounts, Classes, Ways
from madang.simulation.general.machine import BITS, LOW, Column, Jobs, Lists

BITS_OF_HALF_LIFE = 16


def fading() -> list[int]:
    """2**(-n / 65536) with 32 fraction bits for every n, from roots as in `madang.compute.policies.decayed`."""
    found = np.full(1 << BITS_OF_HALF_LIFE, 1 << 32, dtype=np.uint64)
    numbers = np.arange(1 << BITS_OF_HALF_LIFE)
    for place, root in enumerate(roots(BITS_OF_HALF_LIFE), start=1):
        bit = numbers >> (BITS_OF_HALF_LIFE - place) & 1 > 0
        found[bit] = found[bit] * np.uint64(root) >> np.uint64(32)
    factors: list[int] = found.tolist()
    return factors


HALF = 16
MASK = (1 << HALF) - 1
ONE = 1 << 16  # a factor of 1
TOP = 1 << 38  # above every priority
RATIO = 1 << 26  # beyond this a use over its share is all the same


def scaled(amount: int, factor: int) -> int:
    """``amount * factor >> 32`` for an amount below 2**62 and a factor up to 2**32."""
    high, low = amount >> 32, amount & 0xFFFFFFFF
    return high * factor + ((low >> HALF) * factor + ((low & MASK) * factor >> HALF) >> HALF)


def halved(used: int, seconds: int, half_life: int, factors: Column) -> int:
    """`used` after `seconds`, when it halves every `half_life`; as `madang.compute.policies.decayed`."""
    if seconds <= 0 or used == 0:
        return used
    whole = seconds // half_life
    fraction = ((seconds - whole * half_life) << BITS_OF_HALF_LIFE) // half_life
    return scaled(used, factors[fraction]) >> min(whole, 62)


def charge(jobs: Jobs, accounts: Accounts, ways: Ways, row: int, now: int) -> None:
    """Adds what an ended attempt used to its account's fading use."""
    account = jobs.account[row]
    before = halved(accounts.use[account], now - accounts.use_at[account], ways.half_life, ways.factors)
    accounts.use[account] = before + ((jobs.charge[row] * (now - jobs.start[row])) << FIXED)
    accounts.use_at[account] = now


def use_now(jobs: Jobs, accounts: Accounts, ways: Ways, lists: Lists, now: int) -> None:
    """Works out each account's use: what has faded and what its running jobs have used, `entry` seconds at least.

    Where accounts take turns, those that have nothing waiting are left out: nobody asks for theirs.
    """
    for account in range(len(accounts.use)):
        if ways.order != BY_TURNS or accounts.first[account] >= 0:
            since = now - accounts.use_at[account]
            accounts.now_used[account] = halved(accounts.use[account], since, ways.half_life, ways.factors)
    for key in lists.profile:
        row = key & LOW
        elapsed = max(now - jobs.start[row], ways.entry)
        accounts.now_used[jobs.account[row]] += (jobs.charge[row] * elapsed) << FIXED


def recalculate(jobs: Jobs, accounts: Accounts, classes: Classes, ways: Ways, lists: Lists, now: int) -> None:
    """The fair-share factor of every account, and the queue in its new order."""
    use_now(jobs, accounts, ways, lists, now)
    total = 0
    for account in range(len(accounts.use)):
        total += accounts.now_used[account]
    shrink = 0
    while total >> shrink >= 1 << 30:
        shrink += 1
    if ways.fair_tree:
        fair_tree(accounts, classes, shrink, total)
    else:
        classic(accounts, ways, shrink, total)
    for place in range(len(lists.queue)):
        row = lists.queue[place] & LOW
        lists.queue[place] = (TOP - priority(jobs, accounts, ways, row, now)) << BITS | row
    lists.queue.sort()


def classic(accounts: Accounts, ways: Ways, shrink: int, total: int) -> None:
    """2**(-use/(share x damping)), use and share as parts of all."""
    shares = 0
    for account in range(len(accounts.shares)):
        shares += accounts.shares[account]
    for account in range(len(accounts.shares)):
        over = ratio(accounts.now_used[account] >> shrink, total >> shrink, shares, accounts.shares[account])
        part = halved(ONE, over // ways.damping, ONE, ways.factors)
        accounts.factor[account] = part if accounts.shares[account] else 0


def fair_tree(accounts: Accounts, classes: Classes, shrink: int, total: int) -> None:
    """Ranks classes by share over use, accounts within their class likewise; those that tie share the better rank."""
    used, shares = [0 for _ in classes.part], [0 for _ in classes.part]
    whole = 0
    for share_class in range(len(classes.part)):
        whole += classes.shares[share_class]
    for account in range(len(accounts.shares)):
        used[accounts.share_class[account]] += accounts.now_used[account] >> shrink
        shares[accounts.share_class[account]] += accounts.shares[account]
    ranked = [(0, 0, 0) for _ in accounts.shares]
    for account in range(len(accounts.shares)):
        among = accounts.share_class[account]
        outer = ratio(used[among], total >> shrink, whole, classes.shares[among])
        inner = ratio(accounts.now_used[account] >> shrink, used[among], shares[among], accounts.shares[account])
        ranked[account] = (outer, inner, account)
    ranked.sort()
    rank = len(ranked)
    for place in range(len(ranked)):
        outer, inner, account = ranked[place]
        if place == 0 or outer != ranked[place - 1][0] or inner != ranked[place - 1][1]:
            rank = len(ranked) - place
        accounts.factor[account] = rank * ONE // len(ranked)


def ratio(used: int, total: int, shares: int, share: int) -> int:
    """How many times its share of all an account has used, fixed point with `ONE` for once, at most `RATIO`."""
    if total <= 0 or used <= 0:
        return 0
    if share <= 0:
        return RATIO
    return min(min((used << 16) // total, ONE) * shares // share, RATIO)


def priority(jobs: Jobs, accounts: Accounts, ways: Ways, row: int, now: int) -> int:
    """The job's priority; `size` and `standing` hold its size and QOS factors times their weights."""
    age = min(now - jobs.submit[row], ways.most_age) * ONE // ways.most_age
    factor = accounts.factor[jobs.account[row]]
    return (ways.age * age + ways.fair_share * factor + jobs.size[row] + jobs.standing[row]) >> 16


def key_of(jobs: Jobs, accounts: Accounts, ways: Ways, row: int, now: int) -> int:
    """Where a waiting job belongs in the queue: a lesser key goes first."""
    if ways.order == BY_PRIORITY:
        return (TOP - priority(jobs, accounts, ways, row, now)) << BITS | row
    if ways.order == BY_LENGTH:
        return jobs.limit[row] << BITS | row
    return row

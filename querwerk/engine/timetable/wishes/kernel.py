"""The inner loops: putting meetings into slots, making room for them, and taking breaks out of days.

Every function here is plain arithmetic on flat sequences of numbers, so the same text runs as Python on lists (small
problems, at once) and compiled by Numba on arrays (large ones, see `compiled`), with the same result in both. So nothing may be made here that takes
memory: compiled, nobody would count who uses it.

Words: a *mode* is a meeting with its people chosen; most meetings have one. A *class* is a group of tables (or
interpreters) that do the same service, and a *kind* is the set of classes that will do for a mode. Resource 0 is tables,
resource 1 interpreters.
"""

import math
from typing import NamedTuple

type Ints = list[int]

LOOK = 128
"""Steps of annealing at one temperature."""
REACH = 200
"""Nodes of a tree of lacks."""
WHO, UNDER, COMES, AS, GOES, FIELDS = range(6)
"""Of a node in a tree of lacks: who lacks a meeting there, the node above, the waiting meeting that the person above gets, its mode,
and the meeting that goes for it, or -1. The root is node 0."""
MODULUS = 2_147_483_647
FACTOR = 48_271
"""Chance: the minimal standard generator of Park and Miller, small enough for 64 bits in both worlds."""


class Board(NamedTuple):
    """A problem and a plan that changes. Sequences are flat; `x_of[i]` to `x_of[i + 1]` is the part of i in `x`."""

    slots: int
    people: int
    meetings: int
    seats: int
    """Tables there are."""
    # --- the problem
    mode_of: Ints
    who_of: Ints
    who: Ints
    allowed: Ints
    """mode x slots."""
    need: Ints
    """mode x 2: the kind of each resource; -1 for none."""
    class_of: Ints
    classes: Ints
    room: Ints
    """class x slots: how many there are."""
    entwined: Ints
    """resource: whether kinds overlap, so that others may have to give way within their kind."""
    before_of: Ints
    before: Ints
    behind_of: Ints
    behind: Ints
    deals_of: Ints
    deals: Ints
    """person: the meetings they can take part in."""
    worth: Ints
    least: Ints
    most: Ints
    guarantee: Ints
    """One number: what a guaranteed meeting is worth."""
    price: Ints
    """What a day with so many busy runs costs."""
    # --- the plan
    slot: Ints
    mode: Ints
    unit: Ints
    """meeting x 2: the class used of each resource; -1 for none."""
    at: Ints
    """person x slots: the meeting there, or -1."""
    used: Ints
    """class x slots."""
    load: Ints
    """person: meetings they have."""
    runs: Ints
    crowd: Ints
    """slot x seats: the meetings in a slot, in any order."""
    crowd_size: Ints
    crowd_at: Ints
    waiting: Ints
    waiting_size: Ints
    waiting_at: Ints
    totals: Ints
    """Price of all days, worth of the plan."""
    # --- room to work in
    chance: Ints
    stamp: Ints
    """The last mark given out, and the class that `spread` found."""
    mark: Ints
    chain: Ints
    queue: Ints
    seen: Ints
    came: Ints
    via: Ints
    victims: Ints
    hot: Ints
    """Who lost a meeting last, or -1."""
    tree: Ints
    """node x 5 of a tree of lacks: see WHO to GOES."""


def draw(b: Board, end: int) -> int:
    """Return a chance number below `end`."""
    b.chance[0] = b.chance[0] * FACTOR % MODULUS
    return b.chance[0] % end


# --- Days -------------------------------------------------------------------


def edges(b: Board, person: int, slot: int) -> int:
    """Return by how much the number of busy runs grows when a free slot becomes busy."""
    row = person * b.slots
    left = slot > 0 and b.at[row + slot - 1] >= 0
    right = slot + 1 < b.slots and b.at[row + slot + 1] >= 0
    return 1 - left - right


def set_busy(b: Board, person: int, slot: int, meeting: int) -> None:
    """Enter a meeting into a day."""
    runs = b.runs[person] + edges(b, person, slot)
    b.totals[0] += b.price[runs] - b.price[b.runs[person]]
    b.runs[person] = runs
    b.at[person * b.slots + slot] = meeting
    b.totals[1] += b.guarantee[0] * (b.load[person] < b.least[person])
    b.load[person] += 1


def set_free(b: Board, person: int, slot: int) -> None:
    """Take a meeting out of a day."""
    b.at[person * b.slots + slot] = -1
    runs = b.runs[person] - edges(b, person, slot)
    b.totals[0] += b.price[runs] - b.price[b.runs[person]]
    b.runs[person] = runs
    b.load[person] -= 1
    b.totals[1] -= b.guarantee[0] * (b.load[person] < b.least[person])


def move_price(b: Board, person: int, slot: int, other: int) -> int:
    """Return what it costs to be busy in another slot instead."""
    row = person * b.slots
    runs = b.runs[person] - edges(b, person, slot)
    kept, b.at[row + slot] = b.at[row + slot], -1
    runs += edges(b, person, other)
    b.at[row + slot] = kept
    return b.price[runs] - b.price[b.runs[person]]


# --- Tables and interpreters --------------------------------------------------


def spread(b: Board, meeting: int, resource: int, slot: int, tail: int) -> int:
    """Note the classes to which a meeting could give way; -1 when one of them, left in `stamp`, has something free."""
    kind = b.need[2 * b.mode[meeting] + resource]
    for place in range(b.class_of[kind], b.class_of[kind + 1]):
        found = b.classes[place]
        if b.seen[found] == b.stamp[0]:
            continue
        b.seen[found] = b.stamp[0]
        b.came[found] = b.unit[2 * meeting + resource]
        b.via[found] = meeting
        if b.used[found * b.slots + slot] < b.room[found * b.slots + slot]:
            b.stamp[1] = found
            return -1
        b.queue[tail] = found
        tail += 1
    return tail


def route(b: Board, kind: int, resource: int, slot: int) -> int:
    """Return a class with something free, by which one becomes free for this kind when others give way; -1 for none."""
    b.stamp[0] += 1
    stamp, head, tail = b.stamp[0], 0, 0
    for place in range(b.class_of[kind], b.class_of[kind + 1]):
        found = b.classes[place]
        b.came[found] = -1
        if b.used[found * b.slots + slot] < b.room[found * b.slots + slot]:
            return found
        b.seen[found] = stamp
        b.queue[tail] = found
        tail += 1
    while b.entwined[resource] and head < tail:
        found = b.queue[head]
        head += 1
        for place in range(b.crowd_size[slot]):
            meeting = b.crowd[slot * b.seats + place]
            if b.unit[2 * meeting + resource] == found:
                tail = spread(b, meeting, resource, slot, tail)
                if tail < 0:
                    return b.stamp[1]
    return -1


def seize(b: Board, kind: int, resource: int, slot: int) -> int:
    """Use one of a kind; others give way within theirs. Returns the class, or -1."""
    found = route(b, kind, resource, slot)
    if found < 0:
        return -1
    b.used[found * b.slots + slot] += 1
    while b.came[found] >= 0:
        b.unit[2 * b.via[found] + resource] = found
        found = b.came[found]
    return found


# --- Meetings ---------------------------------------------------------------


def all_free(b: Board, mode: int, slot: int) -> bool:
    """Say whether all people of a mode are free."""
    for place in range(b.who_of[mode], b.who_of[mode + 1]):  # noqa: SIM110 -- Numba knows no generators
        if b.at[b.who[place] * b.slots + slot] >= 0:
            return False
    return True


def may_have(b: Board, mode: int) -> bool:
    """Say whether nobody would have more meetings than they may."""
    for place in range(b.who_of[mode], b.who_of[mode + 1]):  # noqa: SIM110
        if b.load[b.who[place]] >= b.most[b.who[place]]:
            return False
    return True


def in_order(b: Board, meeting: int, slot: int) -> bool:
    """Say whether what has to be before or behind a meeting is so."""
    for place in range(b.before_of[meeting], b.before_of[meeting + 1]):
        if b.slot[b.before[place]] >= slot:
            return False
    for place in range(b.behind_of[meeting], b.behind_of[meeting + 1]):
        if 0 <= b.slot[b.behind[place]] <= slot:
            return False
    return True


def put(b: Board, meeting: int, mode: int, slot: int) -> bool:
    """Put a meeting where its people are free; false, and nothing done, without a table or interpreter."""
    table = seize(b, b.need[2 * mode], 0, slot)
    if table < 0:
        return False
    voice = -1
    if b.need[2 * mode + 1] >= 0:
        voice = seize(b, b.need[2 * mode + 1], 1, slot)
        if voice < 0:
            b.used[table * b.slots + slot] -= 1
            return False
    b.unit[2 * meeting], b.unit[2 * meeting + 1] = table, voice
    b.slot[meeting], b.mode[meeting] = slot, mode
    b.crowd[slot * b.seats + b.crowd_size[slot]] = meeting
    b.crowd_at[meeting] = b.crowd_size[slot]
    b.crowd_size[slot] += 1
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        set_busy(b, b.who[place], slot, meeting)
    b.totals[1] += b.worth[meeting]
    return True


def lift(b: Board, meeting: int) -> None:
    """Take a meeting out of its slot."""
    slot, mode = b.slot[meeting], b.mode[meeting]
    for resource in range(2):
        if b.unit[2 * meeting + resource] >= 0:
            b.used[b.unit[2 * meeting + resource] * b.slots + slot] -= 1
            b.unit[2 * meeting + resource] = -1
    last = b.crowd[slot * b.seats + b.crowd_size[slot] - 1]
    b.crowd[slot * b.seats + b.crowd_at[meeting]] = last
    b.crowd_at[last] = b.crowd_at[meeting]
    b.crowd_size[slot] -= 1
    b.slot[meeting] = -1
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        set_free(b, b.who[place], slot)
    b.totals[1] -= b.worth[meeting]


def wait(b: Board, meeting: int) -> None:
    """Enter a meeting into the list of those that wait for a place."""
    b.waiting_at[meeting] = b.waiting_size[0]
    b.waiting[b.waiting_size[0]] = meeting
    b.waiting_size[0] += 1


def leave(b: Board, meeting: int) -> None:
    """Take a meeting off the list of those that wait."""
    place = b.waiting_at[meeting]
    if place < 0:
        return
    b.waiting_size[0] -= 1
    last = b.waiting[b.waiting_size[0]]
    b.waiting[place] = last
    b.waiting_at[last] = place
    b.waiting_at[meeting] = -1


# --- Placing ------------------------------------------------------------------


def added_price(b: Board, mode: int, slot: int) -> int:
    """Return what a meeting does to the price of its people's days."""
    price = 0
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        runs = b.runs[b.who[place]]
        price += b.price[runs + edges(b, b.who[place], slot)] - b.price[runs]
    return price


def has_units(b: Board, mode: int, slot: int) -> bool:
    """Say whether there is a table, and an interpreter where one is needed."""
    if route(b, b.need[2 * mode], 0, slot) < 0:
        return False
    return b.need[2 * mode + 1] < 0 or route(b, b.need[2 * mode + 1], 1, slot) >= 0


def insert(b: Board, meeting: int) -> bool:
    """Put a waiting meeting into the free slot where it costs least, if there is one."""
    best, best_slot, best_price = -1, -1, 0
    for mode in range(b.mode_of[meeting], b.mode_of[meeting + 1]):
        if not may_have(b, mode):
            continue
        first = draw(b, b.slots)
        for step in range(b.slots):
            slot = (first + step) % b.slots
            if not b.allowed[mode * b.slots + slot] or not all_free(b, mode, slot):
                continue
            price = added_price(b, mode, slot)
            if (best < 0 or price < best_price) and in_order(b, meeting, slot) and has_units(b, mode, slot):
                best, best_slot, best_price = mode, slot, price
    if best < 0 or not put(b, meeting, best, best_slot):
        return False
    leave(b, meeting)
    return True


def gather(b: Board, size: int, first: int, second: int) -> int:
    """Complete a chain: all meetings that have to trade two slots with those in it. Returns its size; 0: impossible."""
    done = 0
    while done < size:
        meeting = b.chain[done]
        done += 1
        other = second if b.slot[meeting] == first else first
        mode = b.mode[meeting]
        if not b.allowed[mode * b.slots + other]:
            return 0
        for place in range(b.who_of[mode], b.who_of[mode + 1]):
            found = b.at[b.who[place] * b.slots + other]
            if found >= 0 and b.mark[found] != b.stamp[0]:
                b.mark[found] = b.stamp[0]
                b.chain[size] = found
                size += 1
    return size


def chain_price(b: Board, size: int, first: int, second: int) -> int:
    """Return what a trade costs: only those at the ends of a chain get another day."""
    price = 0
    for place in range(size):
        meeting = b.chain[place]
        slot = b.slot[meeting]
        other = second if slot == first else first
        mode = b.mode[meeting]
        for seat in range(b.who_of[mode], b.who_of[mode + 1]):
            person = b.who[seat]
            if b.at[person * b.slots + other] < 0:
                price += move_price(b, person, slot, other)
    return price


def trade(b: Board, size: int, first: int, second: int) -> bool:
    """Let the meetings of a chain trade their slots; false, and nothing done, where tables or order forbid it."""
    for place in range(size):
        meeting = b.chain[place]
        b.victims[place] = b.slot[meeting]
        lift(b, meeting)
    good, done = True, 0
    while good and done < size:
        meeting = b.chain[done]
        other = second if b.victims[done] == first else first
        good = put(b, meeting, b.mode[meeting], other)
        done += good
    place = 0
    while good and place < size:
        good = in_order(b, b.chain[place], b.slot[b.chain[place]])
        place += 1
    if good:
        return True
    for place in range(done):
        lift(b, b.chain[place])
    for place in range(size):
        put(b, b.chain[place], b.mode[b.chain[place]], b.victims[place])
    return False


def balanced(b: Board, size: int, first: int, second: int) -> bool:
    """Say whether there are enough tables after a trade, as far as their number tells."""
    surplus = 0
    for place in range(size):
        surplus += 1 if b.slot[b.chain[place]] == first else -1
    return b.crowd_size[second] + surplus <= b.seats and b.crowd_size[first] - surplus <= b.seats


def make_room(b: Board, mode: int, slot: int, other: int) -> bool:
    """Free all people of a mode in a slot, and a table, by a chain that trades it for another slot."""
    b.stamp[0] += 1
    stamp, size = b.stamp[0], 0
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        row = b.who[place] * b.slots
        found = b.at[row + slot]
        if found < 0 or b.mark[found] == stamp:
            continue
        if b.at[row + other] >= 0:
            return False
        b.mark[found] = stamp
        b.chain[size] = found
        size += 1
    if size == 0 and b.crowd_size[slot] > 0:
        b.chain[0] = b.crowd[slot * b.seats + draw(b, b.crowd_size[slot])]
        b.mark[b.chain[0]] = stamp
        size = 1
    size = gather(b, size, slot, other)
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        found = b.at[b.who[place] * b.slots + other]
        if found >= 0 and b.mark[found] == stamp:
            return False
    return size > 0 and balanced(b, size, slot, other) and trade(b, size, slot, other)


def is_promising(b: Board, mode: int, slot: int, other: int) -> bool:
    """Say whether all who are busy in a slot are free in the other."""
    if slot == other or not b.allowed[mode * b.slots + slot]:
        return False
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        row = b.who[place] * b.slots
        if b.at[row + slot] >= 0 and b.at[row + other] >= 0:
            return False
    return True


def shift(b: Board, meeting: int, tries: int) -> bool:
    """Put a waiting meeting into a slot that a chain makes free."""
    pairs = b.slots * b.slots
    for mode in range(b.mode_of[meeting], b.mode_of[meeting + 1]):
        if not may_have(b, mode):
            continue
        first, left = draw(b, pairs), tries
        for step in range(pairs):
            slot = (first + step) % pairs // b.slots
            other = (first + step) % b.slots
            if left == 0 or not is_promising(b, mode, slot, other):
                continue
            left -= 1
            if make_room(b, mode, slot, other) and all_free(b, mode, slot) and in_order(b, meeting, slot):
                if put(b, meeting, mode, slot):
                    leave(b, meeting)
                    return True
                left = 0
    return False


# --- Driving out --------------------------------------------------------------


def loss(b: Board, meeting: int) -> int:
    """Return what is lost without a meeting."""
    lost, mode = b.worth[meeting], b.mode[meeting]
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        lost += b.guarantee[0] * (b.load[b.who[place]] <= b.least[b.who[place]])
    return lost


def gain(b: Board, meeting: int, mode: int) -> int:
    """Return what is won with a meeting."""
    won = b.worth[meeting]
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        won += b.guarantee[0] * (b.load[b.who[place]] < b.least[b.who[place]])
    return won


def cheapest(b: Board, person: int) -> int:
    """Return the meeting of a person that is worth least and not driven out already; -1 for none."""
    best, best_loss = -1, 0
    first = draw(b, b.slots)
    for step in range(b.slots):
        found = b.at[person * b.slots + (first + step) % b.slots]
        if found >= 0 and b.mark[found] != b.stamp[0]:
            lost = loss(b, found)
            if best < 0 or lost < best_loss:
                best, best_loss = found, lost
    return best


def doomed(b: Board, mode: int, slot: int) -> int:
    """Note as victims who is in the way of a mode in a slot; returns how many."""
    b.stamp[0] += 1
    stamp, size = b.stamp[0], 0
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        found = b.at[b.who[place] * b.slots + slot]
        if found >= 0 and b.mark[found] != stamp:
            b.mark[found] = stamp
            b.victims[size] = found
            size += 1
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        person = b.who[place]
        if b.load[person] < b.most[person] or b.at[person * b.slots + slot] >= 0:
            continue
        found = cheapest(b, person)
        if found >= 0:
            b.mark[found] = stamp
            b.victims[size] = found
            size += 1
    return size


def seat_for(b: Board, mode: int, slot: int, size: int) -> int:
    """Add a victim where no table is free, one of few chosen by chance; returns the number of victims."""
    for place in range(size):
        if b.slot[b.victims[place]] == slot:
            return size
    stamp = b.stamp[0]
    if b.crowd_size[slot] == 0 or has_units(b, mode, slot):
        return size
    best, best_loss = -1, 0
    for _ in range(6):
        found = b.crowd[slot * b.seats + draw(b, b.crowd_size[slot])]
        if b.mark[found] != stamp and (best < 0 or loss(b, found) < best_loss):
            best, best_loss = found, loss(b, found)
    if best >= 0:
        b.victims[size] = best
        size += 1
    return size


def settle(b: Board, meeting: int, size: int, good: bool) -> None:  # noqa: FBT001 -- Numba takes arguments in order
    """Let the victims wait where a meeting took their place, or put them back where they were."""
    for place in range(size):
        if good:
            wait(b, b.victims[place])
        else:
            put(b, b.victims[place], b.mode[b.victims[place]], b.chain[place])
    if good:
        leave(b, meeting)


def freed(b: Board, meeting: int, size: int) -> int:
    """Return one of those who lost a meeting to another in which they do not take part; -1 for none."""
    if size == 0:
        return -1
    victim = b.victims[draw(b, size)]
    mode, mine = b.mode[victim], b.mode[meeting]
    first, seats = draw(b, 2), b.who_of[mode + 1] - b.who_of[mode]
    for step in range(seats):
        person, is_mine = b.who[b.who_of[mode] + (first + step) % seats], False
        for place in range(b.who_of[mine], b.who_of[mine + 1]):
            is_mine = is_mine or b.who[place] == person
        if not is_mine:
            return person
    return -1


def replace(b: Board, meeting: int, mode: int, slot: int, size: int) -> bool:
    """Take the victims out and put a meeting in; false, and nothing done, when that is worth less or impossible."""
    worth = b.totals[1]
    for place in range(size):
        b.chain[place] = b.slot[b.victims[place]]
        lift(b, b.victims[place])
    good = all_free(b, mode, slot) and may_have(b, mode) and put(b, meeting, mode, slot)
    if good and b.totals[1] < worth:
        lift(b, meeting)
        good = False
    settle(b, meeting, size, good)
    b.hot[0] = freed(b, meeting, size) if good else -1
    for place in range(size if good else 0):
        insert(b, b.victims[place])
    return good


def eject(b: Board, meeting: int) -> bool:
    """Put a waiting meeting in the place of others that are together worth no more."""
    mode = b.mode_of[meeting] + draw(b, b.mode_of[meeting + 1] - b.mode_of[meeting])
    first, won = draw(b, b.slots), gain(b, meeting, mode)
    for step in range(b.slots):
        slot = (first + step) % b.slots
        if not b.allowed[mode * b.slots + slot] or not in_order(b, meeting, slot):
            continue
        size = seat_for(b, mode, slot, doomed(b, mode, slot))
        lost = 0
        for place in range(size):
            lost += loss(b, b.victims[place])
        if lost <= won and replace(b, meeting, mode, slot, size):
            return True
    return False


# --- Handing a lack on ----------------------------------------------------------


def takes_part(b: Board, mode: int, person: int) -> bool:
    """Say whether a person is one of a mode's."""
    for place in range(b.who_of[mode], b.who_of[mode + 1]):  # noqa: SIM110
        if b.who[place] == person:
            return True
    return False


def obstacle(b: Board, mode: int, slot: int, person: int) -> int:
    """Return the one meeting that has to go so that this person can attend a mode; -1: none; -2: one is not enough."""
    found = -1
    for place in range(b.who_of[mode], b.who_of[mode + 1]):
        other = b.who[place]
        there = b.at[other * b.slots + slot]
        if other == person:
            continue
        # The root's person has got a meeting in this slot by the time a lack is elsewhere.
        if there < 0 and (other == b.tree[WHO] or b.load[other] >= b.most[other]):
            return -2
        if there >= 0 and found >= 0 and there != found:
            return -2
        found = max(found, there)
    return b.victims[0] if found < 0 and seat_for(b, mode, slot, 0) else found


def plant(b: Board, node: int, under: int, meeting: int, mode: int, gone: int) -> None:  # noqa: PLR0917 -- Numba
    """Note as a node what the person of the node above it gets, and what goes for it."""
    place = FIELDS * node
    b.tree[place + UNDER], b.tree[place + COMES], b.tree[place + AS], b.tree[place + GOES] = under, meeting, mode, gone


def pass_on(b: Board, under: int, tail: int) -> int:
    """Note whom the meeting that goes at `tail` leaves with a lack, as nodes; returns the new end of the tree."""
    place = FIELDS * tail
    meeting, mode, gone = b.tree[place + COMES], b.tree[place + AS], b.tree[place + GOES]
    for seat in range(b.who_of[b.mode[gone]], b.who_of[b.mode[gone] + 1]):
        if tail < REACH and not takes_part(b, mode, b.who[seat]):
            plant(b, tail, under, meeting, mode, gone)
            b.tree[FIELDS * tail + WHO] = b.who[seat]
            tail += 1
    return tail


def grow(b: Board, person: int, slot: int) -> int:
    """Look for a way to get somebody a meeting in a slot where they are free; returns the node where something is won.

    They get one that waits, for which another goes that is worth no more; whoever that one leaves gets one in turn, and
    so on, each meeting going once. Where nothing is won at any node: minus the size of the tree.
    """
    b.stamp[0] += 1
    stamp, head, tail = b.stamp[0], 0, 1
    b.tree[WHO] = person
    while head < tail < REACH:
        one = b.tree[FIELDS * head + WHO]
        deals = b.deals_of[one + 1] - b.deals_of[one]
        first = draw(b, b.meetings)
        for step in range(deals):
            meeting = b.deals[b.deals_of[one] + (first + step) % deals]
            modes = b.mode_of[meeting + 1] if b.waiting_at[meeting] >= 0 and tail < REACH else 0
            for mode in range(b.mode_of[meeting], modes):
                if not b.allowed[mode * b.slots + slot] or not takes_part(b, mode, one):
                    continue
                gone = obstacle(b, mode, slot, one)
                if gone == -2 or (gone >= 0 and b.mark[gone] == stamp) or tail == REACH:
                    continue
                lost, won = 0 if gone < 0 else loss(b, gone), gain(b, meeting, mode)
                plant(b, tail, head, meeting, mode, gone)
                if gone < 0 or won > lost:
                    b.stamp[1] = head
                    return tail
                if won == lost:
                    b.mark[gone] = stamp
                    tail = pass_on(b, head, tail)
        head += 1
    b.stamp[1] = head
    return -tail


def conclude(b: Board, size: int, done: int, slot: int, good: bool) -> None:  # noqa: FBT001
    """Let those wait that went, or put everything back as it was."""
    for step in range(done):
        if good:
            leave(b, b.tree[FIELDS * b.chain[step] + COMES])
        else:
            lift(b, b.tree[FIELDS * b.chain[step] + COMES])
    for step in range(size):
        gone = b.tree[FIELDS * b.chain[step] + GOES]
        if gone >= 0 and good:
            wait(b, gone)
        elif gone >= 0:
            put(b, gone, b.mode[gone], slot)


def hand_on(b: Board, node: int, slot: int) -> None:
    """Let meetings come and go in a slot, from the root of a tree of lacks to a node; where that fails, nothing is done."""
    worth, size = b.totals[1], 0
    while node > 0:
        b.chain[size] = node
        node = b.tree[FIELDS * node + UNDER]
        size += 1
    for step in range(size):
        if b.tree[FIELDS * b.chain[step] + GOES] >= 0:
            lift(b, b.tree[FIELDS * b.chain[step] + GOES])
    good, done = True, 0
    while good and done < size:
        meeting, mode = b.tree[FIELDS * b.chain[done] + COMES], b.tree[FIELDS * b.chain[done] + AS]
        good = b.slot[meeting] < 0 and all_free(b, mode, slot) and may_have(b, mode) and in_order(b, meeting, slot)
        good = good and put(b, meeting, mode, slot)
        done += good
    conclude(b, size, done, slot, good and b.totals[1] >= worth)


def wander(b: Board, person: int) -> None:
    """Try to let a person's free slot be another one, by a chain."""
    slot, other = draw(b, b.slots), draw(b, b.slots)
    meeting = b.at[person * b.slots + slot]
    if meeting < 0 or b.at[person * b.slots + other] >= 0 or not b.allowed[b.mode[meeting] * b.slots + other]:
        return
    b.stamp[0] += 1
    b.mark[meeting] = b.stamp[0]
    b.chain[0] = meeting
    size = gather(b, 1, slot, other)
    if size > 0 and balanced(b, size, slot, other):
        trade(b, size, slot, other)


def lacks(b: Board, person: int) -> bool:
    """Say whether somebody may have more meetings and has one that waits."""
    if b.load[person] >= b.most[person]:
        return False
    for place in range(b.deals_of[person], b.deals_of[person + 1]):  # noqa: SIM110
        if b.waiting_at[b.deals[place]] >= 0:
            return True
    return False


# --- What is called from outside -----------------------------------------------


def begin(b: Board, order: Ints, start: int, end: int, tries: int) -> int:
    """Put meetings in, in this order from `start` to `end`, by chains where needed; returns how many found no place."""
    missing = 0
    for place in range(start, end):
        meeting = order[place]
        if b.slot[meeting] < 0 and b.waiting_at[meeting] >= 0:
            missing += not (insert(b, meeting) or shift(b, meeting, tries))
    return missing


def relay(b: Board, looks: int, wanderings: int) -> None:
    """Hand the lacks of people on in each of their free slots until something is won.

    With `wanderings`, a lack for which there is no way goes somewhere else by chance every second time, and so many
    chains are tried to let a person's free slots be others: there may be a way then. Without, only what wins is done.
    """
    person = draw(b, b.people)
    while looks > 0 and b.waiting_size[0] > 0:
        person = (person + 1) % b.people
        looks -= 1
        if not lacks(b, person):
            continue
        for slot in range(b.slots):
            if b.at[person * b.slots + slot] < 0 and b.load[person] < b.most[person]:
                node = grow(b, person, slot)
                looks -= 1 + b.stamp[1]
                if node < 0:
                    node = draw(b, -node) if wanderings and draw(b, 2) else 0
                hand_on(b, node, slot)
        for _ in range(wanderings):
            wander(b, person)
        looks -= wanderings


def pick(b: Board) -> int:
    """Return a waiting meeting, best of somebody who has just lost one or may have more."""
    person = b.hot[0]
    for _ in range(8):
        if person >= 0:
            break
        found = draw(b, b.people)
        if b.load[found] < b.most[found]:
            person = found
    if person >= 0:
        deals = b.deals_of[person + 1] - b.deals_of[person]
        for _ in range(8 if deals else 0):
            meeting = b.deals[b.deals_of[person] + draw(b, deals)]
            if b.waiting_at[meeting] >= 0:
                return meeting
    return b.waiting[draw(b, b.waiting_size[0])]


def fill(b: Board, steps: int, tries: int) -> None:
    """Let waiting meetings in by chains and in the place of others; the plan's worth never falls.

    Whoever lost a meeting is next: so a lack walks from person to person, in one slot, until it meets another.
    """
    b.hot[0] = -1
    for _ in range(steps):
        if b.waiting_size[0] == 0:
            return
        meeting = pick(b)
        b.hot[0] = -1
        if not insert(b, meeting) and not shift(b, meeting, tries):
            eject(b, meeting)


def swap_chain(b: Board, meeting: int, temperature: float) -> None:
    """Try to trade slots along the chain of a meeting."""
    slot, other = b.slot[meeting], draw(b, b.slots)
    if slot == other or not b.allowed[b.mode[meeting] * b.slots + other]:
        return
    b.stamp[0] += 1
    b.mark[meeting] = b.stamp[0]
    b.chain[0] = meeting
    size = gather(b, 1, slot, other)
    if size == 0:
        return
    price = chain_price(b, size, slot, other)
    if price > 0 and draw(b, 1_000_000) >= 1_000_000 * math.exp(-price / temperature):
        return
    if balanced(b, size, slot, other):
        trade(b, size, slot, other)


def welcome(b: Board, price: int, worth: int, temperature: float) -> bool:
    """Say whether a change is accepted: it gains worth, or keeps it for a price that the temperature allows."""
    if b.totals[1] != worth:
        return b.totals[1] > worth
    change = b.totals[0] - price
    return change <= 0 or draw(b, 1_000_000) < 1_000_000 * math.exp(-change / temperature)


def swap_wish(b: Board, meeting: int, temperature: float) -> None:
    """Try to hold a waiting meeting instead of others that are worth the same."""
    mode = b.mode_of[meeting] + draw(b, b.mode_of[meeting + 1] - b.mode_of[meeting])
    slot = draw(b, b.slots)
    if not b.allowed[mode * b.slots + slot] or not in_order(b, meeting, slot):
        return
    size = seat_for(b, mode, slot, doomed(b, mode, slot))
    lost = 0
    for place in range(size):
        lost += loss(b, b.victims[place])
    if lost > gain(b, meeting, mode):
        return
    price, worth = b.totals[0], b.totals[1]
    for place in range(size):
        b.chain[place] = b.slot[b.victims[place]]
        lift(b, b.victims[place])
    good = all_free(b, mode, slot) and may_have(b, mode) and put(b, meeting, mode, slot)
    if good and not welcome(b, price, worth, temperature):
        lift(b, meeting)
        good = False
    settle(b, meeting, size, good)


def anneal(b: Board, steps: int, warm: float, cold: float) -> None:
    """Trade slots along chance chains, and wishes for others, from a temperature down to another, for cheaper days."""
    cooling = math.exp(math.log(cold / warm) * LOOK / max(1, steps))
    temperature = warm
    for step in range(steps):
        if step % LOOK == 0:
            temperature *= cooling
        meeting = draw(b, b.meetings)
        if b.slot[meeting] >= 0:
            swap_chain(b, meeting, temperature)
        elif b.waiting_at[meeting] >= 0:
            swap_wish(b, meeting, temperature)


def change_delegates(b: Board, steps: int) -> None:
    """Let other delegates take meetings where that makes days cheaper or leaves them as they are."""
    for _ in range(steps):
        meeting = draw(b, b.meetings)
        modes = b.mode_of[meeting + 1] - b.mode_of[meeting]
        slot = b.slot[meeting]
        if slot < 0 or modes < 2:
            continue
        old, mode = b.mode[meeting], b.mode_of[meeting] + draw(b, modes)
        price, worth = b.totals[0], b.totals[1]
        if mode == old or not b.allowed[mode * b.slots + slot]:
            continue
        lift(b, meeting)
        good = all_free(b, mode, slot) and may_have(b, mode) and put(b, meeting, mode, slot)
        if good and (b.totals[1] < worth or (b.totals[1] == worth and b.totals[0] > price)):
            lift(b, meeting)
            good = False
        if not good:
            put(b, meeting, old, slot)

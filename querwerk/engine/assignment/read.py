"""Reads problems and assignments from files: JSON, tables (CSV) and matrices (NumPy).

Files name agents and tasks, or count them from 1. Whatever is wrong is told with its line.
"""

from dataclasses import dataclass, field
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.assignment.matrices import read_matrices
from querwerk.engine.assignment.problem import LARGEST, Pair, Problem, Quota, Range, Side
from querwerk.engine.assignment.result import Assignment
from querwerk.engine.assignment.tables import TABLES, read_tables
from querwerk.engine.documents import Misplaced, Part, Unreadable, json_of, line_of, text_of

LARGEST_FILE = 200_000_000
"""Bytes."""
MEMBERS = (
    "agents", "tasks", "load", "coverage", "scores", "unscored", "conflicts", "excluded", "pinned", "quotas",
)  # fmt: skip

__all__ = ["Unreadable", "read", "read_assignment"]


def read(file: FilePath, *, load: Range = (0, 1), coverage: Range = (1, 1)) -> Problem:
    """Read a problem; the name says how: ``.json``, ``.npy``, ``.npz``, or a folder with tables.

    Load and coverage count where the file does not say anything about an agent or a task.
    """
    if file.is_dir():
        tables, locate = read_tables(file, LARGEST_FILE)
        try:
            return _problem(Part(tables), load, coverage)
        except Misplaced as error:
            raise Unreadable(*locate(error.path), error.reason) from None
    if file.suffix in {".npy", ".npz"}:
        return read_matrices(file, load, coverage)
    if file.suffix == ".json":
        text = text_of(file, LARGEST_FILE)
        document = json_of(file, text)
        try:
            return _problem(Part(document), load, coverage)
        except Misplaced as error:
            raise Unreadable(file, line_of(text, error.path), error.reason) from None
    raise Unreadable(file, None, f"is neither .json nor .npy nor .npz nor a folder with {', '.join(TABLES)}")


def read_assignment(file: FilePath, problem: Problem) -> Assignment:
    """Read an assignment as ``querwerk assignment solve --json`` prints it."""
    text = text_of(file, LARGEST_FILE)
    document = json_of(file, text)
    try:
        return _assignment(document, problem)
    except Misplaced as error:
        raise Unreadable(file, line_of(text, error.path), error.reason) from None


def _assignment(document: object, problem: Problem) -> Assignment:
    if not isinstance(document, dict) or "pairs" not in document:
        raise Misplaced("an assignment must be an object with “pairs”", ())
    agents = _Names("agent", problem.agents, [problem.agent(index) for index in range(problem.agents)])
    tasks = _Names("task", problem.tasks, [problem.task(index) for index in range(problem.tasks)])
    pairs = []
    for entry in Part(document["pairs"], ("pairs",)).items("pairs"):
        parts = entry.mapping(("agent", "task", "score", "why"), "a pair")
        pairs.append(_pair(entry, parts, agents, tasks))
    return tuple(sorted(pairs))


@dataclass(slots=True)
class _Names:
    """Those of one side, by number and by name."""

    what: str
    count: int
    names: list[str]
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {name: index for index, name in enumerate(self.names)}

    def index(self, reference: Part) -> int:
        if isinstance(reference.value, str):
            found = self.numbers.get(reference.value.strip())
            if found is None:
                raise reference.wrong(f"there is no {self.what} called “{reference.value}”")
            return found
        number = reference.integer(f"an {self.what}" if self.what == "agent" else f"a {self.what}")
        if not 1 <= number <= self.count:
            raise reference.wrong(f"there is no {self.what} {number}; {self.what}s are 1 to {self.count}")
        return number - 1


@dataclass(slots=True)
class _Entry:
    """An agent or a task as the file has it."""

    name: str
    range: Range
    organisation: str
    groups: list[str]


def _problem(document: Part, load: Range, coverage: Range) -> Problem:
    parts = document.mapping(MEMBERS, "a problem")
    for name in ("agents", "tasks", "scores"):
        if name not in parts:
            raise Misplaced(f"“{name}” is missing", ())
    load = _range(parts["load"], "a load") if "load" in parts else load
    coverage = _range(parts["coverage"], "a coverage") if "coverage" in parts else coverage
    agents = _entries(parts["agents"], "agent", "load", load)
    tasks = _entries(parts["tasks"], "task", "coverage", coverage)
    if len(agents) * len(tasks) > LARGEST:
        raise parts["agents"].wrong(f"{len(agents)} agents and {len(tasks)} tasks are more than {LARGEST} pairs")
    named = _names(agents, "agent"), _names(tasks, "task")
    unscored = parts.get("unscored", Part(0.0))
    missing = float("nan") if unscored.value is None else unscored.number("a score")
    pairs = {
        name: frozenset(_listed_pair(entry, *named) for entry in parts[name].items(name))
        if name in parts
        else frozenset()
        for name in ("conflicts", "excluded", "pinned")
    }
    return Problem(
        scores=_scores(parts["scores"], *named, missing),
        loads=tuple(entry.range for entry in agents),
        coverage=tuple(entry.range for entry in tasks),
        conflicts=pairs["conflicts"],
        excluded=pairs["excluded"],
        pinned=pairs["pinned"],
        quotas=_quotas(parts["quotas"], agents, tasks, *named) if "quotas" in parts else (),
        agent_names=tuple(named[0].names),
        task_names=tuple(named[1].names),
        agent_organisations=tuple(entry.organisation for entry in agents),
        task_organisations=tuple(entry.organisation for entry in tasks),
    )  # fmt: skip


def _range(part: Part, what: str) -> Range:
    """Read [at least, at most], or one number for exactly so many."""
    if isinstance(part.value, list):
        entries = part.items(what)
        if len(entries) != 2:
            raise part.wrong(f"{what} is a number or a list of two, at least and at most")
        return entries[0].integer(what), entries[1].integer(what)
    number = part.integer(what)
    return number, number


def _entries(part: Part, what: str, range_name: str, default: Range) -> list[_Entry]:
    if not isinstance(part.value, list):
        count = part.integer(f"{what}s")
        if not 0 <= count <= LARGEST:
            raise part.wrong(f"there cannot be {count} {what}s")
        return [_Entry("", default, "", []) for _ in range(count)]
    return [_entry(entry, what, range_name, default) for entry in part.items(f"{what}s")]


def _entry(entry: Part, what: str, range_name: str, default: Range) -> _Entry:
    article = f"an {what}" if what == "agent" else f"a {what}"
    parts = entry.mapping(("name", range_name, "organisation", "groups"), article)
    groups = parts["groups"].items("groups") if "groups" in parts else []
    return _Entry(
        parts.get("name", Part("")).text("a name"),
        _range(parts[range_name], f"a {range_name}") if range_name in parts else default,
        parts.get("organisation", Part("")).text("an organisation"),
        [group.text("a group") for group in groups],
    )


def _names(entries: list[_Entry], what: str) -> _Names:
    seen: set[str] = set()
    names = []
    for index, entry in enumerate(entries):
        name = entry.name or f"{what} {index + 1}"
        if name in seen:
            raise Misplaced(f"there are two {what}s called “{name}”", (f"{what}s", index, "name"))
        seen.add(name)
        names.append(name)
    return _Names(what, len(entries), names)


def _listed_pair(entry: Part, agents: _Names, tasks: _Names) -> Pair:
    items = entry.items("a pair")
    if len(items) != 2:
        raise entry.wrong(f"a pair has an agent and a task, not {len(items)} entries")
    return agents.index(items[0]), tasks.index(items[1])


def _pair(entry: Part, parts: dict[str, Part], agents: _Names, tasks: _Names) -> Pair:
    for name in ("agent", "task"):
        if name not in parts:
            raise entry.wrong(f"“{name}” is missing")
    return agents.index(parts["agent"]), tasks.index(parts["task"])


def _scores(part: Part, agents: _Names, tasks: _Names, missing: float) -> NDArray[np.float64]:
    scores = np.full((agents.count, tasks.count), missing)
    entries = part.items("scores")
    if entries and isinstance(entries[0].value, list):
        _fill_matrix(scores, part, entries)
        return scores
    seen: set[Pair] = set()
    for entry in entries:
        parts = entry.mapping(("agent", "task", "score"), "a score")
        pair = _pair(entry, parts, agents, tasks)
        if pair in seen:
            raise entry.wrong(f"{agents.names[pair[0]]} and {tasks.names[pair[1]]} have two scores")
        if "score" not in parts:
            raise entry.wrong("“score” is missing")
        seen.add(pair)
        scores[pair] = parts["score"].number("a score")
    return scores


def _fill_matrix(scores: NDArray[np.float64], part: Part, rows: list[Part]) -> None:
    if len(rows) != scores.shape[0]:
        raise part.wrong(f"there are {len(rows)} rows of scores for {scores.shape[0]} agents")
    for agent, row in enumerate(rows):
        cells = row.items("a row of scores")
        if len(cells) != scores.shape[1]:
            raise row.wrong(f"there are {len(cells)} scores in a row for {scores.shape[1]} tasks")
        for task, cell in enumerate(cells):
            if cell.value is not None:
                scores[agent, task] = cell.number("a score")


def _quotas(
    part: Part, agents: list[_Entry], tasks: list[_Entry], agent_names: _Names, task_names: _Names
) -> tuple[Quota, ...]:
    quotas = []
    for entry in part.items("quotas"):
        parts = entry.mapping(("each", "of", "at_least", "at_most", "only"), "a quota")
        each = parts.get("each", Part(None, entry.path))
        if each.value not in {str(side) for side in Side}:
            raise each.wrong("a quota’s “each” must be “agent” or “task”")
        side = Side(each.value)
        group = parts.get("of", Part(None, entry.path)).text("a quota’s “of”")
        partners = agents if side is Side.TASK else tasks
        members = frozenset(index for index, partner in enumerate(partners) if group in partner.groups)
        if not members:
            raise parts["of"].wrong(f"nobody belongs to “{group}”")
        own = agent_names if side is Side.AGENT else task_names
        quotas.append(
            Quota(
                side, group, members,
                parts["at_least"].integer("at_least") if "at_least" in parts else 0,
                parts["at_most"].integer("at_most") if "at_most" in parts else None,
                frozenset(own.index(owner) for owner in parts["only"].items("only")) if "only" in parts else None,
            )
        )  # fmt: skip
    return tuple(quotas)

"""An independent judge of assignments. Shares nothing with the solver but the data classes, and is simple on purpose."""

from collections import Counter
from dataclasses import dataclass

from querwerk.engine.assignment.problem import UNIT, Pair, Problem, Quota, Side
from querwerk.engine.assignment.result import Assignment


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with an assignment, and how good it is; scores are sums, rounded to six decimals each."""

    faults: tuple[str, ...]
    worst_task: float
    worst_agent: float
    """Of those agents who may be given anything."""
    total: float
    blocking: int
    """Pairs who may be together, are not, and would both gain."""

    @property
    def is_valid(self) -> bool:
        """Say whether the assignment keeps all promises."""
        return not self.faults


def check(problem: Problem, assignment: Assignment) -> Verdict:
    """Judge an assignment by the problem's own words, one demand after the other."""
    strangers = [pair for pair in assignment if not _exists(problem, pair)]
    if strangers:
        faults = tuple(f"there is no pair of agent {agent + 1} and task {task + 1}" for agent, task in strangers)
        return Verdict(faults, 0, 0, 0, 0)
    faults = (
        *_pair_faults(problem, assignment),
        *_count_faults(problem, assignment),
        *(fault for quota in problem.quotas for fault in _quota_faults(problem, quota, assignment)),
    )
    tasks, agents = [0] * problem.tasks, [0] * problem.agents
    for agent, task in assignment:
        score = _score(problem, agent, task)
        tasks[task] += score
        agents[agent] += score
    able = [agents[agent] for agent in range(problem.agents) if _is_able(problem, agent)]
    return Verdict(
        faults,
        min(tasks) / UNIT,
        min(able, default=0) / UNIT,
        sum(tasks) / UNIT,
        _blocking(problem, assignment),
    )


def _exists(problem: Problem, pair: Pair) -> bool:
    return 0 <= pair[0] < problem.agents and 0 <= pair[1] < problem.tasks


def _score(problem: Problem, agent: int, task: int) -> int:
    score = float(problem.scores[agent, task])
    return 0 if score != score else round(score * UNIT)  # noqa: PLR0124 -- not a number


def _may(problem: Problem, agent: int, task: int) -> str:
    """Return why not; empty: they may be together."""
    if (agent, task) in problem.conflicts:
        return "they have a conflict of interest"
    if problem.agent_organisations and problem.task_organisations:
        organisation = problem.agent_organisations[agent]
        if organisation and organisation == problem.task_organisations[task]:
            return f"both belong to {organisation}"
    if (agent, task) in problem.excluded:
        return "this pair is excluded"
    score = float(problem.scores[agent, task])
    return "this pair has no score" if score != score else ""  # noqa: PLR0124 -- not a number


def _is_able(problem: Problem, agent: int) -> bool:
    return problem.loads[agent][1] > 0 and any(
        problem.coverage[task][1] > 0 and not _may(problem, agent, task) for task in range(problem.tasks)
    )


def _pair_faults(problem: Problem, assignment: Assignment) -> list[str]:
    faults = []
    for (agent, task), times in Counter(assignment).items():
        words = f"{problem.agent(agent)} and {problem.task(task)}"
        if times > 1:
            faults.append(f"{words} are paired {times} times")
        if why := _may(problem, agent, task):
            faults.append(f"{words} must not be paired: {why}")
    given = set(assignment)
    faults += [
        f"{problem.agent(agent)} is pinned to {problem.task(task)}, but not assigned"
        for agent, task in sorted(problem.pinned)
        if (agent, task) not in given
    ]
    return faults


def _count_faults(problem: Problem, assignment: Assignment) -> list[str]:
    agents, tasks = Counter(agent for agent, _ in assignment), Counter(task for _, task in assignment)
    faults = []
    for agent, (least, most) in enumerate(problem.loads):
        if not least <= agents[agent] <= most:
            faults.append(f"{problem.agent(agent)} has {agents[agent]} tasks, not {_range(least, most)}")
    for task, (least, most) in enumerate(problem.coverage):
        if not least <= tasks[task] <= most:
            faults.append(f"{problem.task(task)} has {tasks[task]} agents, not {_range(least, most)}")
    return faults


def _range(least: int, most: int | None) -> str:
    if least == most:
        return str(least)
    return f"at least {least}" if most is None else f"{least} to {most}"


def _quota_faults(problem: Problem, quota: Quota, assignment: Assignment) -> list[str]:
    is_task = quota.each is Side.TASK
    counts: Counter[int] = Counter()
    for agent, task in assignment:
        owner, partner = (task, agent) if is_task else (agent, task)
        counts[owner] += partner in quota.members
    owners = range(problem.tasks if is_task else problem.agents) if quota.only is None else sorted(quota.only)
    name = problem.task if is_task else problem.agent
    return [
        f"{name(owner)} has {counts[owner]} of “{quota.group}”, not {_range(quota.at_least, quota.at_most)}"
        for owner in owners
        if counts[owner] < quota.at_least or (quota.at_most is not None and counts[owner] > quota.at_most)
    ]


def _blocking(problem: Problem, assignment: Assignment) -> int:
    """Count the pairs who may be together, are not, and would both gain.

    Somebody gains by a partner with a score above that of their least partner, or, where there is room, above 0.
    """
    agents: list[list[int]] = [[] for _ in range(problem.agents)]
    tasks: list[list[int]] = [[] for _ in range(problem.tasks)]
    for agent, task in assignment:
        agents[agent].append(_score(problem, agent, task))
        tasks[task].append(_score(problem, agent, task))
    for_agent = [_least_gain(scores, most) for scores, (_, most) in zip(agents, problem.loads, strict=True)]
    for_task = [_least_gain(scores, most) for scores, (_, most) in zip(tasks, problem.coverage, strict=True)]
    given, count = set(assignment), 0
    for agent, below in enumerate(for_agent):
        for task, other in enumerate(for_task):
            if below is None or other is None or (agent, task) in given:
                continue
            if _score(problem, agent, task) > max(below, other) and not _may(problem, agent, task):
                count += 1
    return count


def _least_gain(scores: list[int], most: int) -> int | None:
    """Return the score that another partner has to be above; None: there can be no other."""
    if most == 0:
        return None
    worst = min(scores, default=0)
    return min(worst, 0) if len(scores) < most else worst

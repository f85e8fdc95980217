"""Demands and reasons as English sentences. The parts they are made of are in the data, for other languages."""

from collections.abc import Iterable

from querwerk.engine.assignment.problem import Bar, Problem
from querwerk.engine.assignment.reasons import NAMED, Reason, ReasonKind
from querwerk.engine.assignment.result import Demand, DemandKind


def demand_words(problem: Problem, demand: Demand) -> str:
    """Return a demand as a sentence without a full stop."""
    task = "" if demand.task is None else problem.task(demand.task)
    owner = task if demand.agent is None else problem.agent(demand.agent)
    what = "agent" if demand.agent is None else "task"
    many = f"{demand.number} {what}" if demand.number == 1 else f"{demand.number} {what}s"
    match demand.kind:
        case DemandKind.AT_LEAST:
            return f"{owner} has at least {many}"
        case DemandKind.AT_MOST:
            return f"{owner} has at most {many}"
        case DemandKind.QUOTA_AT_LEAST:
            return f"{owner} has at least {many} of “{demand.group}”"
        case DemandKind.QUOTA_AT_MOST:
            return f"{owner} has at most {many} of “{demand.group}”"
        case DemandKind.PINNED:
            return f"{owner} is pinned to {task}"
        case DemandKind.BARRED:
            return f"{task} cannot have {names(map(problem.agent, demand.partners))}: {BARS[demand.bar]}"


BARS = {
    Bar.CONFLICT: "conflict of interest",
    Bar.ORGANISATION: "same organisation",
    Bar.EXCLUDED: "excluded",
    Bar.NO_SCORE: "no score",
}


def reason_words(problem: Problem, reason: Reason) -> str:
    """Return a reason as a sentence."""
    agent, task = problem.agent(reason.agent), problem.task(reason.task)
    if reason.kind in {ReasonKind.PINNED, ReasonKind.FIRST, ReasonKind.CHOSEN}:
        return f"{agent} has {task}: {_why(problem, reason)}."
    return f"{agent} does not have {task}: {_why_not(problem, reason)}."


def _why(problem: Problem, reason: Reason) -> str:
    task = problem.task(reason.task)
    match reason.kind:
        case ReasonKind.PINNED:
            return "this pair is pinned"
        case ReasonKind.FIRST:
            return f"score {reason.score:g}, and of the {reason.choices} who may have {task} nobody left over scores higher"
        case _:
            others = names(map(problem.agent, reason.others))
            return (
                f"score {reason.score:g}, place {reason.rank} of {reason.choices} for {task}; "
                f"{others} would score higher, but the assignment as a whole is better with them elsewhere"
            )


def _why_not(problem: Problem, reason: Reason) -> str:
    agent, task = problem.agent(reason.agent), problem.task(reason.task)
    has = f"{agent} is fully used with {names(map(problem.task, reason.tasks))}"
    full = f"{task} is full with {names(map(problem.agent, reason.others))} (the score here would be {reason.score:g})"
    words = {
        ReasonKind.BARRED: problem.bar_words(reason.agent, reason.task, reason.bar),
        ReasonKind.BOTH_FULL: f"{has}, and {full}" if reason.tasks else full,
        ReasonKind.AGENT_FULL: has if reason.tasks else f"{agent} takes no tasks",
        ReasonKind.TASK_FULL: full if reason.others else f"{task} takes no agents",
        ReasonKind.QUOTA: f"the quota for “{reason.group}” is used up",
        ReasonKind.NO_GAIN: f"both have room, but the score is only {reason.score:g}",
        ReasonKind.OPEN: "both have room, but other goals go first, or the search was ended early",
    }
    return words[reason.kind]


def names(found: Iterable[str]) -> str:
    """Return names as one reads them aloud, the first few."""
    every = list(found)
    if len(every) > NAMED + 1:
        every = [*every[:NAMED], f"{len(every) - NAMED} others"]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}" if every else "nobody"

"""Assigns agents to tasks, many to many and fairly: jurors to applications, creatives to challenges. Knows no web.

`solve` returns the best assignment it finds and what is proved about it; `check` judges any assignment by itself.
"""

from querwerk.engine.assignment.check import Verdict, check
from querwerk.engine.assignment.problem import Bar, InvalidProblem, Pair, Problem, Quota, Side
from querwerk.engine.assignment.read import Unreadable, read, read_assignment
from querwerk.engine.assignment.reasons import Reason, ReasonKind, Reasons
from querwerk.engine.assignment.result import (
    GOALS,
    Assignment,
    CurvePoint,
    Demand,
    DemandKind,
    Goal,
    Progress,
    Report,
    Result,
    Stage,
    Status,
    Stop,
)
from querwerk.engine.assignment.solve import curve, solve
from querwerk.engine.assignment.words import demand_words, reason_words

__all__ = [
    "GOALS", "Assignment", "Bar", "CurvePoint", "Demand", "DemandKind", "Goal", "InvalidProblem", "Pair", "Problem", "Progress",
    "Quota", "Reason", "ReasonKind", "Reasons", "Report", "Result", "Side", "Stage", "Status", "Stop", "Unreadable",
    "Verdict", "check", "curve", "demand_words", "read", "read_assignment", "reason_words", "solve",
]  # fmt: skip

"""Plans 1:1 meetings: everybody's meetings into slots and tables, with few breaks. Knows no web.

`solve` returns the best plan it finds, what is proved about it, and a reason for each wish that is not fulfilled;
`what_helps` tries what would let more come true; `check` judges any plan by itself; `promise` says before booking opens
what is always possible; `repair` and `repair_with_moves` mend a plan on the day.
"""

from querwerk.engine.timetable.changes import read_changes
from querwerk.engine.timetable.check import Verdict, check
from querwerk.engine.timetable.files import Unreadable
from querwerk.engine.timetable.helps import what_helps
from querwerk.engine.timetable.moves import repair_with_moves
from querwerk.engine.timetable.problem import Interpreter, InvalidProblem, Meeting, Person, Problem, Session, Table
from querwerk.engine.timetable.promise import Promise, promise
from querwerk.engine.timetable.read import read, read_plan
from querwerk.engine.timetable.repair import Change, Changes, Repaired, repair
from querwerk.engine.timetable.result import (
    Cause,
    Help,
    Placement,
    Plan,
    Progress,
    Report,
    Result,
    Status,
    Stop,
    Unplaced,
)
from querwerk.engine.timetable.solve import solve

__all__ = [
    "Cause", "Change", "Changes", "Help", "Interpreter", "InvalidProblem", "Meeting", "Person", "Placement", "Plan",
    "Problem", "Progress", "Promise", "Repaired", "Report", "Result", "Session", "Status", "Stop", "Table", "Unplaced",
    "Unreadable", "Verdict", "check", "promise", "read", "read_changes", "read_plan", "repair", "repair_with_moves",
    "solve", "what_helps",
]  # fmt: skip

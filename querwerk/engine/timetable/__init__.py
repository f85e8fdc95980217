"""Plans 1:1 meetings: everybody's meetings into slots and tables, with few breaks. Knows no web.

`solve` returns the best plan it finds and what is proved about it; `check` judges any plan by itself.
"""

from querwerk.engine.timetable.check import Verdict, check
from querwerk.engine.timetable.files import Unreadable
from querwerk.engine.timetable.problem import Interpreter, InvalidProblem, Meeting, Person, Problem, Session, Table
from querwerk.engine.timetable.read import read, read_plan
from querwerk.engine.timetable.result import Cause, Placement, Plan, Progress, Report, Result, Status, Stop, Unplaced
from querwerk.engine.timetable.solve import solve

__all__ = [
    "Cause", "Interpreter", "InvalidProblem", "Meeting", "Person", "Placement", "Plan", "Problem", "Progress", "Report",
    "Result", "Session", "Status", "Stop", "Table", "Unplaced", "Unreadable", "Verdict", "check", "read", "read_plan",
    "solve",
]  # fmt: skip

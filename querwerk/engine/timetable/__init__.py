"""Plans 1:1 meetings: everybody's meetings into slots and tables, with few breaks. Knows no web.

`solve` returns the best plan it finds and what is proved about it; `check` judges any plan by itself.
"""

from querwerk.engine.timetable.check import Verdict, check
from querwerk.engine.timetable.problem import InvalidProblem, Meeting, Problem, Session
from querwerk.engine.timetable.read import Unreadable, read, read_plan
from querwerk.engine.timetable.result import Placement, Plan, Progress, Report, Result, Status, Stop
from querwerk.engine.timetable.solve import solve

__all__ = [
    "InvalidProblem", "Meeting", "Placement", "Plan", "Problem", "Progress", "Report", "Result", "Session", "Status",
    "Stop", "Unreadable", "Verdict", "check", "read", "read_plan", "solve",
]  # fmt: skip

import json
from pathlib import Path

import numpy as np
import pytest

from querwerk.engine.assignment import Bar, Problem, Quota, Side, Unreadable, read, read_assignment

ROUND = """{
  "load": [0, 2],
  "coverage": 2,
  "agents": [
    {"name": "Anna", "groups": ["music"], "load": [1, 1]},
    {"name": "Ben", "organisation": "HTW"},
    {"name": "Cem", "groups": ["film", "music"]}
  ],
  "tasks": [
    {"name": "Alpha", "coverage": [1, 3]},
    {"name": "Beta", "organisation": "HTW"}
  ],
  "scores": [
    {"agent": "Anna", "task": "Alpha", "score": 0.9},
    {"agent": 3, "task": 2, "score": -1}
  ],
  "unscored": null,
  "conflicts": [["Cem", "Alpha"]],
  "excluded": [["Anna", "Beta"]],
  "pinned": [["Anna", "Alpha"]],
  "quotas": [{"each": "task", "of": "music", "at_least": 1, "only": ["Beta"]}]
}
"""


def same(one: Problem, two: Problem) -> bool:
    names = set(one.__dataclass_fields__) - {"scores"}
    return np.array_equal(one.scores, two.scores, equal_nan=True) and all(
        getattr(one, name) == getattr(two, name) for name in names
    )


def wrong(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(Unreadable) as error:
        read(file)
    return str(error.value).removeprefix(str(file))


def test_json_is_read(tmp_path: Path) -> None:
    file = tmp_path / "round.json"
    file.write_text(ROUND)
    problem = read(file)
    nothing = float("nan")
    assert np.array_equal(problem.scores, [[0.9, nothing], [nothing, nothing], [nothing, -1.0]], equal_nan=True)
    assert problem.loads == ((1, 1), (0, 2), (0, 2))
    assert problem.coverage == ((1, 3), (2, 2))
    assert problem.bars.tolist() == [
        [Bar.NONE, Bar.EXCLUDED],
        [Bar.NO_SCORE, Bar.ORGANISATION],
        [Bar.CONFLICT, Bar.NONE],
    ]
    assert problem.pinned == {(0, 0)}
    assert problem.quotas == (Quota(Side.TASK, "music", frozenset({0, 2}), 1, None, frozenset({1})),)


def test_tables_say_the_same_as_json(tmp_path: Path) -> None:
    file = tmp_path / "round.json"
    file.write_text(ROUND.replace('"unscored": null', '"unscored": 0'))
    folder = tmp_path / "round"
    folder.mkdir()
    (folder / "agents.csv").write_text(
        "name;load_min;load_max;organisation;groups\nAnna;1;1;;music\nBen;0;2;HTW;\nCem;0;2;;film | music\n"
    )
    (folder / "tasks.csv").write_text("name;coverage_min;coverage_max;organisation\nAlpha;1;3;\nBeta;2;2;HTW\n")
    (folder / "pairs.csv").write_text(
        "agent;task;score;rule\nAnna;Alpha;0,9;pinned\nCem;Beta;-1;\nCem;Alpha;;conflict\nAnna;Beta;;excluded\n"
    )
    (folder / "quotas.csv").write_text("each;of;at_least;at_most;only\ntask;music;1;;Beta\n")
    assert same(read(folder), read(file))


def test_matrices_are_read(tmp_path: Path) -> None:
    scores = np.array([[0.5, 1.0], [0.0, -1.0]])
    np.save(tmp_path / "scores.npy", scores)
    problem = read(tmp_path / "scores.npy", load=(0, 4), coverage=(2, 2))
    assert (problem.scores == scores).all()
    assert (problem.loads, problem.coverage) == (((0, 4),) * 2, ((2, 2),) * 2)
    np.savez(tmp_path / "all.npz", similarity_matrix=scores, mask_matrix=[[0, 1], [0, 0]], loads_max=[1, 2])
    problem = read(tmp_path / "all.npz")
    assert problem.conflicts == {(0, 1)}
    assert problem.loads == ((0, 1), (0, 2))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"load": [1, 1]', '"load": [2, 1]', ", line 5: a load of at least 2 and at most 1 cannot be"),
        ('"load": [1, 1]', '"load": -1', ", line 5: a load must not be negative, but is -1"),
        ('"load": [1, 1]', '"load": "one"', ", line 5: a load must be a whole number, not the text “one”"),
        ('"name": "Ben"', '"name": "Anna"', ", line 6: there are two agents called “Anna”"),
        ('"score": 0.9', '"score": NaN', ", line 14: a score must be a finite number, not nan"),
        ('"score": 0.9', '"score": true', ", line 14: a score must be a number, not true"),
        ('"score": 0.9', '"points": 1', ", line 14: a score has no “points”; known are agent, task, score"),
        ('"agent": "Anna", "task"', '"agent": "Eva", "task"', ", line 14: there is no agent called “Eva”"),
        ('"task": 2', '"task": 3', ", line 15: there is no task 3; tasks are 1 to 2"),
        ('"agent": 3, "task": 2', '"agent": 1, "task": 1', ", line 15: Anna and Alpha have two scores"),
        ('["Cem", "Alpha"]', '["Cem"]', ", line 18: a pair has an agent and a task, not 1 entries"),
        ('["Anna", "Alpha"]', '["Cem", "Alpha"]',
         ", line 20: Cem is pinned to Alpha, but they have a conflict of interest"),
        ('"of": "music"', '"of": "dance"', ", line 21: nobody belongs to “dance”"),
        ('"each": "task"', '"each": "pair"', ", line 21: a quota’s “each” must be “agent” or “task”"),
        ('"at_least": 1', '"at_least": 2, "at_most": 1',
         ", line 21: a quota of at least 2 and at most 1 cannot be"),
        ('"scores"', '"marks"',
         (", line 13: a problem has no “marks”; known are agents, tasks, load, coverage, scores, unscored, conflicts, "
         "excluded, pinned, quotas")),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in ROUND
    assert wrong(tmp_path / "round.json", ROUND.replace(old, new, 1)) == message


def test_files_that_are_no_problems_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "round.json"
    assert wrong(file, ROUND[:200]).startswith(", line 7: is no JSON, or cut off: ")
    assert wrong(file, "[1]") == ", line 1: a problem must be an object, not a list"
    assert wrong(file, '{"agents": 99999, "tasks": 99999, "scores": []}') == (
        ", line 1: 99999 agents and 99999 tasks are more than 20000000 pairs"
    )
    assert (
        wrong(tmp_path / "round.txt", "")
        == ": is neither .json nor .npy nor .npz nor a folder with agents.csv, tasks.csv, pairs.csv"
    )
    assert wrong(tmp_path / "scores.npy", "abc").startswith(": is no NumPy file, or cut off: ")
    np.savez(tmp_path / "odd.npz", similarity_matrix=np.ones((2, 2)), mask_matrix=np.ones((2, 3)))
    with pytest.raises(Unreadable, match=r"conflicts are \(2, 3\), but scores \(2, 2\)"):
        read(tmp_path / "odd.npz")
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "missing.json")


def test_bad_tables_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "agents.csv").write_text("name,load_max\nAnna,two\n")
    (tmp_path / "tasks.csv").write_text("name\nAlpha\n")
    (tmp_path / "pairs.csv").write_text("agent,task,score\nAnna,Alpha,1\n\nAnna,Beta,2\n")
    with pytest.raises(Unreadable, match=r"agents.csv, line 2: a load must be a whole number, not the text “two”"):
        read(tmp_path)
    (tmp_path / "agents.csv").write_text("name,load_max\nAnna,2\n")
    with pytest.raises(Unreadable, match=r"pairs.csv, line 4: there is no task called “Beta”"):
        read(tmp_path)
    (tmp_path / "pairs.csv").write_text("agent,task,rule\nAnna,Alpha,never\n")
    with pytest.raises(Unreadable, match=r"pairs.csv, line 2: there is no rule “never”; known are conflict, excluded"):
        read(tmp_path)


def test_an_assignment_is_read_by_name_and_number(tmp_path: Path) -> None:
    file, plan = tmp_path / "round.json", tmp_path / "plan.json"
    file.write_text(ROUND)
    problem = read(file)
    plan.write_text(json.dumps({"pairs": [{"agent": "Cem", "task": 2}, {"agent": 1, "task": "Alpha", "score": 0.9}]}))
    assert read_assignment(plan, problem) == ((0, 0), (2, 1))
    plan.write_text('{"pairs": [\n{"agent": "Cem"}]}')
    with pytest.raises(Unreadable, match="line 2: “task” is missing"):
        read_assignment(plan, problem)

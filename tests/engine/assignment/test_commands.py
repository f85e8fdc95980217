import json
from pathlib import Path

import pytest

from querwerk.cli import main

EASY: dict[str, object] = {
    "load": [0, 1],
    "coverage": 1,
    "agents": [{"name": "Anna"}, {"name": "Ben"}, {"name": "Cem"}],
    "tasks": [{"name": "Alpha"}, {"name": "Beta"}],
    "scores": [[0.9, 0.8], [0.7, 0.1], [0.2, 0]],
}


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(["assignment", *arguments])
    return end.value.code


def write(file: Path, **changes: object) -> str:
    file.write_text(json.dumps(EASY | changes))
    return str(file)


def test_an_assignment_is_solved_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "round.json")
    assert run("solve", file, "--json", "--seed", "7", "--goals", "worst_task,total", "--curve", "2") == 0
    document = json.loads(capsys.readouterr().out)
    assert 0 <= document.pop("cpu_seconds") < 5
    pairs = document.pop("pairs")
    assert document == {
        "status": "optimal",
        "stages": [
            {"goal": "worst_task", "level": 1, "value": 0.7, "bound": 0.7, "proved": True},
            {"goal": "total", "level": 1, "value": 1.5, "bound": 1.5, "proved": True},
        ],
        "left_out": [
            {"agent": "Cem", "why": "Cem does not have Alpha: Alpha is full with Ben (the score here would be 0.2)."}
        ],
        "curve": [{"worst_task": 0.7, "total": 1.5, "bound": 1.5, "proved": True}],
        "seed": 7,
    }
    assert [(pair["agent"], pair["task"], pair["score"]) for pair in pairs] == [
        ("Anna", "Beta", 0.8),
        ("Ben", "Alpha", 0.7),
    ]
    assert pairs[0]["why"] == "Anna has Beta: score 0.8, and of the 3 who may have Beta nobody left over scores higher."
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"pairs": pairs}))
    assert run("check", file, str(plan)) == 0
    assert capsys.readouterr().out == (
        "valid: 2 pairs, worst-served task 0.7, worst-served agent 0, total 1.5, 1 blocking pairs\n"
    )
    plan.write_text(json.dumps({"pairs": pairs[:1]}))
    assert run("check", file, str(plan)) == 1
    assert capsys.readouterr().out == "Alpha has 0 agents, not 1\n"


def test_people_read_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("solve", write(tmp_path / "round.json")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3:8] == [
        "worst-served task: 0.7, proved",
        "worst-served agent: 0, proved",
        "total: 1.5, proved",
        "blocking pairs: 1, proved",
        "optimal: each goal is as good as the goals before it allow",
    ]
    assert run("solve", write(tmp_path / "round.json"), "--why", "Anna", "Alpha") == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "Anna does not have Alpha: Anna is fully used with Beta, and "
        "Alpha is full with Ben (the score here would be 0.9)."
    )


def test_an_impossible_assignment_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "round.json", conflicts=[["Ben", "Beta"], ["Cem", "Beta"]], pinned=[["Anna", "Alpha"]])
    assert run("solve", file) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "infeasible: these demands cannot be met together:",
        "- Beta cannot have Ben and Cem: conflict of interest",
        "- Anna is pinned to Alpha",
        "- Anna has at most 1 task",
        "- Beta has at least 1 agent",
    ]
    assert run("solve", file, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["status"], document["pairs"], len(document["conflict"])) == ("infeasible", [], 4)


def test_bad_input_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "round.json", coverage=4)
    assert run("solve", file) == (
        f"querwerk: {file}, line 1: a coverage of at least 4 cannot be with 3 on the other side"
    )
    file = write(tmp_path / "round.json")
    assert run("check", file, file) == f"querwerk: {file}, line 1: an assignment must be an object with “pairs”"
    assert run("solve", file, "--seconds", "0") == "querwerk: --seconds must be more than 0."
    assert run("solve", file, "--levels", "0") == "querwerk: --levels must be 1 or more."
    assert run("solve", file, "--curve", "1") == "querwerk: --curve must be 2 or more."
    assert run("solve", file, "--why", "Eva", "Alpha") == "querwerk: there is no agent called “Eva”."
    assert run("solve", file, "--goals", "worst_task,best") == 2
    assert run("solve", file, "--load", "few") == 2

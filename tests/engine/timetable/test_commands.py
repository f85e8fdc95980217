import json
from pathlib import Path

import pytest

from querwerk.cli import main

EASY = {"people": 4, "slots": 3, "tables": 2, "meetings": [{"people": [1, 2]}, {"people": [3, 4]}, {"people": [1, 3]}]}


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(["timetable", *arguments])
    return end.value.code


def write(file: Path, **changes: object) -> str:
    file.write_text(json.dumps(EASY | changes))
    return str(file)


def test_a_plan_is_solved_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "day.json")
    assert run("solve", file, "--json", "--seed", "7", "--fairness", "0") == 0
    document = json.loads(capsys.readouterr().out)
    seconds = document.pop("cpu_seconds")
    meetings = document.pop("meetings")
    assert 0 <= seconds < 5
    assert document == {"status": "optimal", "breaks": 0, "bound": 0, "seed": 7}
    assert [meeting["id"] for meeting in meetings] == [1, 2, 3]
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"meetings": meetings}))
    assert run("check", file, str(plan)) == 0
    assert capsys.readouterr().out == "valid: 3 meetings, 0 breaks, per person 0 to 0\n"
    plan.write_text(json.dumps({"meetings": [meeting | {"slot": 1} for meeting in meetings]}))
    assert run("check", file, str(plan)) == 1
    assert "person 1 has 2 meetings in slot 1\n" in capsys.readouterr().out


def test_people_read_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [{"name": name} for name in ("Anna", "Ben", "Cem", "Dana")]
    assert run("solve", write(tmp_path / "day.json", people=names)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.partition(": ")[2] for line in lines[:3]) == [
        "meeting 1 of Anna and Ben", "meeting 2 of Cem and Dana", "meeting 3 of Anna and Cem",
    ]  # fmt: skip
    assert lines[3] == "optimal: 0 breaks, and no plan has fewer"


def test_an_impossible_plan_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("solve", write(tmp_path / "day.json", slots=1), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["status"], document["breaks"], document["meetings"]) == ("infeasible", None, [])
    assert document["conflict"] == [
        "meeting 1 of person 1 and person 2 has to be",
        "meeting 3 of person 1 and person 3 has to be",
    ]
    assert run("solve", write(tmp_path / "day.json", slots=1)) == 0
    assert capsys.readouterr().out.startswith("infeasible: these demands cannot be met together:\n- meeting 1 of")


def test_bad_input_is_refused_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "day.json", tables=-1)
    assert run("solve", file) == f"querwerk: {file}, line 1: there must be at least one of “tables”, not -1"
    assert run("check", file, file) == f"querwerk: {file}, line 1: there must be at least one of “tables”, not -1"
    file = write(tmp_path / "day.json")
    assert (
        run("check", file, file)
        == f"querwerk: {file}, line 1: a placed meeting has no “people”; known are id, slot, table, delegates, interpreter"
    )
    assert run("solve", file, "--seconds", "0") == "querwerk: --seconds must be more than 0."

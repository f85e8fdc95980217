import json
from pathlib import Path

import pytest

from querwerk.engine.timetable import Meeting, Placement, Problem, Session, Unreadable, read, read_plan

EXPECTED = Problem(
    people=3,
    slots=4,
    morning_slots=2,
    tables=1,
    meetings=(Meeting((0, 1), Session.MORNING), Meeting((1, 2), slot=2, after=(0,)), Meeting((0, 2))),
    unavailable=(frozenset(), frozenset({3}), frozenset()),
)

DZN = """\
% a comment
nBusiness = 3;
nMeetings = 3;
nTables = 1;
nTotalSlots = 4;
nMorningSlots = 2;
requested = [|1, 2,1,
|2, 3,3,
|1, 3,3,
|];
meetingsxBusiness = [{1,2,4},
{1,2,3},
{1,3,4}];
nMeetingsBusiness = [2,2,2];
fixed = [0,3,0];
precedences = [{},
{1},
{}];
forbidden = [{0},
{0,4},
{0}];
"""

JSON = """\
{
  "slots": 4, "morning_slots": 2, "tables": 1,
  "people": [
    {},
    {"unavailable": [4]},
    {}
  ],
  "meetings": [
    {"people": [1, 2], "session": "morning"},
    {"people": [2, 3], "slot": 3, "after": [1]},
    {"people": [1, 3]}
  ]
}
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def write_tables(folder: Path, **changes: str) -> Path:
    texts = {
        "event": "what,number\nslots,4\nmorning_slots,2\ntables,1\n",
        "people": "name;unavailable\nAnna;\nBen;4\nCem;\n",
        "meetings": "first,second,session,slot,after\nAnna,Ben,morning,,\nBen,Cem,,3,1\n\nAnna,Cem,any,,\n",
    }
    for name, text in (texts | changes).items():
        write(folder, f"{name}.csv", text)
    return folder


def test_dzn(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a.dzn", DZN)) == EXPECTED


def test_json(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a.json", JSON)) == EXPECTED


def test_tables(tmp_path: Path) -> None:
    found = read(write_tables(tmp_path))
    assert found.names == ("Anna", "Ben", "Cem")
    assert (found.meetings, found.unavailable, found.slots) == (EXPECTED.meetings, EXPECTED.unavailable, 4)


def test_fairness_from_outside_counts_more(tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", JSON.replace('"tables": 1', '"tables": 1, "fairness": 2'))
    assert read(file).fairness == 2
    assert read(file, fairness=1).fairness == 1
    with pytest.raises(Unreadable, match="fairness must not be negative, but is -1"):
        read(file, fairness=-1)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("|2, 3,3", "|2, 2,3", 8, "meeting 2 is a meeting of person 2 with themselves"),
        ("|2, 3,3", "|2, 9,3", 8, "meeting 2 names person 9, but people are 1 to 3"),
        ("|2, 3,3", "|2, 3", 8, "meeting 2 must have two people and a session"),
        ("|2, 3,3", "|2, 3,7", 8, "meeting 2 has the session 7; known are 1 (morning), 2 (afternoon), 3 (any)"),
        ("nTables = 1", "nTables = -1", 4, "there must be at least one of “tables”, not -1"),
        ("nTables = 1", "nTables = [1]", 4, "“nTables” must be one number"),
        ("nTables = 1", "nTabels = 1", 4, "“nTabels” is not known in these files"),
        ("nTables = 1;", "nTables = 1", 5, "“nTables” has no end (;); the file may be cut off"),
        ("nMeetings = 3", "nMeetings = 4", 7, "“requested” has 3 elements, but should have 4"),
        ("nMorningSlots = 2", "nMorningSlots = 5", 6, "morning slots must be between 0 and the 4 slots there are, not 5"),
        ("[0,3,0]", "[3,3,0]", 15, "more than 1 meetings are fixed to slot 3, but there are only 1 tables"),
        ("[0,3,0]", "[0,5,0]", 15, "there is no slot 5; slots are 1 to 4"),
        ("{1},", "{2},", 17, "meeting 2 is to come after itself"),
        ("{1},", "{8},", 17, "meeting 2 is to come after meeting 8, which does not exist"),
        ("{0,4}", "{0,5}", 20, "there is no slot 5; slots are 1 to 4"),
        ("{1,2,3}", "{1,2}", 12, "meetingsxBusiness and requested disagree about the meetings of person 2"),
        ("[2,2,2]", "[2,1,2]", 14, "nMeetingsBusiness gives person 2 1 meetings, but 2 are requested"),
        ("forbidden = ", "fixed = ", 19, "“fixed” is given twice"),
        ("% a", "& a", 1, "“&” makes no sense here"),
    ],
)  # fmt: skip
def test_dzn_faults_have_a_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert DZN.count(old) == 1
    with pytest.raises(Unreadable) as caught:
        read(write(tmp_path, "a.dzn", DZN.replace(old, new)))
    assert (caught.value.reason, caught.value.line) == (reason, line)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("[2, 3]", "[2, 2]", 10, "meeting 2 is a meeting of person 2 with themselves"),
        ("[2, 3]", "[2, 0]", 10, "meeting 2 names person 0, but people are 1 to 3"),
        ("[2, 3]", "[2]", 10, "a meeting has two people or more, not 1"),
        ("[2, 3]", '[2, "Zoe"]', 10, "there is nobody called “Zoe”"),
        ("[2, 3]", "[2, true]", 10, "a person must be a whole number, not true"),
        ('"tables": 1', '"tables": 1.5', 2, "tables must be a whole number, not 1.5"),
        ('"tables": 1', '"tabels": 1', 2, "a problem has no “tabels”; known are people, meetings, requests, slots, morning_slots, tables, fairness, interpreters, must, never"),
        (' "tables": 1,', "", 1, "“tables” is missing"),
        ('"morning"}', '"evening"}', 9, "a session is one of morning, afternoon, any, not the text “evening”"),
        ('"unavailable": [4]', '"unavailable": [0]', 5, "there is no slot 0; slots are 1 to 4"),
        ("3]}\n  ]\n}", "3]}\n", 13, "is no JSON, or cut off: Expecting ',' delimiter"),
    ],
)  # fmt: skip
def test_json_faults_have_a_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert JSON.count(old) == 1
    with pytest.raises(Unreadable) as caught:
        read(write(tmp_path, "a.json", JSON.replace(old, new)))
    assert (caught.value.reason, caught.value.line) == (reason, line)


@pytest.mark.parametrize(
    ("table", "text", "line", "reason"),
    [
        ("meetings", "first,second\nAnna,Ben\nBen,Zoe\n", 3, "there is nobody called “Zoe”"),
        ("meetings", "first,second\nAnna,Ben,x\n", 2, "has 3 cells, but the head has 2"),
        ("meetings", "first\nAnna\n", 1, "the column “second” is missing"),
        ("people", "name\nAnna\nBen\nCem\nBen\n", 5, "there are two people called “Ben”"),
        ("event", "what,number\nslots,4\ntables,none\n", 3, "tables must be a whole number, not the text “none”"),
        ("event", "what,number\nslots,4\n", None, "“tables” is missing"),
    ],
)  # fmt: skip
def test_table_faults_have_a_line(tmp_path: Path, table: str, text: str, line: int | None, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(write_tables(tmp_path, **{table: text}))
    assert (caught.value.line, caught.value.reason) == (line, reason)
    assert f"{table}.csv" in str(caught.value)


@pytest.mark.parametrize("end", range(0, len(DZN) - 2, 7))
def test_truncated_files_are_refused(tmp_path: Path, end: int) -> None:
    with pytest.raises(Unreadable):
        read(write(tmp_path, "a.dzn", DZN[:end]))


def test_huge_files_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "a.dzn"
    with file.open("wb") as sparse:
        sparse.truncate(400_000_000)
    with pytest.raises(Unreadable, match="has 400 MB"):
        read(file)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"is neither \.json nor \.dzn"):
        read(write(tmp_path, "a.txt", ""))
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "b.json")
    (tmp_path / "c.json").write_bytes(b"{\n\xff}")
    with pytest.raises(Unreadable, match="line 2: is not UTF-8 text"):
        read(tmp_path / "c.json")


def test_plan(tmp_path: Path) -> None:
    rows = [{"id": 2, "slot": 3, "table": 1}, {"id": 1, "slot": 1, "table": 1}, {"id": 3, "slot": 4, "table": 1}]
    file = write(tmp_path, "plan.json", json.dumps({"status": "optimal", "meetings": rows}))
    assert read_plan(file, EXPECTED) == (Placement(0, 0), Placement(2, 0), Placement(3, 0))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"id": 4, "slot": 1, "table": 1}], "there is no meeting 4; meetings are 1 to 3"),
        ([{"id": 1, "slot": 1, "table": 1}] * 2, "meeting 1 is placed twice"),
        ([{"id": 1, "slot": 1, "table": 1}], "meeting 2 is not placed"),
        ([{"id": 1, "slot": 1}], "“table” is missing"),
    ],
)
def test_plan_faults(tmp_path: Path, rows: list[dict[str, int]], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_plan(write(tmp_path, "plan.json", json.dumps({"meetings": rows})), EXPECTED)

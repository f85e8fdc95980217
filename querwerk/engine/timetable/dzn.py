"""Reads the MiniZinc data files of the published benchmark (Bofill et al., JAIR 74, 2022)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from querwerk.engine.documents import Path
from querwerk.engine.timetable.problem import InvalidProblem, Meeting, Problem, Session

SESSIONS = {1: Session.MORNING, 2: Session.AFTERNOON, 3: Session.ANY}
NUMBERS = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots")
LISTS = ("requested", "meetingsxBusiness", "nMeetingsBusiness", "fixed", "precedences", "forbidden")

_TOKEN = re.compile(
    r"(?P<skip>\s+|%[^\n]*)|(?P<name>[A-Za-z]\w*)|(?P<number>-?\d+)|(?P<mark>\.\.|[=;,|{}\[\]])|(?P<bad>.)"
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of a list: numbers of a row, of a set, or a single one."""

    numbers: tuple[int, ...]
    line: int


@dataclass(frozen=True, slots=True)
class _Value:
    elements: tuple[_Element, ...]
    line: int


def read_dzn(text: str) -> Problem:
    """Read a problem; the path of an InvalidProblem is its line."""
    values = dict(_assignments(_tokens(text)))
    for name in (*NUMBERS, *LISTS):
        if name not in values:
            raise InvalidProblem(f"“{name}” is missing; the file may be cut off", (text.count("\n") + 1,))
    people, count, tables, slots, morning = (values[name].elements[0].numbers[0] for name in NUMBERS)
    for name, length in (("requested", count), ("fixed", count), ("precedences", count), ("forbidden", people),
                         ("meetingsxBusiness", people), ("nMeetingsBusiness", people)):  # fmt: skip
        if len(values[name].elements) != length:
            found = len(values[name].elements)
            raise InvalidProblem(f"“{name}” has {found} elements, but should have {length}", (values[name].line,))
    meetings = tuple(_meetings(values, count))
    try:
        problem = Problem(people, slots, morning, tables, meetings, _unavailable(values))
    except InvalidProblem as error:
        raise InvalidProblem(error.reason, (_line(values, error.path),)) from None
    _require_agreement(values, problem)
    return problem


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "bad":
            raise InvalidProblem(f"“{match.group()}” makes no sense here", (line,))
        if kind != "skip":
            yield _Token(kind, match.group(), line)
        else:
            line += match.group().count("\n")
    yield _Token("end", "the end of the file", line)


def _assignments(tokens: Iterator[_Token]) -> Iterator[tuple[str, _Value]]:
    seen: set[str] = set()
    while (name := next(tokens)).kind != "end":
        if name.kind != "name" or name.text not in (*NUMBERS, *LISTS):
            raise InvalidProblem(f"“{name.text}” is not known in these files", (name.line,))
        if name.text in seen:
            raise InvalidProblem(f"“{name.text}” is given twice", (name.line,))
        seen.add(name.text)
        _expect(next(tokens), "=")
        body: list[_Token] = []
        while (token := next(tokens)).text != ";":
            if token.kind in {"end", "name"} or token.text == "=":
                raise InvalidProblem(f"“{name.text}” has no end (;); the file may be cut off", (token.line,))
            body.append(token)
        yield name.text, _Value(tuple(_elements(name, body)), name.line)


def _expect(token: _Token, text: str) -> None:
    if token.text != text:
        raise InvalidProblem(f"“{token.text}” stands where “{text}” should be", (token.line,))


def _elements(name: _Token, body: list[_Token]) -> list[_Element]:
    if name.text in NUMBERS:
        if len(body) != 1 or body[0].kind != "number":
            raise InvalidProblem(f"“{name.text}” must be one number", (name.line,))
        return [_Element((int(body[0].text),), body[0].line)]
    if len(body) < 2 or body[0].text != "[" or body[-1].text != "]":
        raise InvalidProblem(f"“{name.text}” must be a list in [ ]", (name.line,))
    inner = body[1:-1]
    if inner and inner[0].text == "|":
        return _rows(inner)
    return _items(inner)


def _rows(tokens: list[_Token]) -> list[_Element]:
    """Read the rows of a matrix, ``[| 1, 2 | 3, 4 |]``."""
    marks = [index for index, token in enumerate(tokens) if token.text == "|"]
    rows = []
    for start, end in pairwise([*marks, len(tokens)]):
        row = tokens[start + 1 : end]
        if row:
            rows.append(_Element(tuple(_numbers(row)), row[0].line))
    return rows


def _items(tokens: list[_Token]) -> list[_Element]:
    """Read the elements of a list: numbers, sets in braces, or ranges such as ``1..4``."""
    found: list[_Element] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.text == ",":
            index += 1
        elif token.text == "{":
            end = next((at for at in range(index, len(tokens)) if tokens[at].text == "}"), None)
            if end is None:
                raise InvalidProblem("a set has no end (})", (token.line,))
            found.append(_Element(tuple(_numbers(tokens[index + 1 : end])), token.line))
            index = end + 1
        elif index + 1 < len(tokens) and tokens[index + 1].text == "..":
            first, last = _numbers(tokens[index : index + 1]), _numbers(tokens[index + 2 : index + 3])
            if not last:
                raise InvalidProblem("a range has no end", (token.line,))
            found.append(_Element(_range(first[0], last[0], token.line), token.line))
            index += 3
        else:
            found.append(_Element(tuple(_numbers([token])), token.line))
            index += 1
    return found


def _range(first: int, last: int, line: int) -> tuple[int, ...]:
    if last - first > 100_000:
        raise InvalidProblem(f"the range {first}..{last} is too long", (line,))
    return tuple(range(first, last + 1))


def _numbers(tokens: list[_Token]) -> list[int]:
    found = []
    for token in tokens:
        if token.kind == "number":
            found.append(int(token.text))
        elif token.text != ",":
            raise InvalidProblem(f"“{token.text}” stands where a number should be", (token.line,))
    return found


def _meetings(values: dict[str, _Value], count: int) -> Iterator[Meeting]:
    fixed, after = values["fixed"], values["precedences"]
    for index in range(count):
        row = values["requested"].elements[index]
        if len(row.numbers) != 3:
            raise InvalidProblem(f"meeting {index + 1} must have two people and a session", (row.line,))
        first, second, session = row.numbers
        if session not in SESSIONS:
            raise InvalidProblem(
                f"meeting {index + 1} has the session {session}; known are 1 (morning), 2 (afternoon), 3 (any)",
                (row.line,),
            )
        slot = next(iter(fixed.elements[index].numbers), 0)
        yield Meeting(
            people=(first - 1, second - 1),
            session=SESSIONS[session],
            slot=slot - 1 if slot else None,
            after=tuple(number - 1 for number in after.elements[index].numbers),
        )


def _unavailable(values: dict[str, _Value]) -> tuple[frozenset[int], ...]:
    # Each set holds a 0 that means nothing.
    return tuple(
        frozenset(number - 1 for number in element.numbers if number) for element in values["forbidden"].elements
    )


def _line(values: dict[str, _Value], path: Path) -> int:
    lists = {"people": "requested", "slot": "fixed", "after": "precedences"}
    match path:
        case ("meetings", int(index), str(part)):
            return values[lists[part]].elements[index].line
        case ("people", int(index), *_):
            return values["forbidden"].elements[index].line
        case ("meetings", *_):
            return values["requested"].line
        case (str(name), *_):
            names = {"people": "nBusiness", "slots": "nTotalSlots", "morning_slots": "nMorningSlots"}
            return values[names.get(name, "nTables")].line
        case _:
            return 1


def _require_agreement(values: dict[str, _Value], problem: Problem) -> None:
    """Two lists repeat who has which meetings; a file in which they disagree has been damaged."""
    for person, meetings in enumerate(problem.meetings_of()):
        element = values["nMeetingsBusiness"].elements[person]
        if element.numbers != (len(meetings),):
            raise InvalidProblem(
                f"nMeetingsBusiness gives person {person + 1} {element.numbers[0]} meetings, "
                f"but {len(meetings)} are requested",
                (element.line,),
            )
        # Numbers are shifted by one there, and 1 stands for no meeting.
        element = values["meetingsxBusiness"].elements[person]
        if {number - 2 for number in element.numbers} - {-1} != set(meetings):
            raise InvalidProblem(
                f"meetingsxBusiness and requested disagree about the meetings of person {person + 1}",
                (element.line,),
            )

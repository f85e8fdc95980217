"""Reads a folder of CSV tables into the same document that the JSON form has."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from querwerk.engine.documents import Columns, Path, TableRow, Unreadable, rows_of

TABLES: dict[str, Columns] = {
    "agents.csv": (("name",), ("load_min", "load_max", "organisation", "groups")),
    "tasks.csv": (("name",), ("coverage_min", "coverage_max", "organisation", "groups")),
    "pairs.csv": (("agent", "task"), ("score", "rule")),
}
QUOTAS: Columns = (("each", "of"), ("at_least", "at_most", "only"))
RULES = {"conflict": "conflicts", "excluded": "excluded", "pinned": "pinned"}

type Locate = Callable[[Path], tuple[FilePath, int | None]]


def read_tables(folder: FilePath, largest: int) -> tuple[dict[str, Any], Locate]:
    """Return the document, and a function that tells in which table and line a part of it is."""
    rows = {name: rows_of(folder / name, columns, largest) for name, columns in TABLES.items()}
    quotas = rows_of(folder / "quotas.csv", QUOTAS, largest) if (folder / "quotas.csv").exists() else []
    document: dict[str, Any] = {
        "agents": [_entry(row, "load", folder / "agents.csv") for row in rows["agents.csv"]],
        "tasks": [_entry(row, "coverage", folder / "tasks.csv") for row in rows["tasks.csv"]],
        "scores": [],
        "quotas": [_quota(row) for row in quotas],
        **{name: [] for name in RULES.values()},
    }
    lines: dict[str, list[int]] = {
        "agents": [row.line for row in rows["agents.csv"]],
        "tasks": [row.line for row in rows["tasks.csv"]],
        "quotas": [row.line for row in quotas],
        "scores": [],
        **{name: [] for name in RULES.values()},
    }
    for row in rows["pairs.csv"]:
        _add_pair(row, document, lines, folder / "pairs.csv")

    def locate(path: Path) -> tuple[FilePath, int | None]:
        name = str(path[0]) if path else "agents"
        file = folder / (f"{name}.csv" if name in {"agents", "tasks", "quotas"} else "pairs.csv")
        at = path[1] if len(path) > 1 else None
        found = lines.get(name, [])
        return file, found[at] if isinstance(at, int) and at < len(found) else None

    return document, locate


def _entry(row: TableRow, name: str, file: FilePath) -> dict[str, Any]:
    cells = row.cells
    entry: dict[str, Any] = {"name": cells["name"], "organisation": cells.get("organisation", "")}
    entry["groups"] = [word.strip() for word in cells.get("groups", "").split("|") if word.strip()]
    low, high = cells.get(f"{name}_min", ""), cells.get(f"{name}_max", "")
    if high:
        entry[name] = [_number(low) if low else 0, _number(high)]
    elif low:
        raise Unreadable(file, row.line, f"has {name}_min but no {name}_max")
    return entry


def _quota(row: TableRow) -> dict[str, Any]:
    quota: dict[str, Any] = {"each": row.cells["each"], "of": row.cells["of"]}
    for name in ("at_least", "at_most"):
        if row.cells.get(name):
            quota[name] = _number(row.cells[name])
    if row.cells.get("only"):
        quota["only"] = [word.strip() for word in row.cells["only"].split("|")]
    return quota


def _add_pair(row: TableRow, document: dict[str, Any], lines: dict[str, list[int]], file: FilePath) -> None:
    agent, task, rule = row.cells["agent"], row.cells["task"], row.cells.get("rule", "")
    if rule and rule not in RULES:
        raise Unreadable(file, row.line, f"there is no rule “{rule}”; known are {', '.join(RULES)}")
    if rule:
        document[RULES[rule]].append([agent, task])
        lines[RULES[rule]].append(row.line)
    if score := row.cells.get("score"):
        document["scores"].append({"agent": agent, "task": task, "score": _decimal(score)})
        lines["scores"].append(row.line)


def _number(cell: str) -> int | str:
    """Return the number, or the text for the message about it."""
    try:
        return int(cell)
    except ValueError:
        return cell


def _decimal(cell: str) -> float | str:
    """Return the number, with a decimal comma or point, or the text for the message about it."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell

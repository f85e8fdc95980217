"""Couplings between rooms that the import graph cannot see."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).resolve().parents[2]
QUERWERK = ROOT / "querwerk"

URL = re.compile(r"""{%-?\s*url\s+["']([\w-]+):""")
TEMPLATE = re.compile(r"""{%-?\s*(?:extends|include)\s+["']([\w-]+)/""")
FORBIDDEN = re.compile(r"\b(apps\.get_model|GenericForeignKey|GenericRelation)\b")


def _heights() -> dict[str, int]:
    """How high each room stands; the contract for imports states it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "rooms")
    return {room: height for height, layer in enumerate(reversed(layers)) for room in re.findall(r"\w+", layer)}


HEIGHTS = _heights()
ROOMS = sorted(room for room in HEIGHTS if (QUERWERK / room / "apps.py").exists())


def may_use(room: str, other: str) -> bool:
    """Whether a room may know the other: itself, and those below it."""
    return room == other or HEIGHTS[other] < HEIGHTS[room]


def _relations() -> Iterator[tuple[type[Model], Field[Any, Any], type[Model]]]:
    """Each model, its relation and where that leads."""
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
                target = field.related_model
                if target and not isinstance(target, str) and target._meta.app_label in ROOMS:
                    yield model, field, target


def _templates(room: str) -> list[Path]:
    return sorted((QUERWERK / room / "templates").rglob("*.*"))


def test_every_room_is_in_the_contract() -> None:
    assert sorted(path.parent.name for path in QUERWERK.glob("*/apps.py")) == ROOMS


def test_relations_point_downward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model, field, target in _relations()
        if not may_use(model._meta.app_label, target._meta.app_label)
    ]
    assert upward == []


def test_relations_into_another_room_leave_no_way_back() -> None:
    climbing = [
        f'{model._meta.label}.{field.name} needs related_name="+"'
        for model, field, target in _relations()
        if model._meta.app_label != target._meta.app_label and field.remote_field and not field.remote_field.hidden
    ]
    assert climbing == []


def test_no_room_reaches_models_by_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[1]}"
        for room in ROOMS
        for path in sorted((QUERWERK / room).rglob("*.py"))
        if "migrations" not in path.parts
        for match in FORBIDDEN.finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("room", ROOMS)
def test_templates_use_only_their_own_room_and_lower_ones(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in _templates(room)
        for pattern in (URL, TEMPLATE)
        for match in pattern.finditer(path.read_text())
        if match[1] in ROOMS and not may_use(room, match[1])
    ]
    assert wrong == []

"""The programme that the benchmark generates is one that Querwerk accepts."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from querwerk.exchange.actions import validate_bundle

GENERATOR = Path(__file__).resolve().parents[2] / "bench" / "web" / "generate.py"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_generate", GENERATOR)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_same_seed_makes_the_same_programme(generate: ModuleType) -> None:
    assert generate.Maker(7, 0.01).bundle() == generate.Maker(7, 0.01).bundle()
    assert generate.Maker(7, 0.01).bundle() != generate.Maker(8, 0.01).bundle()


def test_a_generated_programme_is_a_valid_bundle_with_every_link(generate: ModuleType, tmp_path: Path) -> None:
    bundle = generate.Maker(7, 0.01).bundle()
    file = tmp_path / "small.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    assert len(validate_bundle(file).thread) == len(bundle["thread"]) == 200


def test_the_full_size_is_that_of_the_goal(generate: ModuleType) -> None:
    counts = generate.Maker(7).counts
    assert (counts["organisations"], counts["pilots"], counts["links"]) == (5_000, 1_000, 20_000)

"""The matching desk on a seeded region: a ranked page with reasons, a saved profile, a whole round with its gap.

Profiles and challenges are seeded texts in four languages. Their vectors are made up (each text has its own direction): what a page costs does not
depend on what vectors mean, and encoding so many texts would take half an hour. How well is ranked is measured by `make bench-matching`.
"""

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PROBLEMS = {
    "de": ("Wie wird {a} in einem Betrieb sichtbar?", "Unsere Arbeit mit {a} versteht draußen niemand. {b} haben wir versucht.", "Besucher fragen nach {c}."),
    "en": ("How can a company show {a}?", "Nobody outside understands our work with {a}. We tried {b}.", "Visitors ask for {c}."),
    "cs": ("Jak ukázat {a} ve firmě?", "Naší práci s {a} venku nikdo nerozumí. Zkusili jsme {b}.", "Návštěvníci se ptají na {c}."),
    "pl": ("Jak pokazać {a} w firmie?", "Nikt na zewnątrz nie rozumie naszej pracy: {a}. Próbowaliśmy: {b}.", "Goście pytają o {c}."),
}  # fmt: skip


class Seeded:
    """Gives each text a direction of its own, under the bundled encoder's name, so that the cache takes it."""

    dimension = 384
    is_symmetric = True

    def __init__(self, version: str) -> None:
        self.version = version

    def query(self, texts: Sequence[str]) -> Any:
        """Return one row for each text."""
        return self.passage(texts)

    def passage(self, texts: Sequence[str]) -> Any:
        """Return one row for each text."""
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
            row = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
            rows.append(row / np.linalg.norm(row))
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)


def challenges(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield language and content of seeded challenges."""
    import random  # noqa: PLC0415

    from querwerk.engine.matching.taxonomy import bundled  # noqa: PLC0415
    from querwerk.people.states import SKILLS  # noqa: PLC0415

    rng, taxonomy = random.Random(seed), bundled()
    for number in range(count):
        language = rng.choice(tuple(PROBLEMS))
        a, b, c = (taxonomy.name(f"skill:{code}", language) for code in rng.sample(SKILLS, 3))
        said = [words.format(a=a, b=b, c=c) for words in PROBLEMS[language]]
        keys = (f"title_{language}", f"problem_{language}", f"success_{language}")
        yield language, {**dict(zip(keys, said, strict=True)), "wanted": 2, "place": f"Ort {number}"}


def filled(key: str, profiles: int, number: int) -> Any:
    """Make a programme with so many profiles and challenges, all of them with vectors."""
    from bench.directory.generate import profiles as seeded  # noqa: PLC0415
    from querwerk.core.actions import Actor  # noqa: PLC0415
    from querwerk.engine.matching.cache import VectorCache  # noqa: PLC0415
    from querwerk.engine.matching.encoder import Bundled  # noqa: PLC0415
    from querwerk.matching.actions import challenges as actions  # noqa: PLC0415
    from querwerk.matching.models import Dossier  # noqa: PLC0415
    from querwerk.matching.queries import ranking  # noqa: PLC0415
    from querwerk.people.meaning import folder  # noqa: PLC0415
    from querwerk.people.models import Profile  # noqa: PLC0415
    from querwerk.people.queries import offer_of  # noqa: PLC0415
    from tests.factories.programmes import create_programme  # noqa: PLC0415

    bundle: dict[str, Any] = {
        "programme": {"id": key, "acronym": key, "title_de": key}, "profiles": list(seeded(profiles, seed=profiles)),
    }  # fmt: skip
    space = create_programme(bundle)
    by, contact = Actor(None, "Bench"), actions.Contact("A", "a@example.org")
    for language, content in challenges(number, seed=number):
        made = actions.create_challenge(space=space, by=by, language=language, contact=contact)
        actions.save_challenge(dossier=made, content=content, contact=contact, by=by)
        actions.move_challenge(dossier=made, to="open", by=by)
    cache = VectorCache(folder() / "texts", Seeded(Bundled().version))
    texts = [text for one in Profile.objects.filter(space=space) for text in ranking.passages(offer_of(one))]
    for dossier in Dossier.objects.filter(space=space):
        texts += ranking.passages(ranking.challenge_entry(dossier))
    cache.encode(texts)
    return space


def page_times(space: Any, most: int) -> tuple[float, float, list[float]]:
    """Return the seconds of the first page, the seconds until all texts are read beside it, and the CPU milliseconds of pages after that."""
    from django.test import Client  # noqa: PLC0415

    from querwerk.matching.models import Dossier  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415
    from querwerk.programmes.models import Programme, Role  # noqa: PLC0415

    user, _is_new = User.objects.get_or_create(email="bench@example.org")
    Role.objects.get_or_create(user=user, programme=Programme.objects.get(space=space), name="organiser")
    client = Client()
    client.force_login(user)
    keys = list(Dossier.objects.filter(space=space).order_by("pk").values_list("key", flat=True)[: most + 1])
    began = time.monotonic()
    response = client.get(f"/de/desk/{space.key}/matching/challenges/{keys[0]}/")
    first = time.monotonic() - began
    while "Refresh" in response:
        time.sleep(0.5)
        response = client.get(f"/de/desk/{space.key}/matching/challenges/{keys[0]}/")
    read = time.monotonic() - began
    times = []
    for key in keys[1:]:
        spent = time.process_time()
        response = client.get(f"/de/desk/{space.key}/matching/challenges/{key}/")
        times.append(1000 * (time.process_time() - spent))
        assert response.status_code == 200, response.status_code
        assert "Nur Wörter" not in response.content.decode()
    return first, read, times


def report_pages(space: Any, profiles: int, number: int, most: int) -> float:
    """Print what a ranked page costs; return its p95."""
    first, read, rest = page_times(space, most)
    p95 = statistics.quantiles(rest, n=20)[-1]
    print(
        f"{profiles:>7} profiles, {number:>5} challenges: first page of a process {first:.1f} s, all read after {read:.1f} s,"
        f" then median {statistics.median(rest):6.1f} ms, p95 {p95:6.1f} ms CPU ({len(rest)} pages)"
    )
    return p95


def report_start(space: Any) -> None:
    """Print what reading everything costs the next process that starts."""
    from querwerk.matching.queries import ranking  # noqa: PLC0415

    ranking.forget_boards()
    spent = time.process_time()
    board = ranking.board_of(space.pk)
    print(f"the next process reads {len(board.entries)} entries in {time.process_time() - spent:.1f} s CPU")


def report_saved(space: Any) -> None:
    """Print how long it takes from saving a profile to its place in a ranking, encoding included."""
    from querwerk.core.actions import Actor, save_record  # noqa: PLC0415
    from querwerk.matching.queries.ranking import board_of  # noqa: PLC0415
    from querwerk.people.meaning import encode_profiles  # noqa: PLC0415
    from querwerk.people.models import Profile  # noqa: PLC0415

    began = time.perf_counter()
    raw = {
        "id": "neu",
        "name": "Neu",
        "side": "creative",
        "offers_de": "Wir bauen aus alten Webstühlen Klangkörper. Man darf sie anfassen.",
    }
    made = save_record(spec=Profile.SPEC, raw=raw, space=space, by=Actor(None, "Bench"))
    saved = time.perf_counter()
    encode_profiles(space.pk, [made.node_id])
    encoded = time.perf_counter()
    assert ("offer", "neu") in board_of(space.pk).entries
    done = time.perf_counter()
    print(
        f"a saved profile is ranked after {done - began:.2f} s: saved {saved - began:.2f}, encoded by the real encoder"
        f" {encoded - saved:.2f} (its start included), taken over {done - encoded:.2f}; the worker looks every 0.5 s"
    )


def report_round(space: Any) -> None:
    """Print what a whole round costs and what is proved about it."""
    from querwerk.matching.models import Dossier  # noqa: PLC0415
    from querwerk.matching.queries.rounds import gathered, worked_out  # noqa: PLC0415

    began, cpu = time.perf_counter(), time.process_time()
    plan = gathered(
        space.pk, list(Dossier.objects.filter(space=space).values_list("pk", flat=True)), lambda _words: None
    )
    ranked = time.process_time()
    result = worked_out(
        plan, per_creative=2, is_mixed=True, report=lambda _words: None, stop=lambda: time.perf_counter() - began > 120
    )
    print(
        f"round of {len(plan.dossiers)} challenges and {len(plan.profiles)} creatives: {result['status']}, {len(result['pairs'])} pairs;"
        f" ranking {ranked - cpu:.1f} s, assigning {time.process_time() - ranked:.1f} s CPU"
    )
    for stage in result["stages"]:
        print(
            f"  {stage['goal']:<12} {stage['value']:10.4f}  bound {stage['bound']:10.4f}  gap {100 * stage['gap']:.3f} %"
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=10_000)
    parser.add_argument("--challenges", type=int, default=2_000)
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["QUERWERK_DATA"] = data
        from querwerk.cli.command import boot  # noqa: PLC0415

        boot()
        from django.conf import settings  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        tenth = filled("zehntel", options.profiles // 10, options.challenges // 10)
        small = report_pages(tenth, options.profiles // 10, options.challenges // 10, options.pages)
        report_round(filled("runde", 2_600, 200))
        whole = filled("region", options.profiles, options.challenges)
        large = report_pages(whole, options.profiles, options.challenges, options.pages)
        print(f"ten times the profiles: {large / small:.2f} times the p95 of a page")
        report_start(whole)
    report_saved(whole)


if __name__ == "__main__":
    main()

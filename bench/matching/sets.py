"""Reads the public sets, which are not part of this repository (licences), from BENCH_DATA."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from querwerk.engine.matching import Challenge, Offer, Text

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data") / "matching"

type Judged = dict[str, dict[str, float]]
type Task = tuple[list[Challenge], list[Offer], Judged]


def rows(name: str) -> Iterator[list[str]]:
    """Yield the columns of a table."""
    with (FOLDER / name).open(encoding="utf-8") as stream:
        for line in stream:
            yield line.rstrip("\n").split("\t")


def tatoeba(language: str, short: str, *, back: bool) -> Task:
    """Return the sentences of a language and their English translations, or the other way round."""
    pairs = list(rows(f"tatoeba/{language}-eng.tsv"))
    ours, theirs = (1, 0) if back else (0, 1)
    spoken = ("en", short) if back else (short, "en")
    # The same English sentence translates several: each is right.
    places: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        places.setdefault(pair[theirs], []).append(number)
    judged = {str(number): {str(place): 1.0 for place in places[pair[theirs]]} for number, pair in enumerate(pairs)}
    return (
        [Challenge(id=str(number), texts=(Text(pair[ours], spoken[0]),)) for number, pair in enumerate(pairs)],
        [Offer(id=str(number), texts=(Text(pair[theirs], spoken[1]),)) for number, pair in enumerate(pairs)],
        judged,
    )


def melo(name: str, *, bridge: str = "") -> Task:
    """Return occupations: an offer is a concept, its texts are the names it has, with a bridge those of another language as well."""
    asked, told = name.split("_")[2], name.split("_")[4]
    names: dict[str, list[Text]] = {}
    for folder, language in [(name, told), *([(bridge, bridge.split("_")[4])] if bridge else [])]:
        for key, label in rows(f"melo/{folder}/corpus.tsv"):
            names.setdefault(key.rsplit("_", 2)[0], []).append(Text(label, language))
    judged: Judged = {}
    for query, concept in rows(f"melo/{name}/qrels.tsv"):
        judged.setdefault(query, {})[concept] = 1.0
    return (
        [Challenge(id=key, texts=(Text(label, asked),)) for key, label in rows(f"melo/{name}/queries.tsv")],
        [Offer(id=key, texts=tuple(labels)) for key, labels in names.items()],
        judged,
    )


def xquad(questions: str, pool: tuple[str, ...]) -> Task:
    """Return questions and the paragraphs that answer them, in one or more languages; a text is a sentence."""
    texts: dict[str, list[Text]] = {}
    for language in pool:
        for _, paragraph, sentence in rows(f"xquad-r/{language}.sentences.tsv"):
            texts.setdefault(f"{language}/{paragraph}", []).append(Text(sentence, language))
    asked = list(rows(f"xquad-r/{questions}.questions.tsv"))
    return (
        [Challenge(id=key, texts=(Text(question, questions),)) for key, _, _, question in asked],
        [Offer(id=key, texts=tuple(sentences)) for key, sentences in texts.items()],
        {key: {f"{language}/{paragraph}": 1.0 for language in pool} for key, _, paragraph, _ in asked},
    )


def gold_sentences(questions: str, pool: str) -> dict[str, tuple[str, set[int]]]:
    """Return for each question its paragraph and the places of the sentences that hold the answer."""
    places: dict[str, dict[str, int]] = {}
    for sentence, paragraph, _ in rows(f"xquad-r/{pool}.sentences.tsv"):
        inside = places.setdefault(paragraph, {})
        inside[sentence] = len(inside)
    # Gold sentences are numbered per language, so those of the paragraphs' language are asked for.
    gold = {key: (sentence, paragraph) for key, sentence, paragraph, _ in rows(f"xquad-r/{pool}.questions.tsv")}
    found = {}
    for key, _, _, _ in rows(f"xquad-r/{questions}.questions.tsv"):
        sentence, paragraph = gold[key]
        found[key] = f"{pool}/{paragraph}", {places[paragraph][sentence]}
    return found


def reviewers() -> tuple[list[Challenge], list[list[Offer]], list[tuple[str, str, float]]]:
    """Return papers, the people's profiles in ten samples, and the ratings (person, paper, grade)."""
    with (FOLDER / "reviewers/papers.jsonl").open(encoding="utf-8") as stream:
        papers = {row["id"]: (row["title"], row["abstract"] or "") for row in map(json.loads, stream)}
    ratings = []
    head, *people = rows("reviewers/evaluations.tsv")
    for row in people:
        known = dict(zip(head, row, strict=False))
        ratings += [
            (row[0], known[f"Paper{number}"], float(known[f"Expertise{number}"]))
            for number in range(1, 11)
            if known.get(f"Paper{number}")
        ]
    profiles = json.loads((FOLDER / "reviewers/profiles.json").read_text(encoding="utf-8"))
    works = {key: tuple(Text(piece, "en") for piece in piece_of if piece) for key, piece_of in papers.items()}
    return (
        [Challenge(id=key, texts=works[key]) for key in sorted({paper for _, paper, _ in ratings})],
        [[Offer(id=person, texts=tuple(text for work in own for text in works.get(work, ()))) for person, own in run.items()]
         for run in profiles.values()],
        ratings,
    )  # fmt: skip


def skills(part: str) -> Task:
    """Return sentences of job advertisements and the ESCO skills by their preferred names."""
    names = sorted({row[0] for row in rows("skill-extraction/skills.tsv")})
    with (FOLDER / f"skill-extraction/{part}.jsonl").open(encoding="utf-8") as stream:
        sentences = [json.loads(line) for line in stream]
    numbers = {name: str(number) for number, name in enumerate(names)}
    return (
        [Challenge(id=str(number), texts=(Text(row["sentence"], "en"),)) for number, row in enumerate(sentences)],
        [Offer(id=str(number), texts=(Text(name, "en"),)) for number, name in enumerate(names)],
        {
            str(number): {numbers[skill]: 1.0 for skill in row["skills"] if skill in numbers}
            for number, row in enumerate(sentences)
        },
    )


def csfcube(facet: str) -> dict[str, tuple[Challenge, list[Offer], dict[str, float]]]:
    """Return for each query paper its pool; of all papers the title and the sentences of the facet."""
    kinds = {"background": {"background", "objective"}, "method": {"method"}, "result": {"result"}}[facet]
    with (FOLDER / "csfcube/docs.jsonl").open(encoding="utf-8") as stream:
        docs = {row["id"]: row for row in map(json.loads, stream)}
    pools: dict[str, dict[str, float]] = {}
    for query, candidate, grade in rows(f"csfcube/qrels-{facet}.tsv"):
        pools.setdefault(query, {})[candidate] = float(grade)

    def texts(key: str) -> tuple[Text, ...]:
        chosen = [sentence for kind, sentence in docs[key]["sents"] if kind in kinds]
        told = chosen or [sentence for _, sentence in docs[key]["sents"]]
        return tuple(Text(piece, "en") for piece in (docs[key]["title"], *told))

    return {
        query: (
            Challenge(id=query, texts=texts(query)),
            [Offer(id=key, texts=texts(key)) for key in pool if key in docs and key != query],
            pool,
        )
        for query, pool in pools.items()
    }

"""Measures matching on public sets: ``make bench-matching``. BENCH_DATA names the folder in which ``matching/`` is.

Vectors are kept in .tools/bench/vectors: the first run encodes some 110,000 texts, about ten minutes of one core's computing time, and can be
stopped and gone on with.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import sets
import steps as stepping
from steps import STEPS, Floats

from querwerk.engine.matching import Challenge, Index, Offer
from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.calibration import Calibration, means_of
from querwerk.engine.matching.encoder import Bundled, usual_means
from querwerk.engine.matching.entries import Prepared
from querwerk.engine.matching.explain import reasons
from querwerk.engine.matching.taxonomy import Taxonomy
from querwerk.engine.matching.trec import gini, ndcg
from querwerk.engine.matching.vocabulary import Vocabulary

VECTORS = sets.ROOT / ".tools" / "bench" / "vectors"
TATOEBA = {"deu": "de", "ces": "cs", "pol": "pl", "ita": "it", "slv": "sl", "nld": "nl"}
CROSS = ("cze_q_cs_c_en", "pol_q_pl_c_en", "ita_q_it_c_en", "nld_q_nl_c_en")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    set: str
    metric: str
    way: str
    ours: float
    goal: float | None = None
    is_lower_better: bool = False
    published: str = ""

    @property
    def verdict(self) -> str:
        """Return whether the goal is met."""
        if self.goal is None:
            return ""
        met = self.ours <= self.goal if self.is_lower_better else self.ours >= self.goal
        return "met" if met else "MISSED"


class Bench:
    """Prepares texts and measures."""

    def __init__(self, vectors: Path, *, ablations: bool, every: int = 1) -> None:
        # Found tags move nobody, so none are looked for.
        self.index = Index(encoder=VectorCache(vectors, Bundled()), taxonomy=Taxonomy({}))
        self.ablations, self.every = ablations, every
        self._known: dict[Challenge | Offer, Prepared] = {}

    def prepared(self, entries: Sequence[Challenge | Offer]) -> list[Prepared]:
        """Return entries with their vectors."""
        new = [each for each in entries if each not in self._known]
        self._known |= dict(zip(new, self.index.prepare(new, _report), strict=True))
        return [self._known[each] for each in entries]

    def ways(self, asked: Sequence[Prepared], offered: Sequence[Prepared]) -> Iterator[tuple[str, Floats]]:
        """Yield the scores of all ways of ranking that are asked for."""
        compared = stepping.Comparison(asked, offered)
        for name, steps in STEPS.items():
            if name == "all steps" or self.ablations:
                yield name, compared.scores(steps)
        if self.ablations:
            yield "BM25", stepping.bm25(asked, offered)
            yield "character TF-IDF", compared.lexical
            yield "rank fusion", stepping.fused(compared.scores(STEPS["raw encoder"]), compared.lexical)


def _report(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done} of {total} passages", end="", file=sys.stderr, flush=True)


def mean_ndcg(matrix: Floats, asked: Sequence[Prepared], offered: Sequence[Prepared], judged: sets.Judged) -> float:
    """Return nDCG@10 over the challenges that have an answer; equal scores by position."""
    names = [each.entry.id for each in offered]
    values = []
    for row, each in zip(matrix, asked, strict=True):
        if grades := judged.get(each.entry.id):
            values.append(ndcg([names[at] for at in np.argsort(-row, kind="stable")[:10]], grades))
    return float(np.mean(values))


def mean_reciprocal_rank(matrix: Floats, right: np.ndarray) -> float:
    """Return the mean of 1 / rank of the first right answer (right: challenges × offers, true or false); ties by position."""
    places = np.where(right, matrix, -np.inf).argmax(axis=1)
    best = np.take_along_axis(matrix, places[:, None], axis=1)
    earlier = np.arange(matrix.shape[1]) < places[:, None]
    ranks = 1 + ((matrix > best) | ((matrix == best) & earlier)).sum(axis=1)
    return float((1 / ranks)[right.any(axis=1)].mean())


def lists(matrix: Floats, k: int = 10) -> np.ndarray:
    """Return the places of the ten best offers of each challenge."""
    return np.argsort(-matrix, axis=1, kind="stable")[:, :k]


def tatoeba(bench: Bench) -> Iterator[Row]:
    """Nearest translation, both directions."""
    found: dict[str, list[float]] = {}
    for language, short in TATOEBA.items():
        for back in (False, True):
            challenges, offers, judged = sets.tatoeba(language, short, back=back)
            asked, offered = bench.prepared(challenges), bench.prepared(offers)
            for way, matrix in bench.ways(asked, offered):
                best = matrix.argmax(axis=1)
                hits = [str(at) in judged[each.entry.id] for at, each in zip(best, asked, strict=True)]
                found.setdefault(way, []).append(float(np.mean(hits)))
    for way, values in found.items():
        goal = 0.92 if way == "all steps" else None
        yield Row(
            "Tatoeba",
            "accuracy, mean of 12",
            way,
            float(np.mean(values)),
            goal,
            published="fp32 per language .858–.980",
        )


def melo_surface(bench: Bench, name: str) -> Iterator[tuple[str, float]]:
    """Yield the MRR over all surface forms, as published."""
    challenges, concepts, judged = sets.melo(name)
    challenges = challenges[:: bench.every]
    forms = [
        Offer(id=f"{offer.id}/{number}", texts=(text,)) for offer in concepts for number, text in enumerate(offer.texts)
    ]
    asked, offered = bench.prepared(challenges), bench.prepared(forms)
    owner = np.array([form.entry.id.split("/")[0] for form in offered])
    right = np.stack([np.isin(owner, list(judged.get(each.entry.id, {}))) for each in asked])
    for way, matrix in bench.ways(asked, offered):
        yield way, mean_reciprocal_rank(matrix, right)


def melo(bench: Bench) -> Iterator[Row]:
    """Occupations in and across languages."""
    for name, goal, published in (
        ("deu_q_de_c_de", 0.65, "e5-large .612, OpenAI 3-large .678"),
        ("deu_q_de_c_en", 0.386, "bge-m3 .334, e5-large .386, OpenAI 3-large .552"),
    ):
        for way, value in melo_surface(bench, name):
            wanted = goal if way == "all steps" else None
            yield Row(f"MELO {name}", "MRR over surface forms", way, value, wanted, published=published)
    found: dict[str, list[float]] = {}
    for name in CROSS:
        for way, value in melo_surface(bench, name):
            found.setdefault(way, []).append(value)
    for way, values in found.items():
        wanted = 0.33 if way == "all steps" else None
        yield Row(
            "MELO cs/pl/it/nl–en",
            "MRR, mean",
            way,
            float(np.mean(values)),
            wanted,
            published="bge-m3 .322, e5-large .350",
        )
    yield from melo_concepts(bench)


def melo_concepts(bench: Bench) -> Iterator[Row]:
    """Concepts as offers: quality, exposure, and what names in the asker's language are worth."""
    for bridge, goal in (("", 0.43), ("deu_q_de_c_de", 0.71)):
        challenges, offers, judged = sets.melo("deu_q_de_c_en", bridge=bridge)
        challenges = challenges[:: bench.every]
        asked, offered = bench.prepared(challenges), bench.prepared(offers)
        label = "MELO de–en, concepts" + (", taxonomy bridge" if bridge else "")
        for way, matrix in bench.ways(asked, offered):
            ours = way == "all steps"
            yield Row(label, "nDCG@10", way, mean_ndcg(matrix, asked, offered, judged), goal if ours else None)
            if not bridge:
                counts = np.bincount(lists(matrix).ravel(), minlength=len(offered))
                yield Row(
                    label, "Gini of exposure", way, gini(counts.tolist()), 0.40 if ours else None, is_lower_better=True
                )
                yield Row(label, "share never shown", way, float((counts == 0).mean()), is_lower_better=True)


def xquad(bench: Bench) -> Iterator[Row]:
    """Questions and paragraphs, in one language, across, and in a mixed pool."""
    for label, pairs, goal in (
        ("same language", [("de", "de"), ("en", "en")], 0.985),
        ("across languages", [("de", "en"), ("en", "de")], 0.96),
    ):
        found: dict[str, list[float]] = {}
        for questions, pool in pairs:
            challenges, offers, judged = sets.xquad(questions, (pool,))
            asked, offered = bench.prepared(challenges), bench.prepared(offers)
            for way, matrix in bench.ways(asked, offered):
                found.setdefault(way, []).append(mean_ndcg(matrix, asked, offered, judged))
        for way, values in found.items():
            wanted = goal if way == "all steps" else None
            yield Row(
                f"XQuAD-R, {label}", "nDCG@10", way, float(np.mean(values)), wanted, published="fp32 English .9747"
            )
    yield from xquad_mixed(bench)


def xquad_mixed(bench: Bench) -> Iterator[Row]:
    """German and English questions to German and English paragraphs together; the own language should not be preferred."""
    asked: list[Prepared] = []
    judged: sets.Judged = {}
    for language in ("de", "en"):
        challenges, offers, grades = sets.xquad(language, ("de", "en"))
        renamed = [Challenge(id=f"{language}:{each.id}", texts=each.texts) for each in challenges]
        asked += bench.prepared(renamed)
        judged |= {f"{language}:{key}": value for key, value in grades.items()}
    offered = bench.prepared(offers)
    spoken = np.array([each.language for each in offered])
    own = np.array([each.language for each in asked])
    for way, matrix in bench.ways(asked, offered):
        ours = way == "all steps"
        yield Row(
            "XQuAD-R, mixed pool", "nDCG@10", way, mean_ndcg(matrix, asked, offered, judged), 0.96 if ours else None
        )
        share = float((spoken[lists(matrix)] == own[:, None]).mean())
        yield Row("XQuAD-R, mixed pool", "own-language share", way, share, 0.52 if ours else None, is_lower_better=True)


def explanation(bench: Bench) -> Iterator[Row]:
    """Whether the sentence that holds the answer is the first reason."""
    entries = {language: sets.xquad(language, (language,)) for language in ("de", "en")}
    bench.index.add(*(offer for _, offers, _ in entries.values() for offer in offers))
    bench.index.add(
        *(
            Challenge(id=f"{language}:{each.id}", texts=each.texts)
            for language, (challenges, _, _) in entries.items()
            for each in challenges
        )
    )
    bench.index.calibrate()
    calibration = bench.index.calibration
    for label, pairs, goal in (
        ("same language", [("de", "de"), ("en", "en")], 0.83),
        ("across languages", [("de", "en"), ("en", "de")], 0.78),
    ):
        hits = []
        for questions, pool in pairs:
            offers = {each.entry.id: each for each in bench.prepared(entries[pool][1])}
            gold = sets.gold_sentences(questions, pool)
            for asked in bench.prepared(entries[questions][0]):
                paragraph, right = gold[asked.entry.id]
                offer = offers[paragraph]
                best = reasons(
                    (asked.passages, stepping.centred(asked, calibration)),
                    (offer.passages, stepping.centred(offer, calibration)),
                    calibration.table,
                )
                hits.append(bool(best) and best[0].offer.source in right)
        yield Row(f"explanation, {label}", "gold sentence first", "all steps", float(np.mean(hits)), goal)


def reviewers(bench: Bench) -> Iterator[Row]:
    """Which of two papers fits a person better: share of rating differences ordered wrongly."""
    papers, runs, ratings = sets.reviewers()
    asked = bench.prepared(papers)
    rows = {each.entry.id: number for number, each in enumerate(asked)}
    found: dict[str, list[float]] = {}
    for people in runs:
        offered = bench.prepared(people)
        columns = {each.entry.id: number for number, each in enumerate(offered)}
        for way, matrix in bench.ways(asked, offered):
            found.setdefault(way, []).append(_loss(matrix, rows, columns, ratings))
    for way, values in found.items():
        goal = 0.235 if way == "all steps" else None
        yield Row(
            "reviewers",
            "loss",
            way,
            float(np.mean(values)),
            goal,
            is_lower_better=True,
            published="SPECTER+MFR .238, TPMS .281",
        )


def _loss(
    matrix: Floats, rows: dict[str, int], columns: dict[str, int], ratings: Sequence[tuple[str, str, float]]
) -> float:
    of_person: dict[str, list[tuple[float, float]]] = {}
    for person, paper, grade in ratings:
        if person in columns and paper in rows:
            of_person.setdefault(person, []).append((grade, float(matrix[rows[paper], columns[person]])))
    wrong = total = 0.0
    for judged in of_person.values():
        for at, (grade, score) in enumerate(judged):
            for other_grade, other_score in judged[at + 1 :]:
                weight = abs(grade - other_grade)
                total += weight
                product = (grade - other_grade) * (score - other_score)
                wrong += weight * (0.5 if score == other_score else float(product < 0))
    return wrong / total


def skills(bench: Bench) -> Iterator[Row]:
    """Skills that a sentence of a job advertisement asks for: how the engine tags (`Vocabulary`), with preferred names alone."""
    for part, goal in (("house_test", 0.43), ("tech_test", 0.53)):
        challenges, offers, judged = sets.skills(part)
        asked = bench.prepared(challenges)
        vocabulary = Vocabulary.of_names({offer.id: [offer.texts[0].text] for offer in offers}, bench.index.encoder)
        means = means_of(
            ((each.role, each.passages, stepping.raw(each)) for each in asked), 384, usual_means(Bundled())
        )
        calibration = Calibration("bench", 384, means)
        rows = {"all steps": np.stack([
            vocabulary.likenesses(each.said.pieces, stepping.centred(each, calibration)).max(axis=0)
            for each in asked
        ])}  # fmt: skip
        if bench.ablations:
            offered = bench.prepared(offers)
            rows |= {f"as offers: {way}": matrix for way, matrix in bench.ways(asked, offered)}
        for way, matrix in rows.items():
            values = []
            for row, each in zip(matrix, asked, strict=True):
                if right := judged[each.entry.id]:
                    best = [vocabulary.concepts[at] for at in np.argsort(-row, kind="stable")[:5]]
                    values.append(len(right.keys() & set(best)) / min(5, len(right)))
            wanted = goal if way == "all steps" else None
            yield Row(f"skills, {part[:5].rstrip('_')}", "R-Precision@5", way, float(np.mean(values)), wanted)


def csfcube(bench: Bench) -> Iterator[Row]:
    """Papers with the same problem, or the same method; one calibration for all pools, as in a programme."""
    for facet, goal, published in (("background", 0.72, "SPECTER .667"), ("method", 0.48, "SPECTER .374")):
        pools = sets.csfcube(facet)
        asked = bench.prepared([challenge for challenge, _, _ in pools.values()])
        offered = bench.prepared(
            list({offer.id: offer for _, offers, _ in pools.values() for offer in offers}.values())
        )
        names = [each.entry.id for each in offered]
        for way, matrix in bench.ways(asked, offered):
            values = []
            for row, (_, offers, grades) in zip(matrix, pools.values(), strict=True):
                inside = {offer.id for offer in offers}
                order = [names[at] for at in np.argsort(-row, kind="stable") if names[at] in inside]
                values.append(ndcg(order, grades, depth=max(1, round(0.2 * len(order)))))
            wanted = goal if way == "all steps" else None
            yield Row(f"CSFCube, {facet}", "NDCG at 20 %", way, float(np.mean(values)), wanted, published=published)


PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "tatoeba": tatoeba, "melo": melo, "xquad": xquad, "explanation": explanation, "reviewers": reviewers, "skills": skills,
    "csfcube": csfcube,
}  # fmt: skip


def main() -> int:
    """Print the table; exit code 1 when a goal is missed, 2 when the sets are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="these sets alone")
    parser.add_argument("--ablations", action="store_true", help="each step left out, and rivals")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="of MELO every Nth challenge alone (ablations)"
    )
    parser.add_argument("--vectors", type=Path, default=VECTORS, metavar="FOLDER", help="where vectors are kept")
    arguments = parser.parse_args()
    if not sets.FOLDER.is_dir():
        print(f"There are no sets in {sets.FOLDER}; set BENCH_DATA.", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in arguments.only or PARTS:
        for row in PARTS[name](Bench(arguments.vectors, ablations=arguments.ablations, every=arguments.every)):
            rows.append(row)
            goal = "" if row.goal is None else f"{'≤' if row.is_lower_better else '≥'} {row.goal:.3f}"
            print(
                f"{row.set:36} {row.metric:22} {row.way:24} {row.ours:7.4f} {goal:8} {row.verdict:7} {row.published}",
                flush=True,
            )
            if arguments.json:
                arguments.json.write_text(
                    json.dumps([asdict(row) | {"verdict": row.verdict} for row in rows], indent=1, ensure_ascii=False)
                    + "\n"
                )
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())

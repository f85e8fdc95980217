"""Judges rankings as TREC does: nDCG@10 with linear gain, Recall@10 and MRR, means over all queries with a relevant document."""

import math
from collections.abc import Mapping, Sequence

DEPTH = 10


def evaluate(run: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, float]]) -> dict[str, float | int]:
    """Return the figures; a query that the run lacks counts 0."""
    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    rows = [(run.get(query, ()), grades) for query, grades in judged.items()]
    return {
        "queries": len(rows),
        "nDCG@10": _mean([ndcg(docs, grades) for docs, grades in rows]),
        "Recall@10": _mean([recall(docs, grades) for docs, grades in rows]),
        "MRR": _mean([reciprocal_rank(docs, grades) for docs, grades in rows]),
    }


def ndcg(docs: Sequence[str], grades: Mapping[str, float], depth: int = DEPTH) -> float:
    """Return the discounted gain of the first documents, as a share of the best there could be."""
    gain = sum(max(grades.get(doc, 0), 0) / math.log2(rank + 1) for rank, doc in enumerate(docs[:depth], start=1))
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    return gain / sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, start=1))


def recall(docs: Sequence[str], grades: Mapping[str, float], depth: int = DEPTH) -> float:
    """Return the share of the relevant documents that are among the first."""
    relevant = {doc for doc, grade in grades.items() if grade > 0}
    return len(relevant & set(docs[:depth])) / len(relevant)


def reciprocal_rank(docs: Sequence[str], grades: Mapping[str, float]) -> float:
    """Return 1 / rank of the first relevant document, 0 when there is none."""
    return next((1 / rank for rank, doc in enumerate(docs, start=1) if grades.get(doc, 0) > 0), 0.0)


def gini(counts: Sequence[int]) -> float:
    """Return how unequally something is spread, such as places in lists: 0 all alike, towards 1 always the same few (Gini 1912)."""
    total, size = sum(counts), len(counts)
    if not total:
        return 0.0
    return sum((2 * place - size - 1) * count for place, count in enumerate(sorted(counts), start=1)) / (size * total)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0

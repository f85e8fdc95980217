"""``querwerk matching``: rank texts for texts, say why, and judge rankings, without the web platform."""

import argparse
import json
import sys
from pathlib import Path

from querwerk.cli.command import ENGINES, Commands, Refusal, add
from querwerk.engine.matching import Challenge, Offer
from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.encoder import Bundled, UnableToEncode, WordsAlone
from querwerk.engine.matching.index import Index
from querwerk.engine.matching.model import Encoder
from querwerk.engine.matching.read import Unreadable, challenges_in, offers_in, qrels_in, run_in, spoken
from querwerk.engine.matching.trec import evaluate
from querwerk.engine.matching.wording import sentence


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("matching", help=ENGINES["matching"])
    matching = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    text = "Rank all documents for each query and write a TREC run; Ctrl-C keeps what was encoded."
    ranker = add(matching, "rank", run_rank, text, without_django=True)
    _add_files(ranker)
    ranker.add_argument("--top", type=int, default=100, metavar="K", help="how many documents for each query (100)")
    ranker.add_argument("--run", dest="output", type=Path, required=True, metavar="OUT", help="the file to write")
    ranker.add_argument(
        "--plain", action="store_true", help="by score alone: neither diversity nor distance of sectors"
    )
    text = "Say in a sentence, with passages, why a document fits a query."
    explainer = add(matching, "explain", run_explain, text, without_django=True)
    _add_files(explainer)
    explainer.add_argument("query", metavar="QUERY", help="the id of a query")
    explainer.add_argument("doc", metavar="DOC", help="the id of a document")
    explainer.add_argument("--language", default="en", metavar="XX", help="the reader's language (en)")
    explainer.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    text = "Judge a TREC run: nDCG@10, Recall@10 and MRR; ties are broken by position."
    judge = add(matching, "eval", run_eval, text, without_django=True)
    judge.add_argument(
        "--run", dest="output", type=Path, required=True, metavar="OUT", help="what `querwerk matching rank` wrote"
    )
    judge.add_argument(
        "--qrels", type=Path, required=True, metavar="R", help="query, document and grade, or TREC's four columns"
    )
    judge.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def _add_files(parser: argparse.ArgumentParser) -> None:
    what = "a line each: id, tab, text; or JSON with id, text or passages, tags, language"
    parser.add_argument("--queries", type=Path, required=True, metavar="Q", help=what)
    parser.add_argument("--docs", type=Path, required=True, metavar="D", help="the same")
    parser.add_argument(
        "--query-lang", default="", metavar="XX", help="the queries' language; otherwise found out text by text"
    )
    parser.add_argument("--doc-lang", default="", metavar="XX", help="the documents' language")
    parser.add_argument("--vectors", type=Path, metavar="FOLDER", help="where vectors are kept (.querwerk-vectors)")
    parser.add_argument(
        "--lexical", action="store_true", help="compare words only: fast, clearly weaker, nothing across languages"
    )


def run_rank(arguments: argparse.Namespace) -> int:
    """Rank, and write the run."""
    if arguments.top < 1:
        raise Refusal("--top must be at least 1.")
    challenges, offers = _entries(arguments)
    try:
        index = _index(arguments, challenges, offers)
    except KeyboardInterrupt:
        _clear()
        print(
            f"Stopped. What is encoded is kept in {_folder(arguments)}; the same command goes on from there.",
            file=sys.stderr,
        )
        raise
    lines = []
    for number, challenge in enumerate(challenges, start=1):
        lines += [
            f"{match.challenge} Q0 {match.offer} {match.rank} {_falling(match.rank):.6f} querwerk\n"
            for match in index.rank(challenge, arguments.top, plain=arguments.plain)
        ]
        _progress("ranked", number, len(challenges))
    _clear()
    try:
        arguments.output.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{arguments.output} cannot be written: {error.strerror}.") from None
    note = " (words only: weaker, nothing across languages)" if arguments.lexical else ""
    print(
        f"{len(challenges)} queries, {len(offers)} documents, calibration {index.calibration.version}{note}: {arguments.output}"
    )
    return 0


def run_explain(arguments: argparse.Namespace) -> int:
    """Print why."""
    challenges, offers = _entries(arguments)
    by_query = {challenge.id: challenge for challenge in challenges}
    by_doc = {offer.id: offer for offer in offers}
    if arguments.query not in by_query:
        raise Refusal(f"there is no query “{arguments.query}” in {arguments.queries}.")
    if arguments.doc not in by_doc:
        raise Refusal(f"there is no document “{arguments.doc}” in {arguments.docs}.")
    index = _index(arguments, challenges, offers)
    _clear()
    explanation = index.explain(by_query[arguments.query], by_doc[arguments.doc])
    text = sentence(explanation, arguments.language)
    parts = explanation.match.parts
    if arguments.json:
        print(json.dumps({
            "sentence": text, "calibration": explanation.match.calibration,
            "parts": {name: getattr(parts, name) for name in parts.__slots__},
            "pairs": [
                {side: {"text": passage.text, "source": passage.source, "start": passage.start, "end": passage.end}
                 for side, passage in (("query", pair.challenge), ("doc", pair.offer))} | {"similarity": round(pair.similarity, 4)}
                for pair in explanation.pairs
            ],
            "concepts": explanation.concepts, "missing": explanation.missing, "words": explanation.words,
        }, ensure_ascii=False, indent=1))  # fmt: skip
        return 0
    print(text)
    for pair in explanation.pairs:
        print(f"  {pair.similarity:.2f}  {pair.challenge.text}\n        {pair.offer.text}")
    print(f"  meaning {parts.meaning:.3f}, words {parts.words:.3f}, tags {'-' if parts.tags is None else f'{parts.tags:.2f}'}, "
          f"exposure {parts.exposure:.3f}, breadth {parts.breadth:.3f}: score {parts.score:.3f} (calibration {explanation.match.calibration})")  # fmt: skip
    return 0


def run_eval(arguments: argparse.Namespace) -> int:
    """Print how good a run is."""
    try:
        figures = evaluate(run_in(arguments.output), qrels_in(arguments.qrels))
    except Unreadable as error:
        raise Refusal(str(error)) from None
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:12} {value:.4f}" if isinstance(value, float) else f"{name:12} {value}")
    return 0


def _entries(arguments: argparse.Namespace) -> tuple[list[Challenge], list[Offer]]:
    try:
        languages = spoken(arguments.query_lang, "--query-lang"), spoken(arguments.doc_lang, "--doc-lang")
        return challenges_in(arguments.queries, languages[0]), offers_in(arguments.docs, languages[1])
    except Unreadable as error:
        raise Refusal(str(error)) from None


def _index(arguments: argparse.Namespace, challenges: list[Challenge], offers: list[Offer]) -> Index:
    encoder: Encoder = WordsAlone() if arguments.lexical else _kept(Bundled(), _folder(arguments))
    try:
        return Index.build(
            offers, challenges, encoder=encoder, report=lambda done, all_: _progress("encoded", done, all_)
        )
    except UnableToEncode as error:
        raise Refusal(str(error)) from None


def _folder(arguments: argparse.Namespace) -> Path:
    return arguments.vectors or Path(".querwerk-vectors")


def _kept(encoder: Encoder, folder: Path) -> Encoder:
    try:
        return VectorCache(folder, encoder)
    except OSError as error:
        raise Refusal(
            f"vectors cannot be kept in {folder}: {error.strerror}. Name another folder with --vectors."
        ) from None


def _falling(rank: int) -> float:
    """Return a score that falls with the rank: the order of a list is more than the order of its scores."""
    return 1 / rank


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{what} {done} of {total}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

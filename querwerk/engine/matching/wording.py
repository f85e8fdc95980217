"""Says in one sentence, in the reader's language, why an offer fits a challenge, or one person another. Templates; nothing is made up, no percentages."""

from collections.abc import Collection, Mapping

from querwerk.engine.matching.model import Explanation, Pair, Why
from querwerk.engine.matching.taxonomy import Taxonomy, bundled
from querwerk.engine.matching.templates import AND, LANGUAGE_NAMES, OBSTACLES, PEOPLE, QUOTES, SENTENCES

LONGEST_QUOTE = 120
OBSTACLE = "obstacle"
"""What stands against a match, as one of the things that may be said beside the sentence."""


def sentence(
    explanation: Explanation,
    language: str,
    taxonomy: Taxonomy | None = None,
    *,
    is_of_people: bool = False,
    beside: Collection[str] = (),
) -> str:
    """Return the sentence in one of the eight languages, English for others; of two people, it is said to the one who asked.

    What the reader finds ``beside`` it, obstacles or a fact by its name, it does not say again.
    """
    language = language if language in SENTENCES else "en"
    words = (PEOPLE if is_of_people else SENTENCES)[language]
    taxonomy = taxonomy or bundled()
    concepts = [taxonomy.name(concept, language) for concept in explanation.concepts]
    clauses = [_reason(explanation, language, words, concepts)]
    obstacles = explanation.match.obstacles
    written = _written(explanation)
    if explanation.is_lexical:
        clauses.append(words["lexical"])
    elif written[0] != written[1] and not (OBSTACLE in beside and Why.LANGUAGE in obstacles):
        names = LANGUAGE_NAMES[language]
        if {*written} <= names.keys():
            clauses.append(words["languages"].format(*(names[one] for one in written)))
    missing = [taxonomy.name(concept, language) for concept in explanation.missing]
    if missing and "missing" in words:
        clauses.append(words["missing"].format(_listing(missing[:3], language)))
    clauses += [words[fact] for fact in explanation.facts if fact in words and fact not in beside]
    clauses += [OBSTACLES[language][why] for why in obstacles if OBSTACLE not in beside]
    text = "; ".join(clauses)
    return text[0].upper() + text[1:] + "."


def reason_for(why: Why, language: str) -> str:
    """Return an obstacle in a language, for a list of what cannot be had."""
    return OBSTACLES.get(language, OBSTACLES["en"])[why]


def _quotable(explanation: Explanation) -> Pair | None:
    return explanation.pairs[0] if explanation.pairs and not explanation.is_lexical else None


def _written(explanation: Explanation) -> tuple[str, str]:
    """Return the languages of what is quoted: an entry may be written in several."""
    pair = _quotable(explanation)
    return (pair.challenge.language, pair.offer.language) if pair else explanation.languages


def _reason(explanation: Explanation, language: str, words: Mapping[str, str], concepts: list[str]) -> str:
    pair = _quotable(explanation)
    if concepts and pair:
        return words["both"].format(_listing(concepts[:3], language), _quoted(pair.offer.text, language))
    if concepts:
        return words["concepts"].format(_listing(concepts[:3], language))
    if pair and pair.similarity > 0:
        return words["pair"].format(_quoted(pair.challenge.text, language), _quoted(pair.offer.text, language))
    if explanation.words:
        return words["words"].format(_listing([_quoted(word, language) for word in explanation.words[:3]], language))
    return words["nothing"]


def _listing(names: list[str], language: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {AND[language]} {names[-1]}"


def _quoted(text: str, language: str) -> str:
    opening, closing = QUOTES[language]
    if len(text) > LONGEST_QUOTE:
        text = text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
    return opening + text.rstrip(".") + closing

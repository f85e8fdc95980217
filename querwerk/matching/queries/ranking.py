"""A programme's challenges and profiles in memory, ready to be ranked, and what is said about each pair.

Every process holds its own. Before it answers it looks what was written since (2 queries) and takes that over, so that a saved
profile is ranked by the next question, as soon as the worker has its vectors. Until most have theirs, words alone are compared.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Sum
from django.utils.timezone import localdate

from querwerk.core.text import UNSTATED
from querwerk.matching.models import Calibrated, Dossier
from querwerk.matching.queries.challenges import as_challenge, text_in
from querwerk.matching.queries.feedback import Heard
from querwerk.matching.states import SOUGHT, ChallengeState, Presence
from querwerk.people.meaning import encoder, folder
from querwerk.people.models import Profile
from querwerk.people.queries import change_number, changed_since, first_day, last_day, offer_of
from querwerk.people.states import Side

if TYPE_CHECKING:
    from querwerk.engine.matching import Challenge, Filters, Index, Match, Offer
    from querwerk.engine.matching.feedback import Refusal
    from querwerk.engine.matching.model import Entry

WAITING = 0.2
"""Up to this share of entries without vectors the others are ranked by meaning, and those wait; above, all by words."""
LOOK_AGAIN = 5.0
"""Seconds between two looks whether the worker has encoded what is missing."""
DRIFT = 0.2
"""A calibration is learned anew when this share of the entries has come or gone since."""
AT_ONCE = 300
"""Entries up to which a page reads them itself, in less than a second."""
PATIENCE = 1.0
"""Seconds that a page waits for the thread that reads a large index."""
IN_INDEX = (*SOUGHT, ChallengeState.MATCHED)
SILENCE = Heard()
TEXTS = ("title", "problem", "success")
"""What of a challenge is compared. What was tried is not: it names what did not help."""


@dataclass
class Board:
    """What one process knows of one programme."""

    index: "Index"
    number: int = 0
    """The count of writes to the directory up to which this is current."""
    offers: dict[int, str] = field(default_factory=dict)
    """Node → key of the profiles that are in the index or wait for it."""
    versions: dict[str, int] = field(default_factory=dict)
    """Key → version of the challenges that are in the index or wait for it."""
    marks: dict[str, Any] = field(default_factory=dict)
    """By what one sees that a challenge was written."""
    entries: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Challenges and offers that are in the index, by role and id."""
    waiting: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Those without vectors."""
    is_lexical: bool = False
    looked_at: float = 0.0
    learned_from: int = 0
    is_read: bool = False
    """Whether all of it was read once."""
    turn: threading.RLock = field(default_factory=threading.RLock)

    @property
    def size(self) -> int:
        """Return how many entries there are."""
        return len(self.offers) + len(self.versions)

    @property
    def offers_in(self) -> "dict[str, Offer]":
        """Return the offers that are ranked, by id."""
        return {key: entry for (role, key), entry in self.entries.items() if role == "offer"}


_boards: dict[tuple[str, int], Board] = {}
_readers: dict[tuple[str, int], threading.Thread] = {}
_turn = threading.Lock()


def board_of(space_id: int) -> Board:
    """Return the index of a programme as of now; 2 queries while nothing is written, more after that."""
    name = _name(space_id)
    with _turn:
        board = _boards.get(name)
        if board is None:
            board = _boards[name] = _new_board(space_id, is_lexical=False)
    with board.turn:
        _follow(board, space_id)
        is_lexical = _is_lexical_now(board)
    if board.is_lexical != is_lexical and (board.size <= AT_ONCE or threading.current_thread() is _readers.get(name)):
        board = _new_board(space_id, is_lexical=is_lexical)
        with board.turn:
            _follow(board, space_id)
        with _turn:
            _boards[name] = board
    elif board.is_lexical != is_lexical:
        _read_aside(space_id)  # and rank as before until that is done
    return board


def board_if_read(space_id: int) -> Board | None:
    """Return the same for a page, which does not wait for a large one: nothing while a thread beside it reads that."""
    with _turn:
        board = _boards.get(_name(space_id))
    is_read = board is not None and board.is_read
    if not is_read and number_of_entries(space_id) > AT_ONCE:
        reader = _read_aside(space_id)
        reader.join(PATIENCE)
        if reader.is_alive():
            return None
    return board_of(space_id)


def number_of_entries(space_id: int) -> int:
    """Return how many profiles and challenges the index of a programme has to read at most; 2 queries."""
    return (
        Profile.objects.filter(space=space_id).count()
        + Dossier.objects.filter(space=space_id, state__in=IN_INDEX).count()
    )


def read_boards() -> None:
    """Read the large indexes before a page needs them."""
    for space_id in Dossier.objects.filter(state__in=IN_INDEX).order_by().values_list("space", flat=True).distinct():
        if number_of_entries(space_id) > AT_ONCE:
            _read_aside(space_id).join()


def _read_aside(space_id: int) -> threading.Thread:
    """Read an index in a thread of its own, unless one is at it."""

    def read() -> None:
        try:
            board_of(space_id)
        finally:
            connection.close()

    with _turn:
        reader = _readers.get(_name(space_id))
        if reader is None or not reader.is_alive():
            reader = _readers[_name(space_id)] = threading.Thread(target=read, name="board", daemon=True)
            reader.start()
    return reader


def _name(space_id: int) -> tuple[str, int]:
    return str(settings.RENDITIONS_ROOT), space_id


def forget_boards() -> None:
    """Forget what is in memory; tests roll back what was written."""
    with _turn:
        _boards.clear()


def _new_board(space_id: int, *, is_lexical: bool) -> Board:
    from querwerk.engine.matching import Index  # noqa: PLC0415  (loads NumPy and Numba)
    from querwerk.engine.matching.calibration import load  # noqa: PLC0415
    from querwerk.engine.matching.encoder import WordsAlone  # noqa: PLC0415

    used = WordsAlone() if is_lexical else encoder(folder())
    kept = _kept_calibration(space_id, used.version)
    # With the calibration from the start nothing need be put twice.
    board = Board(Index(encoder=used, calibration=load(bytes(kept.data)) if kept else None), is_lexical=is_lexical)
    board.learned_from = kept.entries if kept else 0
    return board


def _kept_calibration(space_id: int, version: str) -> Calibrated | None:
    from querwerk.engine.matching.calibration import basis_of  # noqa: PLC0415

    return Calibrated.objects.filter(space=space_id, encoder=basis_of(version)).order_by("-pk").first()


def _is_lexical_now(board: Board) -> bool:
    return len(board.waiting) > WAITING * board.size if board.size else False


def _follow(board: Board, space_id: int) -> None:
    """Take over what was written, and what the worker has encoded meanwhile."""
    number = change_number(space_id)
    changed: dict[tuple[str, str], Challenge | Offer] = {}
    if board.number == 0:
        changed |= {("offer", one.id): one for one in _offers(board, space_id, None)}
    elif number != board.number:
        changed |= {("offer", one.id): one for one in _offers(board, space_id, changed_since(space_id, board.number))}
    board.number = max(number, 1)
    changed |= {("challenge", one.id): one for one in _challenges(board, space_id)}
    now = monotonic()
    if board.waiting and (changed or now - board.looked_at > LOOK_AGAIN or not board.is_lexical):
        board.looked_at = now
        changed = {**board.waiting, **changed}
    if changed:
        _put(board, changed)
    _calibrate(board, space_id)
    if not board.is_read:
        board.index.settle()
    board.is_read = True


def _put(board: Board, changed: "Mapping[tuple[str, str], Challenge | Offer]") -> None:
    if board.is_lexical:
        lacking: list[Entry] = [entry for entry in changed.values() if not is_encoded(entry)]
        board.index.add(*changed.values())
    else:
        lacking = board.index.add_encoded(*changed.values())
    waiting = {(_role(entry), entry.id) for entry in lacking}
    for name, entry in changed.items():
        if name in waiting:
            board.waiting[name] = entry
        else:
            board.waiting.pop(name, None)
        if board.is_lexical or name not in waiting:
            board.entries[name] = entry


def _role(entry: "Entry") -> str:
    from querwerk.engine.matching import Challenge  # noqa: PLC0415

    return "challenge" if isinstance(entry, Challenge) else "offer"


def _take_out(board: Board, role: str, keys: Iterable[str]) -> None:
    from querwerk.engine.matching import Role  # noqa: PLC0415

    gone = list(keys)
    board.index.remove(Role(role), *gone)
    for key in gone:
        board.waiting.pop((role, key), None)
        board.entries.pop((role, key), None)


def is_encoded(entry: "Challenge | Offer") -> bool:
    """Tell whether the vectors of all passages are there."""
    return not encoder(folder()).missing(passages(entry))


def encode(entry: "Challenge | Offer") -> None:
    """Compute the vectors of an entry and keep them; those that are there cost nothing."""
    encoder(folder()).encode(passages(entry))


def passages(entry: "Challenge | Offer") -> list[str]:
    """Return the passages of an entry as they are encoded."""
    from querwerk.engine.matching.passages import passages_of  # noqa: PLC0415

    return [passage.text for passage in passages_of(entry.texts)]


def _offers(board: Board, space_id: int, nodes: Sequence[int] | None) -> "Iterable[Offer]":
    """Return the offers among the written profiles, and take those out that are none any more."""
    # Whoever can be no offer is not fetched, and neither are the long texts that are not compared.
    found = Profile.objects.filter(space=space_id, side__in=["", Side.CREATIVE])
    found = found.defer("seeks", "links", "films", "extra")
    profiles = list(found if nodes is None else found.filter(node__in=nodes))
    offers = {profile.node_id: profile for profile in profiles if is_offered(profile)}
    gone = [board.offers.pop(node) for node in nodes or () if node not in offers and node in board.offers]
    _take_out(board, "offer", gone)
    board.offers |= {node: profile.key for node, profile in offers.items()}
    return [offer_of(profile) for profile in offers.values()]


def is_offered(profile: Profile) -> bool:
    """Tell whether the matching may propose a profile at all: a creative one that is in the directory and did not switch off."""
    is_creative = profile.side == Side.CREATIVE or (not profile.side and bool(profile.submarkets))
    return is_creative and profile.is_matched and profile.shown_to is not None


def _challenges(board: Board, space_id: int) -> "Iterable[Challenge]":
    sought = Dossier.objects.filter(space=space_id, state__in=IN_INDEX)
    # Whoever writes, comes or goes moves one of these; the rows themselves are read only then.
    marks = sought.aggregate(number=Count("pk"), versions=Sum("version"), last=Max("changed_at"))
    if marks == board.marks:
        return []
    board.marks = marks
    now = dict(sought.values_list("key", "version"))
    _take_out(board, "challenge", [key for key in board.versions if key not in now])
    changed = [key for key, version in now.items() if board.versions.get(key) != version]
    board.versions = now
    if not changed:
        return []
    found = Dossier.objects.filter(space=space_id, key__in=changed).select_related("organisation", "profile")
    return [challenge_entry(dossier) for dossier in found]


def challenge_entry(dossier: Dossier) -> "Challenge":
    """Return a challenge as the engine ranks it; its id is its key."""
    from querwerk.engine.matching import Challenge, Text  # noqa: PLC0415

    challenge = as_challenge(dossier)
    texts = tuple(
        Text(words, "" if language == UNSTATED else language, part)
        for part in TEXTS
        for language, words in text_in(dossier.content, part).items()
        if words
    )
    own = dossier.organisation_id or (dossier.profile.organisation_id if dossier.profile is not None else None)
    return Challenge(
        id=dossier.key,
        texts=texts,
        tags=frozenset(f"skill:{code}" for code in challenge.skills),
        sector=dossier.profile.sector if dossier.profile is not None else "",
        organisation=str(own or ""),
        languages=frozenset(challenge.languages),
        region=challenge.region,
        is_remote={Presence.ON_SITE: False, Presence.REMOTE: True}.get(Presence(challenge.presence))
        if challenge.presence
        else None,
        begins=first_day(challenge.begins),
        ends=last_day(challenge.ends),
    )


def _calibrate(board: Board, space_id: int) -> None:
    """Use the calibration that all processes use; learn a new one when the entries are others than it was learned from."""
    from querwerk.engine.matching.calibration import dump, load  # noqa: PLC0415

    if board.learned_from and abs(board.size - board.learned_from) <= DRIFT * board.learned_from:
        return
    kept = _kept_calibration(space_id, board.index.encoder.version)
    if kept is not None and abs(board.size - kept.entries) <= DRIFT * kept.entries:
        board.index.use(load(bytes(kept.data)))
        board.learned_from = kept.entries
        return
    if len(board.waiting) == board.size and not board.is_lexical:
        return
    made = board.index.calibrate()
    board.learned_from = board.size
    Calibrated.objects.get_or_create(
        space_id=space_id,
        version=made.version,
        defaults={"data": dump(made), "entries": board.size, "encoder": made.basis},
    )


def index_as_of(space_id: int, calibration: str) -> "Index | None":
    """Return an index with the entries of now and a calibration of then, to compute a shown score again."""
    from querwerk.engine.matching import Index  # noqa: PLC0415
    from querwerk.engine.matching.calibration import load  # noqa: PLC0415

    board = board_of(space_id)
    basis = board.index.calibration.basis
    kept = Calibrated.objects.filter(space=space_id, version=calibration, encoder=basis).first()
    return None if kept is None else Index(encoder=board.index.encoder, calibration=load(bytes(kept.data)))


# --- Questions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text with the passage in it that speaks for a pair."""

    part: str
    before: str
    passage: str
    after: str
    language: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of a ranked list: whom, why in one sentence, with which passages, and what speaks against it."""

    key: str
    """Of the profile, or of the challenge."""
    match: "Match"
    sentence: str
    pairs: tuple[tuple[Excerpt, Excerpt], ...]
    """Passages of the challenge and of the profile."""
    distance: float | None
    """Between the sectors: 0 the same to 1 far."""
    against: tuple[str, ...]
    """Codes of :class:`querwerk.engine.matching.Why`."""
    because: "tuple[Refusal, ...]" = ()
    """The no's for which it stands lower."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranked list and what has to be said about it as a whole."""

    suggestions: tuple[Suggestion, ...]
    calibration: str
    is_lexical: bool
    waiting: int
    """Entries that are not ranked yet, because their texts have not been read by the encoder."""
    is_read: bool = True
    """False: the texts are just being read, so that nobody is ranked yet."""


OBSTACLES_BESIDE = ("obstacle",)
"""Lists and pages say what speaks against a pair in words of their own, beside the sentence."""
UNREAD = Ranking((), "", is_lexical=False, waiting=0, is_read=False)


def ranked_creatives(
    dossier: Dossier,
    *,
    most: int,
    language: str,
    filters: "Filters",
    also: Collection[str] = (),
    heard: Heard = SILENCE,
    beside: Collection[str] = OBSTACLES_BESIDE,
) -> Ranking:
    """Rank the creatives for a challenge, best first; those named in ``also`` stand first whatever their place."""
    from querwerk.engine.matching import Why  # noqa: PLC0415
    from querwerk.engine.matching.feedback import offers_lowered  # noqa: PLC0415

    board = board_if_read(dossier.space_id)
    if board is None:
        return UNREAD
    asked = challenge_entry(dossier)
    with board.turn:
        said = heard.for_challenge(dossier.key)
        down = offers_lowered(asked, board.offers_in, said, localdate()) if said else {}
        filters = replace(filters, points={key: one.points for key, one in down.items()})
        matches = board.index.rank(asked, most + len(also) + len(filters.without), filters)
        listed = {match.offer: match for match in matches}
        first = [
            listed.get(key) or _single(board, asked, board.entries["offer", key])
            for key in also
            if ("offer", key) in board.entries
        ]
        # Who was left out is no suggestion; what else speaks against somebody is said with them.
        eligible = [match for match in matches if Why.EXCLUDED not in match.obstacles]
        rest = [match for match in eligible if match.offer not in also][:most]
        lines = [
            _line(board, asked, board.entries["offer", match.offer], match, language, key=match.offer, beside=beside)
            for match in (*first, *rest)
        ]
    return _ranking(board, [replace(one, because=down[one.key].because) if one.key in down else one for one in lines])


def ranked_challenges(
    profile: Profile,
    *,
    most: int,
    language: str,
    filters: "Filters",
    heard: Heard = SILENCE,
    beside: Collection[str] = OBSTACLES_BESIDE,
) -> Ranking:
    """Rank challenges for a creative, best first; ``filters.only`` names those that the viewer may read."""
    from querwerk.engine.matching import Why  # noqa: PLC0415
    from querwerk.engine.matching.feedback import challenges_lowered  # noqa: PLC0415

    board = board_if_read(profile.space_id)
    if board is None:
        return UNREAD
    asked = offer_of(profile)
    with board.turn:
        known = {key: entry for (role, key), entry in board.entries.items() if role == "challenge"}
        down = challenges_lowered(asked, known, heard.everywhere, localdate()) if heard.everywhere else {}
        filters = replace(filters, points={key: one.points for key, one in down.items()})
        # To the engine nobody to choose from means everybody; here it means that nothing may be read.
        matches = board.index.rank_back(asked, most, filters) if filters.only is None or filters.only else []
        matches = [match for match in matches if Why.EXCLUDED not in match.obstacles]
        lines = [
            _line(
                board,
                board.entries["challenge", match.challenge],
                asked,
                match,
                language,
                key=match.challenge,
                beside=beside,
            )
            for match in matches
        ]
    return _ranking(board, [replace(one, because=down[one.key].because) if one.key in down else one for one in lines])


def explained(
    dossier: Dossier, profile: Profile, language: str, *, beside: Collection[str] = OBSTACLES_BESIDE
) -> Suggestion:
    """Say what speaks for one pair, whether or not it is in a list."""
    # All that a pair's score depends on beside its texts is the calibration.
    board = board_if_read(dossier.space_id) or _new_board(dossier.space_id, is_lexical=False)
    asked, offer = challenge_entry(dossier), offer_of(profile)
    with board.turn:
        if not board.is_lexical and not (is_encoded(asked) and is_encoded(offer)):
            board = _new_board(dossier.space_id, is_lexical=True)
            board.index.add(asked, offer)
            board.index.calibrate()
        return _line(board, asked, offer, _single(board, asked, offer), language, key=profile.key, beside=beside)


def _ranking(board: Board, lines: Iterable[Suggestion]) -> Ranking:
    waiting = 0 if board.is_lexical else len(board.waiting)
    return Ranking(tuple(lines), board.index.calibration.version, board.is_lexical, waiting)


def _single(board: Board, challenge: "Challenge", offer: "Offer") -> "Match":
    return board.index.explain(challenge, offer).match


def _line(
    board: Board,
    challenge: "Challenge",
    offer: "Offer",
    match: "Match",
    language: str,
    *,
    key: str,
    beside: Collection[str],
) -> Suggestion:
    from querwerk.engine.matching.wording import sentence  # noqa: PLC0415

    challenge, offer = in_language(challenge, language), in_language(offer, language)
    explanation = board.index.explain(challenge, offer, match)
    return Suggestion(
        key,
        match,
        sentence(explanation, language, beside=beside),
        tuple((_excerpt(challenge, pair.challenge), _excerpt(offer, pair.offer)) for pair in explanation.pairs),
        match.parts.distance,
        tuple(str(why) for why in match.obstacles),
    )


def in_language[E: (Challenge, Offer)](entry: E, language: str) -> E:
    """Return an entry with the reader's version of each text that is there in several languages: quotes are for reading."""
    there = {text.part for text in entry.texts if text.language == language}
    kept = tuple(text for text in entry.texts if text.language == language or text.part not in there)
    return entry if len(kept) == len(entry.texts) else replace(entry, texts=kept)


def _excerpt(entry: "Challenge | Offer", passage: Any) -> Excerpt:
    """Cut the text around a passage, at most some words on either side."""
    source = entry.texts[passage.source]
    before, after = source.text[: passage.start], source.text[passage.end :]
    return Excerpt(source.part, _tail(before), source.text[passage.start : passage.end], _head(after), passage.language)


AROUND = 90


def _tail(words: str) -> str:
    return words if len(words) <= AROUND else "… " + words[-AROUND:].partition(" ")[2]


def _head(words: str) -> str:
    return words if len(words) <= AROUND else words[:AROUND].rpartition(" ")[0] + " …"

"""What profiles mean: the vectors of their passages, kept in files that all processes of a machine share.

The worker encodes what was written; web processes only look. Until a profile is encoded, or where no encoder is, it is found by
its words alone.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from querwerk.people.models import Profile
from querwerk.people.queries import texts_of

if TYPE_CHECKING:
    from querwerk.engine.matching.cache import VectorCache
    from querwerk.engine.matching.exact import Exact
    from querwerk.engine.matching.model import Floats

log = logging.getLogger(__name__)


def folder() -> Path:
    """Return where vectors are kept; no backup needs them."""
    return Path(settings.RENDITIONS_ROOT) / "vectors"


@cache
def encoder(home: Path) -> "VectorCache":
    """Return this process's encoder, which remembers in the folder what was encoded."""
    from querwerk.engine.matching.cache import VectorCache  # noqa: PLC0415  (loads NumPy and Numba)
    from querwerk.engine.matching.encoder import Bundled  # noqa: PLC0415

    return VectorCache(home / "texts", Bundled())


@cache
def store(home: Path, space_id: int) -> "Exact":
    """Return the vectors of a space's profiles by node id; other processes see at once what one puts in."""
    from querwerk.engine.matching.exact import Exact  # noqa: PLC0415

    return Exact(home / "profiles" / str(space_id), dimension=384)


def centred(vectors: "Floats", languages: Sequence[str]) -> "Floats":
    """Return vectors without what texts of their language have in common, with length 1."""
    import numpy as np  # noqa: PLC0415  (most processes never compare anything)

    from querwerk.engine.matching.relevance import unit  # noqa: PLC0415

    means = _means()
    middle = np.mean(list(means.values()), axis=0)
    usual = np.stack([means.get(language, middle) for language in languages])
    found: Floats = unit(vectors - usual)
    return found


@cache
def _means() -> "dict[str, Floats]":
    from querwerk.engine.matching.encoder import Bundled, usual_means  # noqa: PLC0415

    return usual_means(Bundled())


def encode_profiles(space_id: int, node_ids: Iterable[int]) -> int:
    """Bring the vectors of profiles up to date; take out those of profiles that are gone; return how many were encoded."""
    from querwerk.engine.matching.passages import passages_of  # noqa: PLC0415

    wanted = list(node_ids)
    found = {profile.node_id: profile for profile in Profile.objects.filter(space=space_id, node__in=wanted)}
    kept = store(folder(), space_id)
    for node in wanted:
        profile = found.get(node)
        if profile is None:
            kept.remove(str(node))
            continue
        passages = passages_of(texts_of(profile))
        if not passages:
            kept.remove(str(node))
            continue
        raw = encoder(folder()).passage([passage.text for passage in passages])
        kept.put(str(node), centred(raw, [passage.language for passage in passages]))
    return len(found)


def forget_texts(profile: Profile) -> None:
    """Erase the vectors of a profile's texts for good."""
    from querwerk.engine.matching.passages import passages_of  # noqa: PLC0415

    home = folder()
    if (home / "texts").is_dir():
        encoder(home).forget([passage.text for passage in passages_of(texts_of(profile))])
    if (home / "profiles" / str(profile.space_id)).is_dir():
        store(home, profile.space_id).remove(str(profile.node_id))


def likeness(space_id: int, one: int, other: int) -> float:
    """Return how much two profiles say the same, at most 1; 0 where one is not encoded."""
    home = folder()
    if not (home / "profiles" / str(space_id)).is_dir():
        return 0.0
    kept = store(home, space_id)
    if str(one) not in kept or str(other) not in kept:
        return 0.0
    return float(kept.meanings_of(kept.vectors(str(one)), [str(other)])[0])


def nearest(space_id: int, words: str, most: int) -> list[tuple[str, float]]:
    """Return the profiles that mean most nearly what words say, by node id; nothing where none is encoded."""
    home = folder()
    if not (home / "profiles" / str(space_id)).is_dir():
        return []
    kept = store(home, space_id)
    if not len(kept):
        return []
    return kept.nearest(_asked(words.strip()), most)


@lru_cache(maxsize=500)
def _asked(words: str) -> "Floats":
    """Return the vector of a question; what people look for is kept nowhere but in this process."""
    from querwerk.engine.matching.encoder import Bundled  # noqa: PLC0415
    from querwerk.engine.matching.language import detect  # noqa: PLC0415

    return centred(Bundled().query([words[:300]]), [detect(words)])

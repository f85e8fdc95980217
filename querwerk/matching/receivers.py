"""What the room does when records are written anywhere: the file of a challenge follows its public face."""

from collections.abc import Iterable
from typing import Any

from querwerk.matching.actions.challenges import keep_with_records
from querwerk.matching.actions.personal import forget_name
from querwerk.matching.models import Dossier
from querwerk.people.models import Profile


def follow_records(sender: Any, *, node_ids: Iterable[int], **kwargs: Any) -> None:
    """Bring the files of the challenges among what was written up to date."""
    keep_with_records(node_ids)


def follow_merge(sender: Any, *, keep: Profile, gone: Profile, **kwargs: Any) -> None:
    """Let the challenges of a profile that goes name the one that stays."""
    _rename(Dossier.objects.filter(profile=keep, content__profile=gone.key), keep.key)


def follow_parting(sender: Any, *, keep: Profile, back: Profile, **kwargs: Any) -> None:
    """Let the challenges of a profile that comes back name it again."""
    _rename(Dossier.objects.filter(profile=back, content__profile=keep.key), back.key)


def _rename(dossiers: Any, key: str) -> None:
    for dossier in dossiers:
        dossier.content = {**dossier.content, "profile": key}
        dossier.save(update_fields=["content"])


def forget_account(sender: Any, *, instance: Any, **kwargs: Any) -> None:
    """Take the name of an account out of what it did here, before it is deleted."""
    forget_name(instance)

"""Who speaks for a profile: a second one is asked by mail, and nobody leaves a profile without anybody."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition
from querwerk.core.limits import DAY, is_too_often
from querwerk.core.states import Verb
from querwerk.people.actions import actor_of, add_speaker, note
from querwerk.people.models import Profile, SpeakerInvitation, Spokesperson, User
from querwerk.people.rules import may_stop_speaking
from querwerk.people.signals import speaker_wanted

MOST = 10
"""Open invitations of one profile."""
VALID = timedelta(days=30)


class UnableToInvite(Exception):
    """The address cannot be asked; the message says why."""


class UnableToLeave(Exception):
    """The last one cannot leave; the message says why."""


@transaction.atomic
def invite_speaker(*, profile: Profile, email: str, language: str, by: Actor) -> SpeakerInvitation:
    """Ask somebody by mail to speak for a profile, too; asked once, they are not asked again."""
    Profile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    if Spokesperson.objects.filter(profile=profile, user__email__iexact=email).exists():
        raise UnableToInvite(_("This person speaks for the profile already."))
    there = SpeakerInvitation.objects.filter(profile=profile, email__iexact=email).first()
    if there is not None:
        return there
    if SpeakerInvitation.objects.filter(profile=profile).count() >= MOST:
        raise UnableToInvite(_("Many invitations are open already. Please take one back first."))
    # Whoever takes back and invites anew mails again.
    if is_too_often(f"speaker-mails:{profile.pk}", 2 * MOST, DAY):
        raise UnableToInvite(_("Many invitations went out today. Please try again tomorrow."))
    made = SpeakerInvitation.objects.create(
        profile=profile, email=email.lower(), language=language, by_name=by.name[:200]
    )
    note(profile=profile, kind="speaker_invitation", verb=Verb.CREATED, by=by)
    speaker_wanted.send(SpeakerInvitation, invitation_id=made.pk)
    return made


@transaction.atomic
def withdraw_invitation(*, profile: Profile, number: int, by: Actor) -> None:
    """Take an invitation back; its link leads nowhere any more."""
    gone, _models = SpeakerInvitation.objects.filter(profile=profile, pk=number).delete()
    if gone:
        note(profile=profile, kind="speaker_invitation", verb=Verb.DELETED, by=by)


@transaction.atomic
def accept_invitation(*, invitation: SpeakerInvitation, user: User) -> Profile | None:
    """Let whoever was asked speak for the profile; a second click changes nothing. None where it was taken back meanwhile."""
    is_there, _models = SpeakerInvitation.objects.filter(pk=invitation.pk).delete()
    if not is_there and not Spokesperson.objects.filter(profile=invitation.profile, user=user).exists():
        return None
    add_speaker(profile=invitation.profile, user=user, by=actor_of(user), why=_("by invitation"))
    return invitation.profile


@transaction.atomic
def stop_speaking(*, profile: Profile, user: User) -> None:
    """Leave a profile to the others who speak for it. Of two who leave at once one stays."""
    Profile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    there = Spokesperson.objects.filter(profile=profile)
    if not there.filter(user=user).exists():
        return
    verdict = may_stop_speaking(speakers=there.filter(user__is_active=True).count())
    if not verdict:
        raise UnableToLeave(str(verdict.why))
    there.filter(user=user).delete()
    note(profile=profile, kind="spokesperson", verb=Verb.DELETED, by=actor_of(user))
    raise_edition()


def invitation_by_code(space_id: int, code: str) -> SpeakerInvitation | None:
    """Return whom a link in a mail belongs to, as long as it is valid; 1 query."""
    found = SpeakerInvitation.objects.filter(code=code, profile__space=space_id, invited_at__gte=timezone.now() - VALID)
    return found.select_related("profile__space", "profile__node").first()


def forget_invitations(now: datetime) -> int:
    """Delete invitations that nobody took up in time; return how many."""
    return SpeakerInvitation.objects.filter(invited_at__lt=now - VALID).delete()[0]

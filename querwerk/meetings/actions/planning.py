"""What organisers do with the timetable: ask for a version, stop the computing, lock, publish, throw away; and who did not come."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.events.actions.letters import write_letters
from querwerk.events.models import Registration
from querwerk.events.states import LetterKind
from querwerk.meetings.actions.joining import create_participants
from querwerk.meetings.actions.setup import UnableToArrange, journal, locked
from querwerk.meetings.models import Meeting, Networking, Pair, Participant, Plan, Slot, Unavailable, Wish
from querwerk.meetings.queries import people, plans
from querwerk.meetings.rules import may_publish
from querwerk.meetings.signals import plan_wanted
from querwerk.meetings.states import COMPUTING, STANDING, Method, PairSort, PlanState

LETTERS = "meetings"
"""Where the occasion of a letter about a timetable begins."""
LEAST_SECONDS, MOST_SECONDS = 5, 600


@transaction.atomic
def start_plan(*, networking: Networking, method: Method, seconds: int, by: Actor) -> Plan:
    """Ask for a version; while one is being computed that one is returned. Raises :class:`UnableToArrange`."""
    current = locked(networking)
    running = plans.computing(current.pk)
    if running is not None:
        return running
    create_participants(current)
    base = plans.base_for(current)
    _require(current, method, base)
    last = Plan.objects.filter(networking=current).aggregate(last=Max("number"))["last"] or 0
    plan = Plan.objects.create(
        networking=current, number=last + 1, method=method, based_on=base, by_name=by.name[:200],
        seconds=max(LEAST_SECONDS, min(MOST_SECONDS, seconds)),
    )  # fmt: skip
    journal(current, by=by, after={"plan": plan.number, "method": method})
    plan_wanted.send(Plan, plan=plan)
    return plan


def _require(networking: Networking, method: Method, base: Plan | None) -> None:
    if not networking.slots.exists() or not networking.tables.filter(is_closed=False).exists():
        raise UnableToArrange(_("First say when and at which tables meetings take place."))
    if method != Method.ANEW:
        if base is None:
            raise UnableToArrange(_("There is no timetable yet that could be mended."))
        return
    if base is not None and networking.slots.filter(begins_at__lte=timezone.now()).exists():
        raise UnableToArrange(_("The meetings have begun: mend the timetable, so that nobody is moved without need."))
    wishes = Wish.objects.filter(sender__networking=networking, state__in=STANDING).exists()
    if not wishes and not networking.pairs.filter(sort=PairSort.MUST).exists():
        raise UnableToArrange(_("Nobody wants to meet anybody yet."))


def ask_to_stop(*, plan: Plan) -> bool:
    """Let the computing end with the best version so far; false where it has ended."""
    return bool(Plan.objects.filter(pk=plan.pk, state__in=COMPUTING).update(is_stop_asked=True))


@transaction.atomic
def discard_plan(*, plan: Plan, by: Actor) -> bool:
    """Throw a version away that was never published; false where there is nothing to throw away."""
    current = locked(plan.networking)
    kept = Plan.objects.select_for_update().filter(pk=plan.pk).first()
    if kept is None or kept.published_at is not None or kept.state in COMPUTING:
        return False
    kept.delete()
    journal(current, by=by, before={"plan": plan.number})
    return True


@transaction.atomic
def lock_meeting(*, meeting: Meeting, is_locked: bool, by: Actor) -> None:
    """Let a meeting stay in its slot when the timetable is computed anew, or not any more."""
    if Meeting.objects.filter(pk=meeting.pk).exclude(is_locked=is_locked).update(is_locked=is_locked):
        journal(meeting.plan.networking, by=by, after={"meeting": meeting.pk, "is_locked": is_locked})


@transaction.atomic
def publish_plan(*, plan: Plan, by: Actor) -> int:
    """Make a version the one that counts, and write to those for whom something is different; return to how many.

    A second click writes to nobody. Raises :class:`UnableToArrange`.
    """
    networking = locked(plan.networking)
    current = Plan.objects.select_for_update().get(pk=plan.pk)
    if current.state == PlanState.PUBLISHED:
        return 0
    verdict = may_publish(state=current.state)
    if not verdict:
        raise UnableToArrange(str(verdict.why))
    before, now = plans.published(networking.pk), timezone.now()
    told = plans.concerned(plans.differences(before, current)) | (_wishing(networking) if before is None else set())
    if before is not None:
        Plan.objects.filter(pk=before.pk).update(state=PlanState.REPLACED)
    current.state, current.published_at = PlanState.PUBLISHED, now
    current.save(update_fields=["state", "published_at"])
    registrations = Registration.objects.filter(pk__in=_registrations(told)).order_by("pk")
    occasion = f"{LETTERS}:{current.number}:{now:%Y%m%d%H%M%S%f}"
    written = write_letters(list(registrations), LetterKind.MESSAGE, occasion)
    journal(networking, by=by, before={"plan": before.number} if before else None, after={"plan": current.number, "letters": written})  # fmt: skip
    return written


def _wishing(networking: Networking) -> set[int]:
    """Return those who wished for something: at the first publication they want to know, too, when they meet nobody."""
    return set(Wish.objects.filter(sender__in=people.active(networking.pk), state__in=STANDING).values_list("sender", flat=True))  # fmt: skip


def _registrations(participants: Iterable[int]) -> Any:
    return Participant.objects.filter(pk__in=participants).values("registration")


# --- Who meets whom, and who is there ------------------------------------------


@transaction.atomic
def set_pair(
    *, networking: Networking, first: Participant, second: Participant, sort: PairSort | None, by: Actor
) -> None:
    """Say that two people have to meet, must not, or neither any more. Raises :class:`UnableToArrange`."""
    current = locked(networking)
    if first.pk == second.pk:
        raise UnableToArrange(_("Please choose two different people."))
    one, other = sorted((first.pk, second.pk))
    rows = Pair.objects.filter(networking=current, first=one, second=other)
    if sort is None:
        rows.delete()
    else:
        Pair.objects.update_or_create(networking=current, first_id=one, second_id=other, defaults={"sort": sort})
    journal(current, by=by, after={"pair": [one, other], "sort": sort})


@transaction.atomic
def note_absence(*, participant: Participant, is_absent: bool, closed: Iterable[int], by: Actor) -> None:
    """Note at the desk that somebody did not come, or in which slots they cannot: a late train, an early one."""
    current = locked(participant.networking)
    Participant.objects.filter(pk=participant.pk).update(is_absent=is_absent)
    every = set(Slot.objects.filter(networking=current).values_list("pk", flat=True))
    wanted = set(closed) & every
    rows = Unavailable.objects.filter(participant=participant)
    rows.filter(is_by_organiser=True).exclude(slot__in=wanted).delete()
    have = set(rows.values_list("slot", flat=True))
    Unavailable.objects.bulk_create(
        [Unavailable(participant=participant, slot_id=slot, is_by_organiser=True) for slot in sorted(wanted - have)]
    )
    journal(current, by=by, after={"participant": participant.pk, "is_absent": is_absent, "slots": len(wanted)})


@transaction.atomic
def note_arrival(*, participant: Participant, first: Slot | None, by: Actor) -> None:
    """Note that somebody is there only from a slot on."""
    earlier = Slot.objects.filter(networking=participant.networking_id)
    earlier = earlier.filter(begins_at__lt=first.begins_at) if first is not None else earlier.none()
    note_absence(participant=participant, is_absent=False, closed=earlier.values_list("pk", flat=True), by=by)


@transaction.atomic
def set_limits(*, participant: Participant, least: int | None, most: int | None, by: Actor) -> None:
    """Let other limits apply to one person; nothing for those of all."""
    current = locked(participant.networking)
    Participant.objects.filter(pk=participant.pk).update(least=least, most=most)
    journal(current, by=by, after={"participant": participant.pk, "least": least, "most": most})


@transaction.atomic
def wish_on_behalf(*, sender: Participant, receiver: Participant, by: Actor) -> Wish:
    """Note a spontaneous wish at the desk, whatever the phase; one that there is already is noted as well.

    It counts as accepted by nobody yet.
    """
    current = locked(sender.networking)
    if sender.pk == receiver.pk or receiver.networking_id != current.pk:
        raise UnableToArrange(_("Please choose two different people."))
    last = Wish.objects.filter(sender=sender).aggregate(last=Max("rank"))["last"] or 0
    wish, is_new = Wish.objects.get_or_create(
        sender=sender, receiver=receiver, defaults={"rank": last + 1, "is_noted": True}
    )
    if not is_new and wish.state not in STANDING:
        raise UnableToArrange(_("One of the two has declined or withdrawn this wish."))
    if is_new or not wish.is_noted:
        wish.is_noted = True
        wish.save(update_fields=["is_noted"])
        journal(current, by=by, after={"wish": [sender.pk, receiver.pk]})
    return wish

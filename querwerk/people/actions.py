"""Writes of the room: what is forgotten by itself."""

from datetime import datetime

from django.contrib.sessions.models import Session


def forget_ended_sessions(now: datetime) -> int:
    """Delete sessions whose time is over, with the sign-in codes in them; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]

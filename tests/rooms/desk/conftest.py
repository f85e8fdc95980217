from collections.abc import Callable

import pytest
from django.test import Client

from querwerk.core.models import Space
from querwerk.people.models import Organisation, User
from querwerk.programmes.models import Programme, Role
from querwerk.programmes.states import RoleName
from tests.factories.programmes import create_programme

type SignIn = Callable[..., Client]


@pytest.fixture
def werk(db: None) -> Space:
    create_programme()
    return Space.objects.get(key="werk")


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a browser in which somebody with a role is signed in."""

    def signed_in(role: str = "", programme: str = "werk", organisation: str = "", email: str = "") -> Client:
        user = User.objects.get_or_create(
            email=email or f"{role or 'nobody'}-{organisation or programme}@example.org",
            defaults={"name": f"{role} {organisation}"},
        )[0]
        if role:
            Role.objects.get_or_create(
                user=user,
                programme=Programme.objects.get(key=programme),
                name=RoleName(role),
                organisation=Organisation.objects.get(space__key=programme, key=organisation) if organisation else None,
            )
        client = Client()
        client.force_login(user)
        return client

    return signed_in

"""``querwerk user``: accounts and sign-in links."""

import argparse
from typing import TYPE_CHECKING

from querwerk.cli.command import Commands, Refusal, add, require_migrated

if TYPE_CHECKING:
    from querwerk.people.models import User

ROLES = ("organiser", "editor", "reader")


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("user", help="Create accounts and sign-in links.")
    user = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    create = add(user, "create", run_create, "Create an account, or give an existing one a role.")
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--name", default="", help="shown beside everything the person does")
    create.add_argument("--role", choices=ROLES, help="what the person may do in a programme")
    create.add_argument(
        "--programme", metavar="KEY", help="the programme of the role; may be left out when there is only one"
    )
    create.add_argument("--organisation", metavar="KEY", help="whose records an editor may change")
    link = add(user, "link", run_link, "Print a link that signs the person in once, within 24 hours.")
    link.add_argument("email", metavar="EMAIL")
    export = add(
        user, "export", run_export, "Write all that is stored about an address, with or without an account, as JSON."
    )
    export.add_argument("email", metavar="EMAIL")
    erase = add(
        user,
        "erase",
        run_erase,
        "Erase what is stored about an address: an account with its roles, passkeys and sessions (its name leaves the journal), and subscriptions.",
    )
    erase.add_argument("email", metavar="EMAIL")


def run_create(arguments: argparse.Namespace) -> None:
    """Create an account and, if asked, a role."""
    require_migrated()
    if arguments.programme and not arguments.role:
        raise Refusal("--programme needs --role.")
    if (arguments.role == "editor") != bool(arguments.organisation):
        raise Refusal("--organisation belongs to --role editor, and an editor needs one.")
    created = create_user(
        arguments.email, name=arguments.name, role=arguments.role, programme=arguments.programme, organisation=arguments.organisation,
    )  # fmt: skip
    print(
        f"{'Created' if created else 'Updated'} {arguments.email}. Sign-in link: querwerk user link {arguments.email}"
    )


def run_link(arguments: argparse.Namespace) -> None:
    """Print a sign-in link."""
    from django.conf import settings  # noqa: PLC0415

    from querwerk.people.models import User  # noqa: PLC0415

    require_migrated()
    user = User.objects.filter(email__iexact=arguments.email, is_active=True).first()
    if user is None:
        raise Refusal(f"there is no active account with the address {arguments.email}.")
    print(sign_in_address(user, settings.ENV.url))


def run_export(arguments: argparse.Namespace) -> None:
    """Print everything that is stored about an address."""
    import json  # noqa: PLC0415

    from querwerk.core.registry import holders  # noqa: PLC0415
    from querwerk.desk.personal import personal_data  # noqa: PLC0415

    user = _account(arguments.email)
    found = personal_data(user) if user is not None else {}
    found |= {holder.name: held for holder in holders() if (held := holder.export(arguments.email))}
    if not found:
        raise Refusal(f"nothing is stored about the address {arguments.email}.")
    print(json.dumps(found, ensure_ascii=False, indent=2))


def run_erase(arguments: argparse.Namespace) -> None:
    """Erase everything that is stored about an address, all or nothing."""
    from django.db import transaction  # noqa: PLC0415

    from querwerk.core.registry import holders  # noqa: PLC0415
    from querwerk.desk.personal import UnableToErase, erase_account  # noqa: PLC0415

    user = _account(arguments.email)
    erased = []
    try:
        with transaction.atomic():
            if user is not None:
                erase_account(user=user)
                erased.append("account")
            erased += [holder.name for holder in holders() if holder.erase(arguments.email)]
    except UnableToErase as error:
        raise Refusal(str(error)) from None
    if not erased:
        raise Refusal(f"nothing is stored about the address {arguments.email}.")
    print(f"Erased {arguments.email} ({', '.join(erased)}). Backups made before still hold it.")


def _account(email: str) -> "User | None":
    from querwerk.people.models import User  # noqa: PLC0415

    require_migrated()
    return User.objects.filter(email__iexact=email).first()


def sign_in_address(user: "User", site: str) -> str:
    """Return the full address of a fresh sign-in link."""
    from django.conf import settings  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from querwerk.people.accounts import link_token  # noqa: PLC0415

    with translation.override(settings.LANGUAGE_CODE):
        return site + reverse("account_link", args=[link_token(user)])


def create_user(
    email: str,
    *,
    name: str = "",
    role: str | None = None,
    programme: str | None = None,
    organisation: str | None = None,
) -> bool:
    """Create or update an account with its role; true when it is new."""
    from django.core.exceptions import ValidationError  # noqa: PLC0415
    from django.core.validators import validate_email  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from querwerk.people.models import User  # noqa: PLC0415

    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(f"{email} is not an e-mail address.") from None
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        created = user is None
        if user is None:
            user = User.objects.create_user(email=email, name=name)
        elif name and user.name != name:
            user.name = name
            user.save(update_fields=["name"])
        if role:
            _give_role(user, role, programme, organisation)
    return created


def _give_role(user: "User", role: str, programme_key: str | None, organisation_key: str | None) -> None:
    from querwerk.people.models import Organisation  # noqa: PLC0415
    from querwerk.programmes.models import Programme, Role  # noqa: PLC0415

    programmes = {
        programme.space.key: programme for programme in Programme.objects.select_related("space").order_by("space__key")
    }
    keys = ", ".join(programmes) or "none yet"
    if programme_key is None and len(programmes) != 1:
        raise Refusal(f"say with --programme for which programme the role is; there is: {keys}.")
    programme = programmes.get(programme_key) if programme_key else next(iter(programmes.values()))
    if programme is None:
        raise Refusal(f"there is no programme {programme_key}; there is: {keys}.")
    organisation = None
    if organisation_key:
        organisation = Organisation.objects.filter(space=programme.space, key=organisation_key).first()
        if organisation is None:
            raise Refusal(f"there is no organisation {organisation_key} in {programme.space.key}.")
    # Somebody may edit for several organisations, but is organiser or reader only once.
    Role.objects.update_or_create(user=user, programme=programme, organisation=organisation, defaults={"name": role})

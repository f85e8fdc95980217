"""Where the operator's pages are linked: in the main menu, in the foot, or nowhere."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.core import registry
from querwerk.core.actions import InvalidRecords, UnableToOverwrite, save_record
from querwerk.core.queries import snapshot
from querwerk.core.states import Visibility
from querwerk.core.templatetags.ui import language_name
from querwerk.desk.views.frame import actor, address, attempt, desk_page, one_time_key, require, surrounding
from querwerk.programmes.models import OperatorPage
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit_menu
from querwerk.programmes.states import MenuPlace


class MenuForm(forms.Form):
    """Where one page is linked, in which place and under which words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    menu = forms.ChoiceField(choices=MenuPlace.choices)
    menu_place = forms.IntegerField(required=False, min_value=1, max_value=999)

    def __init__(self, data: Any = None, *, page: OperatorPage) -> None:
        """Show how it stands now."""
        initial = {"version": page.version, "menu": page.menu or MenuPlace.FOOT, "menu_place": page.menu_place}
        super().__init__(data, prefix=page.key, initial=initial)
        self.page = page
        self.fields["menu"].label = _("Linked")
        self.fields["menu_place"].label = _("Place")
        for code, _name in settings.LANGUAGES:
            self.fields[f"menu_title_{code}"] = forms.CharField(
                label=_("Short title (%(language)s)") % {"language": language_name(code)}, max_length=40, required=False,
                initial=page.menu_title.get(code) or "", widget=forms.TextInput(attrs={"placeholder": page.title.get(code) or "", "lang": code}),
            )  # fmt: skip

    def stated(self) -> dict[str, Any]:
        """Return what the form says, as a bundle has it; what says nothing is left out."""
        typed = {
            name: value for name, value in self.cleaned_data.items() if name != "version" and value not in ("", None)
        }
        if typed["menu"] == MenuPlace.FOOT and not self.page.menu:
            del typed["menu"]
        return typed


@desk_page
def menu(request: Request) -> HttpResponse:
    """Show and change all of it at once."""
    require(may_edit_menu(request.viewer))
    found = OperatorPage.objects.filter(space=request.frame.space_id).exclude(visibility=Visibility.RETIRED)
    pages = sorted(found.select_related("node", "space"), key=lambda page: page.menu_order)
    forms_of = [MenuForm(request.POST if request.method == "POST" else None, page=page) for page in pages]
    is_outdated = False
    answers = [form.is_valid() for form in forms_of]  # all of them, so that every mistake is shown
    if request.method == "POST" and all(answers):
        try:
            attempt(request, lambda: save(request, forms_of))
        except (UnableToOverwrite, InvalidRecords):
            is_outdated = True
        else:
            messages.success(request, _("The menu is saved."))
            return redirect("desk:menu", request.frame.key)
    context = {
        "forms": forms_of,
        "errors": [form for form in forms_of if form.is_bound and form.errors],
        "fixed": [entry.label for entry in registry.navigation()],
        "is_outdated": is_outdated,
        "new_url": address(request, "record_new", "page"),
        "once": one_time_key(),
    }
    status = 409 if is_outdated else 422 if context["errors"] else 200
    return render(request, "desk/menu.html", {**surrounding(request, "menu"), **context}, status=status)


@transaction.atomic
def save(request: Request, forms_of: list[MenuForm]) -> None:
    """Store what differs, each page with an entry of its own in the journal, or nothing at all."""
    for form in forms_of:
        page, stated = form.page, form.stated()
        before = snapshot(page)
        names = ["menu", "menu_place", *(f"menu_title_{code}" for code, _language in settings.LANGUAGES)]
        after = {key: value for key, value in before.items() if key not in names} | stated
        if after != before:
            save_record(
                spec=page.SPEC, raw=after, space=request.frame.space, by=actor(request),
                expected_version=form.cleaned_data["version"],
            )  # fmt: skip

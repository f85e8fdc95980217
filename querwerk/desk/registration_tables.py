"""The list of those registered as a file: CSV and a workbook, in neither of which a cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from querwerk.core.templatetags.ui import plain
from querwerk.events.forms.registering import contingent_name
from querwerk.events.models import Question, Registration

type Cell = str | int
TRIGGERS = "=+-@\t\r\n"
"""A cell that begins with one of these is taken for a formula by spreadsheets (OWASP, CSV injection)."""
MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


def harmless(cell: Cell) -> Cell:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] and cell[0] in TRIGGERS else cell


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerows([harmless(cell) for cell in row] for row in (head, *rows))
    return (MARK + written.getvalue()).encode()


def as_workbook(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as an Excel workbook; texts are written as texts, so that none becomes a formula or a link."""
    import xlsxwriter  # noqa: PLC0415  (only who takes a workbook needs it)

    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name[:31])
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, bold)
            sheet.set_column(column, column, min(40, max(12, len(title) + 2)))
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell, wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, sheet.dim_rowmax or 1), len(head) - 1)
    return made.getvalue()


def answer_words(question: Question, value: Any) -> str:
    """Return an answer in words."""
    names = {str(option["key"]): plain(option["label"]) for option in question.options}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(names.get(str(one), str(one)) for one in value)
    return names.get(str(value), str(value))


def participants_table(
    registrations: Iterable[Registration], questions: Sequence[Question], *, with_needs: bool
) -> tuple[list[str], list[list[Cell]]]:
    """Return head and rows of the list of participants; load contingent, needs and answers before."""
    head = [
        _("Name"), _("E-mail"), _("Organisation"), _("Field"), _("State"), _("Takes part"), _("No."), _("Ticket"),
        _("Language"), _("Networking"), _("Registered"),
        *(plain(question.label) for question in questions),
    ]  # fmt: skip
    if with_needs:
        head += [_("Access"), _("Food"), _("Childcare")]
    return head, [_row(registration, questions, with_needs=with_needs) for registration in registrations]


def _row(registration: Registration, questions: Sequence[Question], *, with_needs: bool) -> list[Cell]:
    answers = {answer.question_id: answer.value for answer in registration.answers.all()}
    needs = getattr(registration, "needs", None)
    row: list[Cell] = [
        registration.name,
        registration.email,
        registration.organisation,
        registration.get_group_display(),
        registration.get_state_display(),
        contingent_name(registration.contingent),
        registration.number or "",
        registration.ticket_shown,
        registration.language,
        _("yes") if registration.wants_networking else "",
        f"{localtime(registration.created_at):%Y-%m-%d %H:%M}",
        *(answer_words(question, answers[question.pk]) if question.pk in answers else "" for question in questions),
    ]
    if with_needs:
        row += [getattr(needs, name, "") for name in ("access", "diet", "childcare")]
    return row

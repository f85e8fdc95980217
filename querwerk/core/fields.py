"""Model columns for multilingual texts and partial dates."""

import re
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.text import Text

PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class TextColumn(models.JSONField[Text, Text]):
    """A :class:`Text` stored as JSON; an empty mapping where nothing was said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Default to an empty text."""
        kwargs.setdefault("default", Text)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Text:
        """Wrap what the database holds."""
        # Both databases hand JSON over as text.
        return Text.of_json(value) if isinstance(value, str) else Text(value)

    def to_python(self, value: Any) -> Text:
        """Wrap a mapping or string."""
        return value if isinstance(value, Text) else Text(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Unwrap to plain JSON."""
        plain = value.as_json() if isinstance(value, Text) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def get_prep_value(self, value: Any) -> Any:
        """Unwrap to plain JSON."""
        return super().get_prep_value(value.as_json() if isinstance(value, Text) else value)

    def value_to_string(self, obj: models.Model) -> Any:
        """Serialise for fixtures."""
        value = self.value_from_object(obj)
        return value.as_json() if isinstance(value, Text) else value


def check_partial_date(value: str) -> None:
    """Refuse what is neither a year, a month nor a day of the calendar (ISO 8601, reduced precision)."""
    match = PARTIAL_DATE.fullmatch(value)
    if match is None:
        raise ValidationError(
            _("“%(value)s” is not a date. Write 2021, 2021-06 or 2021-06-22."), "partial_date", {"value": value}
        )
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        raise ValidationError(
            _("%(value)s does not exist in the calendar."), "no_such_date", {"value": value}
        ) from None


def is_partial_date(value: str) -> bool:
    """Tell whether a text is a year, a month or a day of the calendar."""
    try:
        check_partial_date(value)
    except ValidationError:
        return False
    return True


class PartialDateColumn(models.CharField[str, str]):
    """A date known to the year, month or day, as ISO text, so that it sorts; empty where nothing is known."""

    default_validators = [check_partial_date]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Allow ten characters."""
        kwargs["max_length"] = 10
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what the class fixes."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

"""Django's ``format_html`` with less work for each value: pages put thousands of them into markup.

Django's ``escape`` looks for lazy texts among all arguments of each call, which takes longer than the escaping; here a lazy
text is told by its own type. What comes out is the same.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString


def conditional_escape(value: Any) -> SafeString:
    """Escape a value unless it is markup already."""
    if type(value) is str:
        return SafeString(escape(value))
    if isinstance(value, Promise):
        value = str(value)
    return SafeString(value.__html__() if hasattr(value, "__html__") else escape(str(value)))


def format_html(markup: str, *values: Any) -> SafeString:
    """Put values into markup, escaped unless they are markup themselves."""
    return SafeString(
        markup.format(*[value if type(value) is SafeString else conditional_escape(value) for value in values])
    )


def format_html_join(between: str, markup: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    """Put each row of values into markup, and join the results."""
    return SafeString(between.join([format_html(markup, *row) for row in rows]))

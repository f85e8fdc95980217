"""Fill in and send forms as a browser without JavaScript does."""

from html.parser import HTMLParser
from typing import Any


class FormReader(HTMLParser):
    """Reads the names and values that a browser would send with the page's big form."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[tuple[str, str]] = []
        self.commands: list[str] = []
        self._inside = False
        self._area: str | None = None
        self._words = ""
        self._select: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attributes}
        if tag == "form":
            self._inside = given.get("method") == "post"
        if self._inside and tag in ("input", "textarea", "select", "option", "button"):
            getattr(self, f"_start_{tag}")(given)

    def _start_input(self, given: dict[str, str]) -> None:
        if given.get("type") not in ("checkbox", "radio"):
            self.pairs.append((given["name"], given.get("value", "")))
        elif "checked" in given:
            self.pairs.append((given["name"], given.get("value", "on")))

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._area, self._words = given["name"], ""

    def _start_select(self, given: dict[str, str]) -> None:
        self._select, self._chosen = given["name"], None

    def _start_option(self, given: dict[str, str]) -> None:
        if self._select and (self._chosen is None or "selected" in given):
            self._chosen = given.get("value", "")

    def _start_button(self, given: dict[str, str]) -> None:
        if given.get("name") == "do":
            self.commands.append(given["value"])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area is not None:
            # A browser drops the line break right after the tag and sends the others as CR LF.
            self.pairs.append((self._area, self._words.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            self.pairs.append((self._select, self._chosen or ""))
            self._select = None


def read(response: Any) -> FormReader:
    reader = FormReader()
    reader.feed(response.content.decode())
    return reader


def filled(response: Any, do: str = "save", /, **changes: Any) -> dict[str, list[str]]:
    """Return what the browser sends after the changes; ``__`` in a name stands for a dot, ``None`` takes a value away."""
    data: dict[str, list[str]] = {}
    for name, value in read(response).pairs:
        data.setdefault(name, []).append(value)
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value if isinstance(value, list) else [value]
    data["do"] = [do]
    return data

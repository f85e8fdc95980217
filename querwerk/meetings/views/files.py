"""What is printed leaves as a file that a browser shows."""

from django.http import HttpResponse


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return a PDF under a name; it holds names, so no cache keeps it."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)

"""Stands where pretalx's manual puts nginx: static files and compressed pages.

Only used to count the bytes of a first visit, never under load. Static files come as
pretalx's own `rebuild` compressed them; pages are gzipped with level 6, which is kinder to
pretalx than nginx's default of 1.
"""

import gzip

from django.conf import settings
from pretalx.wsgi import application as pretalx
from whitenoise import WhiteNoise


def compressed(environ, start_response):
    seen = {}

    def remember(status, headers, exc_info=None):
        seen.update(status=status, headers=headers)
        return lambda data: None

    answer = pretalx(environ, remember)
    body = b"".join(answer)
    answer.close()
    headers = [(k, v) for k, v in seen["headers"] if k.lower() != "content-length"]
    kind = dict((k.lower(), v) for k, v in headers).get("content-type", "")
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and kind.startswith(("text/", "application/j")):
        body = gzip.compress(body, 6)
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    start_response(seen["status"], headers)
    return [body]


application = WhiteNoise(compressed, root=settings.STATIC_ROOT, prefix="static/")

"""Wagtail with the same text, run by its own Python: saving a paragraph and making the page, times as JSON."""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
FOLDER = Path(tempfile.mkdtemp(prefix="bench-wagtail-"))


def settle() -> None:
    """Make a project with one kind of page: a StreamField of headings and rich text."""
    app = FOLDER / "papers"
    app.mkdir()
    (app / "__init__.py").write_text("")
    (app / "models.py").write_text(
        "from wagtail.models import Page\n"
        "from wagtail.fields import StreamField\n"
        "from wagtail import blocks\n"
        "from wagtail.admin.panels import FieldPanel\n"
        "class PaperPage(Page):\n"
        "    body = StreamField([('heading', blocks.CharBlock()), ('paragraph', blocks.RichTextBlock())], blank=True)\n"
        "    content_panels = Page.content_panels + [FieldPanel('body')]\n"
    )
    (app / "templates/papers").mkdir(parents=True)
    (app / "templates/papers/paper_page.html").write_text(
        "{% load wagtailcore_tags %}<!DOCTYPE html><html lang=de><title>{{ page.title }}</title><h1>{{ page.title }}</h1>"
        "{% for block in page.body %}{% if block.block_type == 'heading' %}<h2>{{ block.value }}</h2>"
        "{% else %}{% include_block block %}{% endif %}{% endfor %}</html>"
    )
    (FOLDER / "site_urls.py").write_text(
        "from django.urls import include, path\n"
        "urlpatterns = [path('admin/', include('wagtail.admin.urls')), path('', include('wagtail.urls'))]\n"
    )
    sys.path.insert(0, str(FOLDER))
    os.environ["DJANGO_SETTINGS_MODULE"] = ""
    from django.conf import settings

    apps = ["contrib.forms", "contrib.redirects", "embeds", "sites", "users", "snippets", "documents", "images", "search", "admin"]
    settings.configure(
        SECRET_KEY="bench", ROOT_URLCONF="site_urls", ALLOWED_HOSTS=["*"], USE_TZ=True, STATIC_URL="/static/",
        WAGTAIL_SITE_NAME="bench", WAGTAILADMIN_BASE_URL="http://localhost", DATA_UPLOAD_MAX_NUMBER_FIELDS=100_000,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3",
                               "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;", "transaction_mode": "IMMEDIATE"}}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["papers", *(f"wagtail.{name}" for name in apps), "wagtail", "modelcluster", "taggit",
                        "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                        "django.contrib.messages", "django.contrib.staticfiles"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                                                       "django.contrib.messages.context_processors.messages"]}}],
    )  # fmt: skip


def timed(work, times):
    """Return milliseconds of CPU of each run."""
    found = []
    for number in range(times):
        began = time.process_time()
        work(number)
        found.append((time.process_time() - began) * 1000)
    return found


def main() -> None:
    """Measure and print."""
    settle()
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    call_command("makemigrations", "papers", verbosity=0)
    call_command("migrate", verbosity=0)
    from papers.models import PaperPage
    from text import blocks
    from wagtail.models import Page, Site

    root = Page.objects.filter(depth=1).first()
    made = {}
    for name, pages in (("paper", 200), ("note", 1)):
        page = PaperPage(
            title=name,
            slug=name,
            body=[(kind, f"<p>{html}</p>" if kind == "paragraph" else html) for kind, html in blocks(pages)],
        )
        page.body = json.dumps(
            [{"type": kind, "value": f"<p>{html}</p>" if kind == "paragraph" else html} for kind, html in blocks(pages)]
        )
        root.add_child(instance=page)
        page.save_revision().publish()
        made[name] = page
    home = PaperPage(title="root", slug="r")
    root.add_child(instance=home)
    Site.objects.update_or_create(hostname="localhost", defaults={"root_page": root, "is_default_site": True})
    client = Client()

    def save(number):
        page = PaperPage.objects.get(pk=made["paper"].pk).get_latest_revision_as_object()
        page.body[1] = (
            "paragraph",
            __import__("wagtail.rich_text", fromlist=["RichText"]).RichText(f"<p>Neu {number}</p>"),
        )
        page.save_revision()

    def read(name):
        def once(_number):
            answer = client.get(f"/{name}/")
            assert answer.status_code == 200, answer.status_code

        return once

    for work in (save, read("paper"), read("note")):
        work(0)
    saves = sorted(timed(save, 30))
    print(
        json.dumps(
            {
                "save_p50": statistics.median(saves),
                "save_p99": saves[-1],
                "paper": statistics.median(timed(read("paper"), 15)),
                "note": statistics.median(timed(read("note"), 15)),
                "blocks": len(made["paper"].body),
            }
        )
    )


main()

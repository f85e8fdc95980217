"""WSGI entry point for a production server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")
application = get_wsgi_application()
# What is loaded by now stays for as long as the process lives, so the collector of garbage need not look at it again.
gc.collect()
gc.freeze()

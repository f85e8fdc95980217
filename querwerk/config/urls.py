"""Every address of the platform; each room brings its own."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from querwerk.config import checks, views  # noqa: F401 -- the checks register themselves
from querwerk.publishing.sitemap import sitemap

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.front_door, name="front_door"),
    path("robots.txt", views.robots, name="robots"),
    path("media/", include("querwerk.publishing.film_urls")),
    path("media/", include("querwerk.core.pictures.urls")),
    path("sitemap.xml", sitemap, name="sitemap"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    *i18n_patterns(
        path("account/", include("querwerk.people.account_urls")),
        path("", include("querwerk.core.urls")),
        # Before the programmes, whose keys stand where “desk” does.
        path("", include("querwerk.exchange.urls")),
        path("", include("querwerk.newsletter.urls")),
        path("", include("querwerk.meetings.urls")),
        path("", include("querwerk.audience.urls")),
        path("", include("querwerk.desk.urls")),
        path("", include("querwerk.programmes.urls")),
        path("", include("querwerk.publishing.urls")),
        path("", include("querwerk.matching.urls")),
        path("", include("querwerk.pilots.urls")),
        path("", include("querwerk.events.urls")),
        path("", include("querwerk.strategy.urls")),
        path("", include("querwerk.evidence.urls")),
    ),
]

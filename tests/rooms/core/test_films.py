"""Films from elsewhere: which can be shown in place, and what the page may load for them."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from querwerk.core.films import admit_frames, allow_frame, screening


@pytest.mark.parametrize(
    ("url", "provider", "embed"),
    [
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3",
            "YouTube",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://www.youtube.com/@kreativessachsen", "YouTube", ""),
        ("https://vimeo.com/76979871", "Vimeo", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://player.vimeo.com/video/76979871", "Vimeo", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://vimeo.com/channels/staffpicks", "Vimeo", ""),
        (
            "https://tube.example.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "tube.example.org",
            "https://tube.example.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d",
        ),
        ("http://tube.example.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d", "tube.example.org", ""),
        ("https://example.org/film.mp4", "example.org", ""),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "youtube.com.evil.example", ""),
        ("", "", ""),
    ],
)
def test_screening(url: str, provider: str, embed: str) -> None:
    shown = screening(url)
    assert (shown.provider, shown.embed_url) == (provider, embed)


def test_a_page_may_load_only_the_hosts_of_its_own_films() -> None:
    request, response = RequestFactory().get("/"), HttpResponse()
    allow_frame(request, "https://player.vimeo.com/video/1?dnt=1")
    allow_frame(request, "https://tube.example.org/videos/embed/x")
    admit_frames(request, response)
    policy = response["Content-Security-Policy"]
    assert "frame-src https://player.vimeo.com https://tube.example.org" in policy
    assert "default-src 'none'" in policy


def test_a_page_without_films_keeps_the_policy_of_the_house() -> None:
    response = HttpResponse()
    admit_frames(RequestFactory().get("/"), response)
    assert "Content-Security-Policy" not in response

"""The public site: home, newsflashes, films, search and feeds."""

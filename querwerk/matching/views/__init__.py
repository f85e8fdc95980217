"""Pages of challenges, and those behind the links in mails about matches."""

"""Search over all records of a programme: tolerant of umlauts, inflection, compounds and slips of the finger.

Words are stemmed in Python (``words``), so SQLite and PostgreSQL hold the same stems and find the same records. Each
database keeps two indexes, made by the room's second migration and kept by the database itself: which records hold
which stem, and which stems hold which three letters (``sqlite``, ``postgres``). The second answers what a plain index
cannot: in which compounds a word stands, and what somebody may have meant.
"""

"""The newsletter: subscribers without accounts, issues made of newsflashes, and their sending."""

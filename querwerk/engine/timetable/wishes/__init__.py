"""Plans where more is asked for than fits, and where people, tables and interpreters differ.

`layout` puts a problem into flat lists of numbers, `kernel` works on them, `relaxation` bounds what is possible, `exact`
proves, and `plan` holds them together.
"""

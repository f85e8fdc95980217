"""At the desk: who registers for an event, on which terms, and what organisers do about it."""

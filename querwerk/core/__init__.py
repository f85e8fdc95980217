"""Records, texts, journal, panels and the primitives of the interface."""

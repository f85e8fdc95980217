"""Strategy papers, proposals, measures and decisions."""

"""Computes the vectors of concepts anew after `taxonomy/*.tsv` or the bundled encoder changed: ``python -m scripts.concepts``."""

import numpy as np

from querwerk.engine.matching.encoder import Bundled
from querwerk.engine.matching.tagging import VECTORS, concept_vectors, descriptions


def main() -> None:
    """Write them; some ten seconds."""
    np.save(VECTORS, concept_vectors(list(descriptions()), Bundled()).astype(np.float16))


if __name__ == "__main__":
    main()

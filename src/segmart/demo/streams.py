"""Random numbers by name: every random variable of every chunk of customers has a generator of its own."""

from zlib import crc32

import numpy as np


class Streams:
    """Named, counter-based random generators of one chunk of customers.

    A generator depends on the seed, the chunk and its name only. Hence the order in which things are drawn,
    the number of threads and a newly added column change nothing else; and since all draws of a variable are
    made customer after customer, a shorter chunk is the beginning of a longer one.
    """

    def __init__(self, seed: int, chunk: int | None) -> None:
        """Derive the streams of chunk 0, 1, ...; `None` stands for what is drawn once per ledger."""
        self._entropy = (seed, 0 if chunk is None else chunk + 1)
        self._names: set[str] = set()

    def __call__(self, name: str) -> np.random.Generator:
        """Return a variable's generator; asking twice would draw the same numbers again, so it raises."""
        if name in self._names:
            raise ValueError(
                f"The random stream {name!r} is already in use; give each variable its own name."
            )
        self._names.add(name)
        sequence = np.random.SeedSequence((*self._entropy, crc32(name.encode())))
        return np.random.Generator(np.random.Philox(sequence))

"""Synthetic problems of the sizes in question; the same seed makes the same problem on every machine.

Topics are drawn for every task and every agent; a score says how much they overlap, with noise and with agents who are
good at much or at little. Some tasks have a rare topic, so somebody is hard to serve.
"""

import numpy as np

from querwerk.engine.assignment import Problem, Quota, Side

SUBMARKETS = (
    "music", "books", "art", "film", "broadcasting", "performing arts", "design", "architecture", "press", "advertising",
    "software and games",
)  # fmt: skip


def _scores(rng: np.random.Generator, agents: int, tasks: int) -> np.ndarray:
    popularity = rng.dirichlet(np.full(30, 0.6))
    able = rng.dirichlet(popularity * 6 + 0.02, agents) * rng.gamma(4, 0.25, (agents, 1)).clip(0.2, 1.6)
    asked = rng.dirichlet(popularity * 6 + 0.05, tasks)
    overlap = np.sqrt(able) @ np.sqrt(asked).T
    return (overlap / overlap.max() + 0.03 * rng.standard_normal(overlap.shape)).clip(0, 1).round(4)


def conference(seed: int, reviewers: int = 2600, papers: int = 1400) -> Problem:
    """Return a conference: three reviews for each paper, one to six for each reviewer, half a percent of conflicts."""
    rng = np.random.default_rng(seed)
    scores = _scores(rng, reviewers, papers)
    conflicts = np.argwhere(rng.random(scores.shape) < 0.005)
    return Problem(
        scores,
        ((1, 6),) * reviewers,
        ((3, 3),) * papers,
        conflicts=frozenset((int(agent), int(task)) for agent, task in conflicts),
    )


def programme_round(seed: int, creatives: int = 1000, challenges: int = 200) -> Problem:
    """Return a whole round: two creatives of different submarkets for each challenge, pinned and excluded pairs."""
    rng = np.random.default_rng(seed)
    scores = _scores(rng, creatives, challenges)
    market = rng.choice(len(SUBMARKETS), creatives, p=rng.dirichlet(np.full(len(SUBMARKETS), 2.0)))
    members = {name: frozenset(np.flatnonzero(market == at).tolist()) for at, name in enumerate(SUBMARKETS)}
    barred = np.argwhere(rng.random(scores.shape) < 0.01).tolist()
    pinned = frozenset((int(rng.integers(creatives)), int(task)) for task in rng.choice(challenges, 10, replace=False))
    return Problem(
        scores,
        tuple((0, int(most)) for most in rng.integers(1, 4, creatives)),
        ((2, 2),) * challenges,
        conflicts=frozenset((agent, task) for agent, task in barred[::2] if (agent, task) not in pinned),
        excluded=frozenset((agent, task) for agent, task in barred[1::2] if (agent, task) not in pinned),
        pinned=pinned,
        quotas=tuple(Quota(Side.TASK, name, group, 0, 1) for name, group in members.items() if group),
    )

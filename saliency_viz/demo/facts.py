"""What holds between two groups of a scene: direction, nearness, size and number, by a margin.

Texts state a fact only where it holds by `CLEAR` margins; readers judge it by `FAIR` ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from .world import Group, Scene

DIRECTIONS = {"left of": (-1, 0), "right of": (1, 0), "above": (0, -1), "below": (0, 1)}
RELATIONS = (*DIRECTIONS, "next to")


@dataclass(frozen=True)
class Margins:
    """How far a fact must hold: by what share of the side, within what gap (share of the side), by what factor."""

    direction: float
    gap: float
    size: float


CLEAR = Margins(direction=0.25, gap=0.1, size=1.25)
FAIR = Margins(direction=0.0, gap=0.2, size=1.0)


def relation_holds(first: Group, relation: str, second: Group, margins: Margins = FAIR) -> bool:
    """Whether "first is `relation` second" is true."""
    if relation == "next to":
        return gap(first, second) < margins.gap
    dx, dy = DIRECTIONS[relation]
    along = dx * (first.centre[0] - second.centre[0]) + dy * (first.centre[1] - second.centre[1])
    return along > margins.direction


def gap(first: Group, second: Group) -> float:
    """The free space between the two nearest things of the groups, taken as discs; a share of the side."""
    return min(hypot(a.x - b.x, a.y - b.y) - (a.size + b.size) / 2 for a in first.things for b in second.things)


def neighbour(scene: Scene, group: Group, margins: Margins = CLEAR) -> Group | None:
    """The nearest other group, if it is next to this one."""
    others = [other for other in scene.groups if other is not group]
    nearest = min(others, key=lambda other: gap(group, other), default=None)
    return nearest if nearest and relation_holds(nearest, "next to", group, margins) else None


def is_bigger(first: Group, second: Group, margins: Margins = FAIR) -> bool:
    """Whether the things of the first group are bigger, on average, than those of the second."""
    return first.area / first.count > margins.size**2 * second.area / second.count


def is_more(first: Group, second: Group) -> bool:
    return first.count > second.count

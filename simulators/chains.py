"""Which edges of a street graph are one street: at each junction the straightest continuations go on."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinterkoll.simulators.ground import Links
from vinterkoll.simulators.lattice import MAIN, Graph

STRAIGHT_ON_DEG: Final = 42.0
"""A street goes on through a junction where it turns by less."""


class Chain(NamedTuple):
    """Edges from end to end, and the nodes they run through; a node may come twice."""

    nodes: list[int]
    edges: list[int]


def chains(graph: Graph, through: NDArray[np.bool_]) -> list[Chain]:
    """Group the edges into streets: at each node the straightest pairs of equal importance go on as one."""
    importance = graph.rank - through
    at_node: list[list[int]] = [[] for _ in graph.xy]
    for edge, (a, b) in enumerate(graph.edges.tolist()):
        at_node[a].append(edge)
        at_node[b].append(edge)
    street = list(range(len(graph.edges)))
    members = [[edge] for edge in street]
    onward: dict[tuple[int, int], int] = {}
    for node, edges in enumerate(at_node):
        for one, two in _pairs(graph, importance, node, edges):
            a, b = street[one], street[two]
            if a == b:
                continue  # it would close a ring, which has no first node
            onward[one, node], onward[two, node] = two, one
            members[a] += members[b]
            for edge in members[b]:
                street[edge] = a
            members[b] = []
    return [_walk(graph.edges, edges, onward) for edges in members if edges]


def _walk(links: Links, edges: list[int], onward: dict[tuple[int, int], int]) -> Chain:
    """Return the edges of one street in order, following `onward`: (edge, node it ends at) to the next edge."""
    edge, node = next(
        (edge, int(end)) for edge in edges for end in links[edge] if (edge, int(end)) not in onward
    )
    chain = Chain([node], [])
    while True:
        node = int(links[edge].sum()) - node
        chain.nodes.append(node)
        chain.edges.append(edge)
        if (edge, node) not in onward:
            return chain
        edge = onward[edge, node]


def _pairs(graph: Graph, importance: NDArray[np.int64], node: int, edges: list[int]) -> list[tuple[int, int]]:
    """Return disjoint pairs of the edges at `node`, important roads and straight lines first."""
    ends = graph.edges[edges].sum(axis=1) - node
    away = graph.xy[ends] - graph.xy[node]
    bearing = np.degrees(np.arctan2(away[:, 1], away[:, 0]))
    turns = []
    for i in range(len(edges)):
        for j in range(i):
            turn = abs(180 - abs((bearing[i] - bearing[j] + 180) % 360 - 180))
            one, two = edges[i], edges[j]
            goes_on = turn < STRAIGHT_ON_DEG or importance[one] < MAIN or len(edges) == 2
            if importance[one] == importance[two] and goes_on:
                turns.append((int(importance[one]), turn, one, two))
    taken: set[int] = set()
    pairs = []
    for _, _, one, two in sorted(turns):
        if one not in taken and two not in taken:
            pairs.append((one, two))
            taken |= {one, two}
    return pairs

"""What every tenth message broken costs the good ones, beside their own stream in the same run.

The time of a stream with 10 % broken messages in it, over that of its good messages alone: at most 1.11 when a broken
message costs no more than a good one. Broken ones are as long as good ones. Decoders first, on one core, then the worker.

Run: python bench/broken.py [--messages 5000] [--rounds 15] [--positions 20000]
"""

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from decode import best_s
from vinterkoll.app.decoding import Decoding
from vinterkoll.app.demo_broker import start_broker
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.ingest.message import Message
from vinterkoll.processing.cleaning import Limits
from worker import positions, prepare, queue, worker_rate

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
from broken_messages import WAYS, with_bad_items
from message_streams import STREAMS

EVERY = 10
EVERYWHERE = Limits(future_max_s=1e10, west=-180, south=-90, east=180, north=90)


def mixed(good: Sequence[Message], every: int = EVERY) -> list[Message]:
    """`good` with a broken message of the same size before each `every` - 1 of them."""
    ways = itertools.cycle(WAYS.values())
    found: list[Message] = []
    for message in good:
        if len(found) % every == 0:
            spoiled = next(ways)(message.payload)[: len(message.payload)]
            found.append(Message(message.topic, spoiled, message.received_us))
        found.append(message)
    return found


def arrays(good: Sequence[Message]) -> list[Message]:
    """`good`, whose payloads are arrays, with a bad item before each nine of theirs."""
    return [
        Message(
            one.topic, json.dumps(with_bad_items(json.loads(one.payload), EVERY)[0]).encode(), one.received_us
        )
        for one in good
    ]


def times_s(clean: Callable[[], object], spoiled: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The best of each, taken in turn, so that what else the machine does falls on both."""
    pairs = [(best_s(clean, 1), best_s(spoiled, 1)) for _ in range(rounds)]
    return min(first for first, _ in pairs), min(second for _, second in pairs)


def decoders(count: int, rounds: int) -> None:
    print(f"{'stream':28}{'good/s':>10}{'µs a good':>11}{'µs a broken':>13}{'time':>8}")
    for title, (name, topic, make) in STREAMS.items():
        good = [
            Message(topic, json.dumps(make(seq)).encode(), 0)
            for seq in range(count // (100 if "100" in title else 1))
        ]
        decoding = Decoding(EVERYWHERE, {topic: name}.__getitem__, 10**6)
        streams = {title: mixed(good)}
        if "arrays" in title:
            streams[f"{title}, bad items"] = arrays(good)
        for label, spoiled in streams.items():
            assert not decoding.decode(good).rejected
            assert len(decoding.decode(spoiled).rejected) >= len(spoiled) // EVERY
            alone_s, together_s = times_s(
                partial(decoding.decode, good), partial(decoding.decode, spoiled), rounds
            )
            broken = len(decoding.decode(spoiled).rejected)
            print(
                f"{label:28}{len(good) / alone_s:10,.0f}{alone_s / len(good) * 1e6:11.2f}"
                f"{(together_s - alone_s) / broken * 1e6:13.2f}{together_s / alone_s:8.3f}"
            )


def through_the_worker(count: int) -> None:
    """Both streams twice, in turn, each into a database of its own; the better of each counts."""
    good = positions()[:count]
    streams = {"good alone": good, "10 % broken": mixed(good)}
    wall_s: dict[str, float] = {}
    cpu_s: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        server = EmbeddedPostgres(Path(name) / "postgres")
        server.start()
        broker = start_broker(Path(name) / "broker")
        try:
            for number, (label, messages) in enumerate([*streams.items()] * 2):
                url = prepare(server, f"bench_{number}", Path(name))
                queue(broker.port, messages)
                rate, used_s = worker_rate(url, broker.port, len(messages))
                wall_s[label] = min(wall_s.get(label, 1e9), len(messages) / rate)
                cpu_s[label] = min(cpu_s.get(label, 1e9), used_s)
        finally:
            broker.stop()
            server.remove()
    for label, took_s in wall_s.items():
        ratios = took_s / wall_s["good alone"], cpu_s[label] / cpu_s["good alone"]
        print(
            f"worker, {label:14}{len(good) / took_s:10,.0f} good/s   time {ratios[0]:.3f}   its CPU {ratios[1]:.3f}"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=5_000)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--positions", type=int, default=20_000)
    chosen = arguments.parse_args()
    decoders(chosen.messages, chosen.rounds)
    through_the_worker(chosen.positions)


if __name__ == "__main__":
    main()

"""Messages per second that each decoder turns into columns, beside orjson.loads of the same bytes, on one core.

Run: python bench/decode.py [--messages 5000] [--rounds 15]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
from message_streams import STREAMS


def best_s(run: Callable[[], object], rounds: int) -> float:
    times_s = []
    for _ in range(rounds):
        started_s = time.perf_counter()
        run()
        times_s.append(time.perf_counter() - started_s)
    return min(times_s)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=5_000)
    arguments.add_argument("--rounds", type=int, default=15)
    chosen = arguments.parse_args()
    print(f"{'stream':26}{'bytes':>7}{'rows/s':>12}{'orjson.loads/s':>16}{'ratio':>7}")
    for title, (name, topic, make) in STREAMS.items():
        rows_each = 100 if "100" in title else 1
        messages = [
            Message(topic, json.dumps(make(seq)).encode(), 0) for seq in range(chosen.messages // rows_each)
        ]
        decode = FORMATS[name]
        decoded = decode(messages)
        assert len(decoded.rows) == chosen.messages, decoded.rejects[:1]
        ours = chosen.messages / best_s(lambda: decode(messages), chosen.rounds)  # noqa: B023
        theirs = chosen.messages / best_s(lambda: [orjson.loads(m.payload) for m in messages], chosen.rounds)  # noqa: B023
        print(f"{title:26}{len(messages[0].payload):7}{ours:12,.0f}{theirs:16,.0f}{ours / theirs:7.2f}")


if __name__ == "__main__":
    main()

from datetime import UTC, datetime

from vinterkoll.simulators.pace import paced
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.simulators.stream import SECOND_US, Message, to_us


class FakeClock:
    """A clock that moves only while somebody waits."""

    def __init__(self, now_s: float, stop_s: float = float("inf")) -> None:
        self.now, self.stop_s = now_s, stop_s
        self.waits = 0

    def now_s(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.waits += 1

    def stopped(self) -> bool:
        return self.now >= self.stop_s


def _every_second(start_s: int, count: int) -> list[Message]:
    return [Message((start_s + i) * SECOND_US, "t", b"") for i in range(count)]


def test_it_runs_fast_until_now_and_then_at_real_speed() -> None:
    clock = FakeClock(now_s=10_000)
    sent = []
    for message in paced(_every_second(10_000 - 600, 700), (10_000 - 600) * SECOND_US, 60, clock):
        assert message.time_us / SECOND_US <= clock.now, "a message from the future"
        sent.append(clock.now)
    assert len(sent) == 700
    # 600 s ahead at 60 times the speed: caught up after 600 / 59 s
    caught_up = 10_000 + 600 / 59
    behind = [now for now in sent if now < caught_up - 0.5]
    assert abs(len(behind) / (behind[-1] - 10_000) - 60) < 3
    assert abs(sent[-1] - (10_000 + 99)) < 0.1


def test_nothing_of_a_real_scenario_is_ever_in_the_future(scenario: Scenario) -> None:
    now = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
    clock = FakeClock(to_us(now) / SECOND_US, stop_s=to_us(now) / SECOND_US + 30)
    start = datetime(2026, 1, 15, 9, 20, tzinfo=UTC)
    count = 0
    for count, message in enumerate(paced(scenario.messages(start), to_us(start), 120, clock), 1):  # noqa: B007
        assert message.time_us <= clock.now * SECOND_US
    assert count > 1_500


def test_a_clock_that_is_set_back_sends_nothing_early() -> None:
    clock = FakeClock(now_s=1_000)
    messages = paced(_every_second(990, 60), 990 * SECOND_US, 10, clock)
    for _ in range(12):
        next(messages)
    clock.now = 995
    for message in messages:
        assert message.time_us / SECOND_US <= clock.now


def test_it_ends_when_told_to_even_with_nothing_to_wait_for() -> None:
    clock = FakeClock(now_s=1_000, stop_s=0)
    assert list(paced(_every_second(0, 10), 0, 60, clock)) == []
    assert clock.waits == 0

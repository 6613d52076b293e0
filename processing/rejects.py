"""Why a message, or an item of it, was not accepted: the reason codes and the record of a reject."""

from enum import StrEnum
from typing import Final, NamedTuple

WHOLE_MESSAGE: Final = -1
"""The `item` of a reject that concerns a message as a whole."""


class Reason(StrEnum):
    """Reason codes; each is explained to senders in docs/rejects.md. A code once published is never renamed."""

    # the message as a whole
    BAD_JSON = "bad_json"
    UNKNOWN_TOPIC = "unknown_topic"
    TOO_LARGE = "too_large"
    TOO_MANY_ITEMS = "too_many_items"
    # its fields
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    TOPIC_MISMATCH = "topic_mismatch"
    TIME_WITHOUT_OFFSET = "time_without_offset"
    TIME_AMBIGUOUS = "time_ambiguous"
    BAD_TIME = "bad_time"
    NO_POSITION = "no_position"
    BAD_PAYLOAD = "bad_payload"  # the sensor's own bytes inside an uplink
    # acceptance: one message and the receive clock
    FUTURE = "future"
    TOO_OLD = "too_old"
    NULL_ISLAND = "null_island"
    OUTSIDE_AREA = "outside_area"
    # acceptance: one message and the register
    UNREGISTERED = "unregistered"
    NOT_YOURS = "not_yours"
    # the database would not take it
    STORAGE_REFUSED = "storage_refused"
    # a mistake of vinterkoll's
    INTERNAL_ERROR = "internal_error"


class Reject(NamedTuple):
    """One rejected item: which message of the batch, which item of it, and why."""

    message: int
    item: int
    code: Reason
    field: str = ""
    detail: str = ""

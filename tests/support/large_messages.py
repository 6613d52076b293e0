"""Messages of 10 MB in the shapes that cost decoders most: good ones, broken ones, and traps."""

import json
from typing import Any, Final

from good_messages import LIST_FIELD

SIZE: Final = 10_000_000


def filled(head: bytes, part: bytes, tail: bytes = b"") -> bytes:
    """`head`, as many of `part` as fit, and `tail`."""
    return head + part * ((SIZE - len(head) - len(tail)) // len(part)) + tail


def large_messages(name: str, good: Any) -> dict[str, bytes]:
    """Messages for the format `name`; `good` is one of its good items."""
    item = json.dumps(good[0] if isinstance(good, list) else good).encode()
    opened = item[:-1] + b", "
    field = LIST_FIELD.get(name, "uplinks").encode()
    first = next(iter(json.loads(item))).encode()
    return {
        "good items": filled(b"[", item + b",", item + b"]"),
        "good items, cut off": filled(b"[", item + b","),
        "a text that is not read": filled(opened + b'"x": "', b"x", b'"}'),
        "a text in a member": filled(b'{"' + first + b'": "', b"x", b'", ' + item[1:]),
        "escapes": filled(opened + b'"x": "', b"\\\\", b'"}'),
        "U+0000": filled(opened + b'"x": "', b"\\u0000", b'"}'),
        "an operator": filled(opened + b'"operator": "', b"\\n", b""),
        "operators": filled(opened, b'"operator": "Anna", ', b'"x": 1}'),
        "digits in a member": filled(opened + b'"' + first + b'": ', b"9", b"}"),
        "opened arrays": filled(b"", b"["),
        "numbers": filled(b'{"' + field + b'": [', b"12345678,", b"1]}"),
        "one name many times": filled(opened, b'"' + first + b'": 1,', b'"x": 1}'),
        "expanded names": filled(opened, b'"https://uri.etsi.org/ngsi-ld/default-context/x": 1,', b'"x": 1}'),
        "wrong UTF-8": filled(opened + b'"x": "', b"x", b'\xff"}'),
    }

"""What follows from a batch's new raw rows: flags, stretches, treatments and flow windows, in the transaction of the rows."""

from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.flow import flow_windows
from vinterkoll.processing.hygiene import FIX_FLAG, Thresholds, flags_of
from vinterkoll.processing.observations import BoolColumn, IntColumn, Rows
from vinterkoll.processing.spreading import spread_of
from vinterkoll.processing.support import MARGIN, NEAR, flags_changed, steps_changed
from vinterkoll.processing.tracks import SUPERSEDED, Fixes
from vinterkoll.processing.treatment import STRETCH, effective_actions, stretches_of
from vinterkoll.storage import flags as flag_table
from vinterkoll.storage import flows, pseudonyms, raw, stretches, treatments
from vinterkoll.storage.network import Versions

DERIVATION: Final = 4
"""The version of the rules by which derived rows follow from stored ones. Raise it with every change of them:
`vinterkoll migrate` then notes that all that is stored has to be derived anew."""

Support = dict[str, NDArray[Any]]

_KEY: Final = ("device_id", "time", "seq")
_SPREADER: Final = ("material_id", "spread_g_per_m2", "spread_ml_per_m2", "spread_width_m")


def fixes_of(support: Support) -> Fixes:
    """Turn the columns that `stretches.read_support` reads into fixes, with what was really done.

    `x` and `y` are those of the support where it has them, or else follow from `lon` and `lat`.
    """
    if "x" in support:
        x, y = support["x"], support["y"]
    else:
        x, y = sweref_from_wgs84(support["lon"], support["lat"])
    return Fixes(
        group=support["range_id"],
        time_us=support["time"],
        seq=support["seq"],
        x=x,
        y=y,
        speed_kmh=support["speed_kmh"],
        heading_deg=support["heading_deg"],
        kinds=support["kinds"],
        actions=effective_actions(
            support["actions"],
            support["plough_known"],
            support["plough_down"],
            support["spread_g_per_m2"],
            support["spread_ml_per_m2"],
        ),
        accuracy_m=support["accuracy_m"],
        hdop=support["hdop"],
        odometer_m=support["odometer_m"],
        place=np.cumsum(support["of_line"] != SUPERSEDED) - 1,
        line=support["of_line"],
    )


def _keys(rows: Support | Rows) -> NDArray[np.bytes_]:
    """Return (device, time, seq) of fixes, flags or stretches as byte strings: of one length, so equal strings are equal keys."""
    names = _KEY if isinstance(rows, dict) else ("device_id", "time_us", "seq")
    keys = np.column_stack([rows[name] for name in names])
    strings: NDArray[np.bytes_] = keys.view(f"S{keys.dtype.itemsize * keys.shape[1]}")[:, 0]
    return strings


def _chosen(support: Support, chosen: BoolColumn) -> Support:
    return {name: column[chosen] for name, column in support.items()}


def _spans(support: Support) -> tuple[IntColumn, IntColumn, IntColumn]:
    """Return device, first and last time of the fixes of each range and device: (k,) each."""
    other = (np.diff(support["range_id"]) != 0) | (np.diff(support["device_id"]) != 0)
    starts = np.flatnonzero(np.append(True, other))
    ends = np.append(starts[1:], len(support["time"])) - 1
    return support["device_id"][starts], support["time"][starts], support["time"][ends]


def _renew_flags(
    connection: "psycopg.Connection[Any]", support: Support, flags: IntColumn
) -> tuple[Rows, Rows]:
    """Store the `flags` (n,) of a support's fixes; return which (FIX_FLAG) went and which came."""
    flagged = flags != 0
    rows = np.empty(np.count_nonzero(flagged), FIX_FLAG)
    rows["device_id"], rows["time_us"], rows["seq"] = (support[name][flagged] for name in _KEY)
    rows["flags"] = flags[flagged]
    old = flag_table.existing(connection, *_spans(support))
    old = old[np.isin(_keys(old), _keys(support))]
    gone, come = stretches.differences(old, np.unique(rows))  # two ranges may own a fix, and then agree
    flag_table.replace(connection, gone, come)
    return gone, come


def _added(cleared: Rows, flagged: Rows) -> Rows:
    """Return what came (FIX_FLAG) without the flags that the same fixes had in what went."""
    added = flagged.copy()
    _, came, went = np.intersect1d(_keys(flagged), _keys(cleared), return_indices=True)
    added["flags"][came] &= ~cleared["flags"][went]
    return added


def _stretches(
    fixes: Fixes, device_id: IntColumn, spread: Rows, versions: Versions
) -> tuple[Rows, IntColumn]:
    """Derive stretches as `stretches_of` does, each step on the version of the network valid at its start.

    Across a border all fixes are matched once on each version: a step's fixes and neighbours on the step's own.
    """
    place = versions.places(fixes.time_us)
    of_version = [(np.empty(0, STRETCH), np.empty(0, np.int64))]
    for one in np.unique(place):
        rows, step = stretches_of(fixes, device_id, spread, versions.at(int(one)))
        own = place[step] == one
        of_version.append((rows[own], step[own]))
    return np.concatenate([rows for rows, _ in of_version]), np.concatenate([step for _, step in of_version])


def _judged(support: Support, thresholds: Thresholds) -> Support:
    """Add `x`, `y` and `flags` of each fix: a range's do not depend on the others."""
    fixes = fixes_of(support)
    return support | {"x": fixes.x, "y": fixes.y, "flags": flags_of(fixes, thresholds)}


def _read_support(
    connection: "psycopg.Connection[Any]",
    ranges: tuple[IntColumn, IntColumn, IntColumn],
    thresholds: Thresholds,
) -> Support:
    """Read ranges with what new fixes in them may change: `NEAR` neighbours, `MARGIN` of them where any of these is flagged."""
    support = _judged(stretches.read_support(connection, *ranges, margin=NEAR), thresholds)
    again = np.unique(support["range_id"][(support["flags"] != 0) & (support["side"] != 0)])
    if not len(again):
        return support
    farther = stretches.read_support(connection, *(column[again] for column in ranges), margin=MARGIN)
    farther["range_id"] = again[farther["range_id"]]
    farther = _judged(farther, thresholds)
    rest = ~np.isin(support["range_id"], again)
    both = {name: np.concatenate([support[name][rest], farther[name]]) for name in support}
    in_order = np.argsort(both["range_id"], kind="stable")
    return {name: column[in_order] for name, column in both.items()}


def derive_treatments(
    connection: "psycopg.Connection[Any]",
    device_id: IntColumn,
    time_us: IntColumn,
    versions: Versions,
    thresholds: Thresholds,
) -> Rows:
    """Renew the flags, stretches and treatments that new fixes (device, time), each (n,), may have changed.

    Returns the flags (FIX_FLAG) that were not there before: of a fix that had others, the new ones alone.
    """
    if not len(device_id):
        return np.empty(0, FIX_FLAG)
    ranges = raw.ranges(device_id, time_us, stretches.RANGE_APART_US)
    support = _read_support(connection, ranges, thresholds)
    if not len(support["time"]):  # they are dropped by now
        return np.empty(0, FIX_FLAG)
    fixes, new = fixes_of(support), support["side"] == 0

    flags, judged = support["flags"], flags_changed(fixes, new)
    cleared, flagged = _renew_flags(connection, _chosen(support, judged), flags[judged])
    changed = np.concatenate([cleared, flagged])
    touched = new | (judged & np.isin(_keys(support), _keys(changed))) if len(changed) else new

    support["device_id"] = pseudonyms.of(connection, support["device_id"], support["time"])
    owned, needed = steps_changed(fixes, flags == 0, touched)
    spread = spread_of(fixes.actions, *(support[name] for name in _SPREADER))
    derived, step = _stretches(fixes.only(needed), support["device_id"][needed], spread[needed], versions)
    derived = np.unique(derived[owned[needed][step]])  # two ranges may own a step, and then derive the same
    of_owned = _chosen(support, owned)
    old = stretches.existing(connection, *_spans(of_owned))
    gone, come = stretches.differences(old[np.isin(_keys(old), _keys(of_owned))], derived)
    stretches.replace(connection, gone, come)
    treatments.renew(connection, np.concatenate([gone, come]))
    return _added(cleared, flagged)


def derive_flow(
    connection: "psycopg.Connection[Any]",
    device_id: IntColumn,
    time_us: IntColumn,
    *,
    whatever_period: bool = False,
) -> None:
    """Renew the windows that new observations (device, time), each (n,), may have changed.

    `whatever_period`: of old observations, whose period by the register was another.
    """
    if not len(device_id):
        return
    support = flows.read_support(connection, *raw.ranges(device_id, time_us, flows.RANGE_APART_US))
    touched = flows.touched_windows(support, whatever_period=whatever_period)
    newest = support["newest"] != 0
    windows = flow_windows(
        support["device_id"][newest],
        support["time"][newest],
        support["seq"][newest],
        support["period_s"][newest],
        support["intensity"][newest],
        support["speed_kmh"][newest],
        support["occupancy"][newest],
    )
    flows.replace(connection, *touched, windows)

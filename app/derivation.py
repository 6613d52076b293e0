"""What follows from a batch's new raw rows: flags, stretches, treatments and flow windows, in the transaction of the rows."""

from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.flow import flow_windows
from vinterkoll.processing.hygiene import FIX_FLAG, Thresholds, flags_of
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, IntColumn, Rows
from vinterkoll.processing.tracks import Fixes
from vinterkoll.processing.treatment import effective_actions, stretches_of
from vinterkoll.storage import flags as flag_table
from vinterkoll.storage import flows, raw, stretches, treatments

Support = dict[str, NDArray[Any]]

_KEY: Final = ("device_id", "time", "seq")


def fixes_of(support: Support) -> Fixes:
    """Turn the columns that `stretches.read_support` reads into fixes, with what was really done."""
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
        place=np.arange(len(x)),
    )


def _of_fixes(rows: Rows, device_id: IntColumn, time_us: IntColumn, seq: IntColumn) -> BoolColumn:
    """Tell which flags, or stretches of the steps that start there, belong to one of the fixes (device, time, seq)."""
    keys = np.column_stack([device_id, time_us, seq])
    of_rows = np.column_stack([rows["device_id"], rows["time_us"], rows["seq"]])
    # keys as byte strings: of one length, so equal strings are equal keys
    width = f"S{keys.dtype.itemsize * keys.shape[1]}"
    found: BoolColumn = np.isin(of_rows.view(width)[:, 0], keys.view(width)[:, 0])
    return found


def _flagged(support: Support, flags: IntColumn, chosen: BoolColumn) -> Rows:
    """Return the flags (FIX_FLAG) of the chosen fixes that have some; two ranges may own a fix, and then agree."""
    at = np.flatnonzero(chosen & (flags != 0))
    rows = np.empty(len(at), FIX_FLAG)
    rows["device_id"], rows["time_us"], rows["seq"] = (support[name][at] for name in _KEY)
    rows["flags"] = flags[at]
    return np.unique(rows)


def derive_treatments(
    connection: "psycopg.Connection[Any]",
    device_id: IntColumn,
    time_us: IntColumn,
    network: StreetNetwork,
    thresholds: Thresholds,
) -> Rows:
    """Renew the flags, stretches and treatments that new fixes (device, time), each (n,), may have changed.

    Returns the flags (FIX_FLAG) that were not there before.
    """
    if not len(device_id):
        return np.empty(0, FIX_FLAG)
    ranges = raw.ranges(device_id, time_us, stretches.RANGE_APART_US)
    support = stretches.read_support(connection, *ranges)
    owned = stretches.owned_steps(support["range_id"], support["side"], support["time"])
    of_owned = tuple(support[name][owned] for name in _KEY)
    group = support["range_id"][owned]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(group) != 0]))
    ends = np.concatenate([starts[1:], [len(group)]]) - 1
    reach = of_owned[0][starts], of_owned[1][starts], of_owned[1][ends]

    fixes = fixes_of(support)
    flags = flags_of(fixes, thresholds)
    known = flag_table.existing(connection, *reach)
    cleared, flagged = stretches.differences(
        known[_of_fixes(known, *of_owned)], _flagged(support, flags, owned)
    )
    flag_table.replace(connection, cleared, flagged)

    believed = flags == 0
    derived, step = stretches_of(fixes.only(believed), support["device_id"][believed], network)
    new = np.unique(derived[owned[believed][step]])  # two ranges may own a step, and then derive the same
    old = stretches.existing(connection, *reach)
    gone, come = stretches.differences(old[_of_fixes(old, *of_owned)], new)
    stretches.replace(connection, gone, come)
    treatments.renew(connection, np.concatenate([gone, come]))
    return flagged


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

"""What follows from a batch's new raw rows: stretches, treatments and flow windows, in the transaction of the rows."""

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.flow import flow_windows
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import IntColumn, Rows
from vinterkoll.processing.tracks import Fixes
from vinterkoll.processing.treatment import effective_actions, stretches_of
from vinterkoll.storage import flows, raw, stretches, treatments

Support = dict[str, NDArray[Any]]


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
    )


def _of_steps(rows: Rows, device_id: IntColumn, time_us: IntColumn, seq: IntColumn) -> NDArray[np.bool_]:
    """Tell which stretches belong to steps that start at one of the fixes (device, time, seq)."""
    keys = np.column_stack([device_id, time_us, seq])
    of_rows = np.column_stack([rows["device_id"], rows["time_us"], rows["seq"]])
    # keys as byte strings: of one length, so equal strings are equal keys
    width = f"S{keys.dtype.itemsize * keys.shape[1]}"
    found: NDArray[np.bool_] = np.isin(of_rows.view(width)[:, 0], keys.view(width)[:, 0])
    return found


def derive_treatments(
    connection: "psycopg.Connection[Any]", device_id: IntColumn, time_us: IntColumn, network: StreetNetwork
) -> None:
    """Renew the stretches and treatments that new fixes (device, time), each (n,), may have changed."""
    if not len(device_id):
        return
    ranges = raw.ranges(device_id, time_us, stretches.RANGE_APART_US)
    support = stretches.read_support(connection, *ranges)
    owned = stretches.owned_steps(support["range_id"], support["side"], support["time"])
    steps = tuple(support[name][owned] for name in ("device_id", "time", "seq"))
    derived, step = stretches_of(fixes_of(support), support["device_id"], network)
    new = np.unique(derived[owned[step]])  # two ranges may own a step, and then derive the same
    group = support["range_id"][owned]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(group) != 0]))
    ends = np.concatenate([starts[1:], [len(group)]]) - 1
    old = stretches.existing(connection, steps[0][starts], steps[1][starts], steps[1][ends])
    old = old[_of_steps(old, *steps)]
    gone, come = stretches.differences(old, new)
    stretches.replace(connection, gone, come)
    treatments.renew(connection, np.concatenate([gone, come]))


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

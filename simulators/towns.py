"""The towns of the generated network: true anchor coordinates, invented everything else."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Town:
    """What the street generator needs to know. Bearings are degrees clockwise from north."""

    key: str
    name: str
    number: int
    """First digit of the ids of its segments and nodes."""
    lon: float
    lat: float
    carriageway_km: float
    gc_share: float
    """Share of main and collector streets with a foot- and cycleway beside them."""
    elongation: float
    """Length of the built-up area over its width."""
    axis_deg: float
    """Bearing of its long axis."""
    exits_deg: tuple[float, ...]
    """Bearings in which country roads leave it."""
    through: tuple[int, int]
    """The two exits, by place in `exits_deg`, that the class 1 road joins."""
    water_deg: float
    """Bearing from the centre towards the water."""
    water_from_m: float
    """Distance from the centre to the shore."""
    hill_deg: float
    """Bearing of a hill without streets."""
    hill_radius_m: float


TOWNS: Final = (
    Town(
        key="ornskoldsvik",
        name="Örnsköldsvik",
        number=1,
        lon=18.7153,
        lat=63.2909,
        carriageway_km=165.0,
        gc_share=0.8,
        elongation=1.5,
        axis_deg=60.0,
        exits_deg=(55.0, 250.0, 325.0, 195.0),
        through=(0, 1),
        water_deg=150.0,
        water_from_m=450.0,
        hill_deg=20.0,
        hill_radius_m=420.0,
    ),
    Town(
        key="ange",
        name="Ånge",
        number=2,
        lon=15.6590,
        lat=62.5247,
        carriageway_km=58.0,
        gc_share=0.75,
        elongation=1.8,
        axis_deg=95.0,
        exits_deg=(90.0, 280.0, 185.0),
        through=(0, 1),
        water_deg=350.0,
        water_from_m=700.0,
        hill_deg=215.0,
        hill_radius_m=260.0,
    ),
    Town(
        key="fransta",
        name="Fränsta",
        number=3,
        lon=16.1670,
        lat=62.4970,
        carriageway_km=25.0,
        gc_share=0.7,
        elongation=2.2,
        axis_deg=110.0,
        exits_deg=(110.0, 290.0),
        through=(0, 1),
        water_deg=200.0,
        water_from_m=420.0,
        hill_deg=30.0,
        hill_radius_m=150.0,
    ),
)

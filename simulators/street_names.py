"""Ordinary Swedish street names, given out once each in a town: a district's streets share a theme, as they do."""

from collections.abc import Iterator
from typing import Final

import numpy as np

MAIN: Final = (
    "Storgatan", "Järnvägsgatan", "Norra vägen", "Södra vägen", "Kyrkvägen", "Landsvägen", "Industrivägen",
    "Sjukhusvägen", "Västra vägen", "Östra vägen", "Stationsvägen", "Idrottsvägen", "Hamnvägen", "Skolvägen",
    "Kvarnvägen", "Brovägen", "Strandvägen", "Folkparksvägen", "Kraftvägen", "Gamla landsvägen", "Sågverksvägen",
    "Mejerivägen", "Flygfältsvägen", "Gruvvägen", "Fabriksvägen", "Prästvägen", "Regementsvägen", "Skidvägen",
    "Ringvägen", "Bruksvägen", "Slussvägen", "Kullvägen", "Malmvägen", "Ladugårdsvägen", "Fjällvägen",
)  # fmt: skip

CENTRE: Final = (
    "Köpmangatan", "Kyrkogatan", "Skolgatan", "Nygatan", "Trädgårdsgatan", "Torggatan", "Hantverkargatan",
    "Rådhusgatan", "Drottninggatan", "Kungsgatan", "Fabriksgatan", "Bangatan", "Hamngatan", "Läroverksgatan",
    "Västra gatan", "Östra gatan", "Brogatan", "Lasarettsgatan", "Parkgatan", "Källargatan", "Vintergatan",
    "Postgatan", "Tullgatan", "Magasinsgatan", "Smedjegatan", "Repslagargatan", "Bryggargatan", "Sjögatan",
    "Ågatan", "Lilla gatan", "Tvärgatan", "Norra gatan", "Södra gatan", "Klockargatan", "Borgmästargatan",
)  # fmt: skip

_THEMES: Final = (
    "Björk Gran Tall Asp Rönn Lönn Alm Ek Lind Hassel Sälg Al En Hägg Lärk Pil Kastanj Ask Oxel",
    "Svan Tärn Domherre Talgoxe Gök Lärk Svale Sparv Trast Orr Tjäder Ripe Mes Falk Örn Uggle Kaj Skat Korp",
    "Blåsippe Vitsippe Klöver Prästkrage Linné Ljung Kattfot Smörblomme Ros Tulpan Nejlike Lilje Syren Viol",
    "Blåbärs Hallon Lingon Hjortron Smultron Vinbärs Krusbärs Nypon Odon Tranbärs Björnbärs Åkerbärs",
    "Snickar Målar Murar Smeds Skräddar Bagar Slaktar Garvar Glasmästar Timmer Kolar Flottar Kvarn Spinnar",
    "Algots Antons Augusts Edvins Emils Eriks Gustavs Hjalmars Hugos Ivars Karls Nils Olles Pers Svens",
    "Annas Astrids Ebbas Elins Emmas Ellens Gretas Hildas Ingas Karins Majas Märtas Selmas Signes Vendelas",
    "Älg Björn Varg Räv Hare Lo Ekorr Bäver Utter Iller Mård Ren Rådjurs Grävling",
    "Abborr Gädd Lax Öring Harr Sik Strömmings Torsk Mört Lake Röding Braxen",
    "Sol Mån Stjärn Norrskens Komet Regnbågs Moln Åsk Himla Polstjärne",
    "Granit Gnejs Kvarts Skiffer Marmor Fältspats Basalt Porfyr Koppar Silver Järn Sand",
    "Hammar Yx Såg Hyvel Mejsel Släggs Spik Tång Städ Borr Fil Lie Spad Räfs",
    "Vete Råg Korn Havre Lin Timotej Potatis Hö Halm Lad Hag Ängs Åker",
    "Skid Slalom Backhopps Skridsko Bandy Kälk Spark Spår Loip Stav",
    "Ankar Segel Roddar Mast Kompass Lots Fyr Båts Skeppar Brygg Sjömans Kaj",
    "Vinter Vår Sommar Höst Januari Mars April Maj Midsommar September Advents",
)
_ENDINGS: Final = ("vägen", "stigen", "gränd", "backen", "ringen", "slingan")
_SHORT_ENDINGS: Final = ("stigen", "gränd", "backen", "vägen", "slingan", "ringen")


class StreetNames:
    """Gives each street of one town a name that no other street there has."""

    def __init__(self, districts: int, rng: np.random.Generator) -> None:
        order = [int(place) for place in rng.permutation(len(_THEMES))]
        self._theme_of = [order[number % len(order)] for number in range(districts)]
        self._given: set[str] = set()
        self._rng = rng

    def main(self) -> str:
        return self._first(iter(MAIN), "Storgatan")

    def centre(self) -> str:
        return self._first(iter(self._rng.permutation(CENTRE).tolist()), "Torggatan")

    def in_district(self, district: int, short: bool) -> str:
        stems = _THEMES[self._theme_of[district]].split()
        shuffled = [str(stem) for stem in self._rng.permutation(stems)]
        endings = _SHORT_ENDINGS if short else _ENDINGS
        return self._first((stem + ending for ending in endings for stem in shuffled), f"{stems[0]}vägen")

    def _first(self, candidates: Iterator[str], fallback: str) -> str:
        name = next((name for name in candidates if name not in self._given), "")
        number = 2
        while not name or name in self._given:
            name = f"{number}:a {fallback}"
            number += 1
        self._given.add(name)
        return name

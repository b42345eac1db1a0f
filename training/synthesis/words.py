"""What else is written on plates and labels, and around a VIN."""

from __future__ import annotations

import numpy as np

VIN_FRAMES = (
    ("*", "*"),
    ("*", "*"),
    ("* ", " *"),
    ("#", "#"),
    ("<", ">"),
    ("-", "-"),
    ("+", "+"),
    ("**", "**"),
)

_MAKERS = (
    *(
        "ADAM OPEL GMBH",
        "VOLKSWAGEN AG",
        "MADE IN GERMANY",
        "FORD MOTOR CO",
        "HONDA MFG",
        "TOYOTA MOTOR CORP",
    ),
    *(
        "HYUNDAI MOTOR",
        "KIA",
        "GENERAL MOTORS",
        "RENAULT SAS",
        "SKODA AUTO A.S.",
        "BMW AG",
        "DAIMLER AG",
        "VOLVO",
    ),
    *(
        "NISSAN",
        "MAZDA MOTOR",
        "GEELY",
        "CHERY",
        "Typ",
        "MODEL",
        "VIN",
        "V.I.N.",
        "TYPE: PASSENGER CAR",
        "MPV",
    ),
    *(
        "Made in Korea",
        "ENGINE",
        "PAINT",
        "TRIM",
        "GVWR",
        "GAWR FRT",
        "GAWR RR",
        "COLD TIRE PRESSURE",
        "DATE",
    ),
    *(
        "THIS VEHICLE CONFORMS TO ALL APPLICABLE",
        "FEDERAL MOTOR VEHICLE SAFETY",
        "CHASSIS NO.",
        "Fahrzeug-Ident.-Nr.",
    ),
    *(
        "Certificate",
        "Owner",
        "Registration No",
        "First registration",
        "Colour",
        "Mass",
        "Category M1",
        "Seats 5",
    ),
)
_UNITS = ("kg", "KG", "lbs", "kPa", "mm", "cm3", "kW", "PSI", "")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def label_line(rng: np.random.Generator) -> str:
    """A line as labels carry them: a maker, a mass, an approval number, a code."""
    style = rng.random()
    if style < 0.35:
        return str(rng.choice(_MAKERS))
    if style < 0.6:
        prefix = str(rng.choice(["", "", "1- ", "2- ", "1-", "2-", "GVWR "]))
        return f"{prefix}{rng.integers(400, 4000)} {rng.choice(_UNITS)}".strip()
    if style < 0.75:
        country, year, directive, number = (int(rng.integers(1, top)) for top in (30, 2020, 120, 9999))
        return f"e{country}*{year}/{directive}*{number:04d}"
    return _code(rng, int(rng.integers(3, 14)))


def spread(rng: np.random.Generator, text: str, vin: str) -> str:
    """The VIN in groups, as some makers and offices write it."""
    first = int(rng.choice([3, 3, 4]))
    second = int(rng.choice([8, 9, 9]))
    return text.replace(vin, f"{vin[:first]} {vin[first:second]} {vin[second:]}")


def _code(rng: np.random.Generator, length: int) -> str:
    symbols = _LETTERS + "0123456789" * 2 + "-./ "
    text = "".join(symbols[i] for i in rng.integers(len(symbols), size=length))
    return text.strip() or "N"

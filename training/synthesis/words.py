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
    writers = (_maker, _mass, _approval, _certificate, _shout, _code)
    chosen = int(rng.choice(len(writers), p=(0.26, 0.22, 0.12, 0.1, 0.1, 0.2)))
    return writers[chosen](rng)


def _maker(rng: np.random.Generator) -> str:
    return str(rng.choice(_MAKERS))


def _mass(rng: np.random.Generator) -> str:
    prefix = str(rng.choice(["", "", "1- ", "2- ", "1-", "2-", "GVWR "]))
    return f"{prefix}{rng.integers(400, 4000)} {rng.choice(_UNITS)}".strip()


def _approval(rng: np.random.Generator) -> str:
    """A European type approval."""
    country, year, directive, number = (int(rng.integers(1, top)) for top in (30, 2020, 120, 9999))
    return f"e{country}*{year}/{directive}*{number:04d}"


def _certificate(rng: np.random.Generator) -> str:
    """A Eurasian certificate: as long as a VIN and of the same symbols, so easily taken for one."""
    country, body = str(rng.choice(["RU", "BY", "KZ", "DE", "CN"])), _pick(rng, _LETTERS, 2)
    first, second = int(rng.integers(1, 99)), int(rng.integers(1, 99_999))
    prefix = str(rng.choice(["TC RU E-", "TC BY E-", "E-", "TC KZ E-"]))
    return f"{prefix}{country}.{body}{first:02d}.{second:05d}"


def _shout(rng: np.random.Generator) -> str:
    """A firm in capitals, in quotes or not."""
    names = [_pick(rng, _LETTERS + "OIAE", int(rng.integers(4, 11))) for _ in range(int(rng.integers(1, 4)))]
    return str(rng.choice(['OOO "{}"', '"{}"', "{} LTD", "{}"])).format(" ".join(names))


def spread(rng: np.random.Generator, text: str, vin: str) -> str:
    """The VIN in groups, as some makers and offices write it."""
    first = int(rng.choice([3, 3, 4]))
    second = int(rng.choice([8, 9, 9]))
    return text.replace(vin, f"{vin[:first]} {vin[first:second]} {vin[second:]}")


def _code(rng: np.random.Generator) -> str:
    text = _pick(rng, _LETTERS + "0123456789" * 2 + "-./ ", int(rng.integers(3, 14)))
    return text.strip() or "N"


def _pick(rng: np.random.Generator, symbols: str, count: int) -> str:
    return "".join(symbols[i] for i in rng.integers(len(symbols), size=count))

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
    ("☆", "☆"),
    ("★", "★"),
    ("* ", " *"),
    ("◆", "◆"),
    ("◇", "◇"),
    ("●", "●"),
    ("*", ""),
)
VIN_PREFIXES = (
    *(
        "VIN: ",
        "VIN ",
        "V.I.N. ",
        "V.I.N.: ",
        "VIN:",
        "VIN NO. ",
        "CHASSIS NO. ",
        "FRAME NO. ",
        "Nr. ",
        "No: ",
    ),
    *("ID NO. ", "E ", "E: ", "(E) ", "Fahrgestellnr. ", "Serial No. ", "VIN/SERIAL NO. "),
)
VIN_SUFFIXES = (
    *(
        "  TYPE: PASSENGER CAR",
        "  PASSENGER CAR",
        "  TYPE: TRUCK",
        "  MPV",
        "  TYPE: MPV",
        "  PASS CAR",
        "  TRUCK",
    ),
    *("  5", "  03/12", "  A", "  K040", "  1", "  2019", "  BLUE"),
)
_STATEMENTS = (
    *("THIS VEHICLE CONFORMS TO ALL APPLICABLE", "FEDERAL MOTOR VEHICLE SAFETY, BUMPER,"),
    *("AND THEFT PREVENTION STANDARDS IN EFFECT", "ON THE DATE OF MANUFACTURE SHOWN ABOVE."),
    *("FEDERAL MOTOR VEHICLE SAFETY AND THEFT", "PREVENTION STANDARDS IN EFFECT ON THE DATE"),
    *("OF MANUFACTURE SHOWN ABOVE", "THIS VEHICLE CONFORMS TO ALL APPLICABLE U.S."),
    *("SEE OWNER'S MANUAL FOR ADDITIONAL INFORMATION", "TIRE AND LOADING INFORMATION"),
    *("The combined weight of occupants and cargo", "should never exceed 425 kg or 937 lbs."),
)
_CAPTIONS = (
    *("Vehicle identification number", "A Registration number", "B Date of first registration", "D.1 Make"),
    *("D.2 Type", "D.3 Commercial description", "E Identification number", "F.1 Maximum mass", "G Mass"),
    *("C.1.1 Surname", "Policy number", "Insured", "Effective date", "Year  Make/Model", "Vehicle ID No."),
    *("Odometer reading", "Title number", "Body style", "Color", "Fuel", "Plate", "Expires", "Lienholder"),
)
_TYRES = ("235/65R17", "P215/55R17", "LT245/75R16", "225/45R18 95W", "T135/80D17", "205/55 R16", "195/65R15")

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


def statement(rng: np.random.Generator) -> str:
    """A line of a certification label (49 CFR 567): dense capitals as long as a VIN or longer."""
    style = rng.random()
    if style < 0.5:
        return str(rng.choice(_STATEMENTS))
    front, rear = int(rng.integers(700, 2600)), int(rng.integers(700, 2600))
    if style < 0.65:
        return f"GVWR {front + rear} KG  GAWR F {front} KG  GAWR R {rear} KG"
    if style < 0.8:
        return f"GVWR {front + rear}LBS GAWR FRT {front}LBS RR {rear}LBS"
    if style < 0.92:
        return f"MFD. BY {rng.choice(_MAKERS)}  {rng.integers(1, 13):02d}/{rng.integers(0, 26):02d}".upper()
    return f"{_code(rng)}  {_code(rng)}  {_code(rng)}"


def tyre_cells(rng: np.random.Generator) -> tuple[str, str, str]:
    """A row of a tyre placard: place, size, pressure."""
    place = str(rng.choice(["FRONT", "REAR", "SPARE"]))
    kpa = int(rng.integers(20, 45)) * 10
    return place, str(rng.choice(_TYRES)), f"{kpa} KPA, {round(kpa / 6.895)} PSI"


def caption(rng: np.random.Generator) -> str:
    """The small print above a field of a form."""
    return str(rng.choice(_CAPTIONS))


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


def break_rows(rng: np.random.Generator, vin: str) -> str:
    """The VIN in two rows, as frames of motorcycles and some labels have it; mostly of about one length."""
    first = int(rng.choice([9, 8, 10, 11, 7, 6], p=(0.4, 0.25, 0.1, 0.15, 0.05, 0.05)))
    return f"{vin[:first]}\n{vin[first:]}"


def _code(rng: np.random.Generator) -> str:
    text = _pick(rng, _LETTERS + "0123456789" * 2 + "-./ ", int(rng.integers(3, 14)))
    return text.strip() or "N"


def _pick(rng: np.random.Generator, symbols: str, count: int) -> str:
    return "".join(symbols[i] for i in rng.integers(len(symbols), size=count))

"""Makes the fonts beside this file from the packages that README.md names.

Usage: python3 subset.py INTER_UI_DIR PHOSPHOR_WEB_DIR
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent

# Latin, Latin-1, Extended-A and -B (part), Greek, Cyrillic, punctuation, arrows, a few symbols.
TEXT = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x192, *range(0x218, 0x21C), *range(0x2C6, 0x2DE),
    *range(0x384, 0x3CF), *range(0x400, 0x460), *range(0x1E80, 0x1E86), 0x1E9E,
    *range(0x2010, 0x2028), 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2116, 0x2122,
    *range(0x2190, 0x2194), 0x2212, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265, 0x21B5, 0x2026,
    0x2009, 0x202F,
]
DISPLAY = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x384, 0x3CF), *range(0x400, 0x460),
           *range(0x2010, 0x2028), 0x20AC, 0x2122, 0x2026]
FIGURES = [*range(0x20, 0x7F), 0xA0, 0xB7, 0xD7, 0x2009, 0x202F, 0x2013, 0x2026, 0x2212]

# Name in the player: code point of Phosphor Icons 2.1.
REGULAR = {int(line.split()[1], 16): line.split()[0]
           for line in (HERE / "icons.txt").read_text().splitlines() if line and not line.startswith("#")}


def subset(font, points, out, features=("kern", "mark", "mkmk", "ccmp", "locl", "calt"), axes=None):
    options = Options()
    options.layout_features = list(features)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.hinting = False
    worker = Subsetter(options)
    worker.populate(unicodes=points)
    worker.subset(font)
    if axes:
        instantiateVariableFont(font, axes, inplace=True)
    font.flavor = None
    font.save(HERE / out)
    print(out, (HERE / out).stat().st_size)


def tabular(font):
    """Points the character map at the figures of one width (OpenType `tnum`)."""
    gsub = font["GSUB"].table
    swaps = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for sub in gsub.LookupList.Lookup[index].SubTable:
                    sub = getattr(sub, "ExtSubTable", sub)
                    swaps.update(getattr(sub, "mapping", {}))
    for table in font["cmap"].tables:
        for point, name in list(table.cmap.items()):
            table.cmap[point] = swaps.get(name, name)
    assert swaps, "no tnum feature found"


def main(inter, phosphor):
    source = Path(inter) / "variable" / "InterVariable.woff2"
    subset(TTFont(source), TEXT, "Inter.ttf", axes={"opsz": 14, "wght": (400, 700)})
    subset(TTFont(source), DISPLAY, "InterDisplay.ttf", axes={"opsz": 32, "wght": (400, 800)})
    font = TTFont(source)
    tabular(font)
    # `kern` would pull figures of one width together again.
    subset(font, FIGURES, "InterFigures.ttf", (), axes={"opsz": 14, "wght": (400, 700)})
    for style, out in (("regular/Phosphor.ttf", "Phosphor.ttf"), ("fill/Phosphor-Fill.ttf", "PhosphorFill.ttf")):
        subset(TTFont(Path(phosphor) / "src" / style), sorted(REGULAR), out, ())


main(*sys.argv[1:])

"""The colours of grades and kinds of defects, the same on the page and in the picture."""

from runout.defects.event import Kind
from runout.grading.grade import Label

GRADES: dict[Label, str] = {
    "NM": "#1a7f37",
    "VG+": "#4d7c0f",
    "VG": "#966200",
    "G+": "#b45309",
    "G": "#c2410c",
    "F": "#b91c1c",
    "P": "#7f1d1d",
}
"""Behind white letters: contrast 4.5 and more (WCAG 2.2, 1.4.3)"""
WITHHELD = "#57606a"

KINDS: dict[Kind, str] = {
    "click": "#b7791f",
    "pop": "#d9480f",
    "scratch": "#b5179e",
    "crackle": "#0f8b8d",
    "skip": "#d00000",
    "locked_groove": "#d00000",
    "dropout": "#3a6ea5",
    "distortion": "#7048e8",
    "clipping": "#868e96",
    "capture_glitch": "#868e96",
}
"""On white and on near black: contrast 3 and more (WCAG 2.2, 1.4.11)"""

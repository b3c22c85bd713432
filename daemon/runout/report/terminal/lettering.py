"""Grades in letters large enough to read from the armchair."""

_ROWS = {
    "N": ("#...#", "##..#", "#.#.#", "#..##", "#...#"),
    "M": ("#...#", "##.##", "#.#.#", "#...#", "#...#"),
    "V": ("#...#", "#...#", "#...#", ".#.#.", "..#.."),
    "G": (".###.", "#....", "#.###", "#...#", ".###."),
    "F": ("#####", "#....", "####.", "#....", "#...."),
    "P": ("####.", "#...#", "####.", "#....", "#...."),
    "+": (".....", "..#..", ".###.", "..#..", "....."),
}
HALF_BLOCKS = "▀▄█"
_HALF_BLOCK_OF = dict(zip(("#.", ".#", "##", ".."), (*HALF_BLOCKS, " "), strict=True))


def large(label: str, blocks: bool) -> list[str]:
    """Return a label in lines of equal length; a letter that no grade has is left out.

    Three lines of half blocks where the terminal can show `blocks`, else five of '#'.
    """
    letters = [_ROWS[letter] for letter in label if letter in _ROWS]
    if not letters:
        return []
    rows = [".".join(parts) for parts in zip(*letters, strict=True)]
    if not blocks:
        return [row.replace(".", " ") for row in rows]
    # Two rows of the letter to a line; the sixth row is empty.
    rows.append("." * len(rows[0]))
    return [
        "".join(_HALF_BLOCK_OF[upper + lower] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]

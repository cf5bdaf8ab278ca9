"""The colours and marks of the course, defined once.

Pictures are drawn on a white card of their own. What stands on the page itself (a mark, a border, a field of the
progress) has a colour that is told apart from white and from the dark themes of JupyterLab and of the site: 3.7 : 1 or
more. Text takes the colour of the page.
"""

# Tints of Okabe and Ito's colour-blind safe palette: (fill, frame)
COLOURS = {
    "variable": ("#d6eaf8", "#0072b2"),  # the variable's buffer
    "copy": ("#fdebc8", "#b36b00"),  # a NumPy copy
    "tensor": ("#f4dfec", "#a6407c"),
    "gradient": ("#d3f0e5", "#00775a"),
}
CHANGED = ("#ffd9c7", "#c04000")
INK, QUIET, PAPER = "#1b1f24", "#57606a", "#ffffff"

# The state of an exercise: (mark, colour). The mark says it too, for those who see no difference between the colours.
STATES = {"right": ("✓", "#00845f"), "wrong": ("✗", "#cc4b00"), "not attempted": ("·", "#6e7781")}

FONT = 'font-family="system-ui, sans-serif" font-size="13"'  # of every SVG

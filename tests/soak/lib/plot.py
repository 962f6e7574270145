"""The memory curve as a picture: an SVG that is readable on light and on dark pages."""

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 46, 48

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .title { font-size: 14px; font-weight: 600; fill: #1f2328; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .resident { stroke: #0969da; fill: none; stroke-width: 1.6; }
  .kept { stroke: #bc4c00; fill: none; stroke-width: 1.6; }
  .settled { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #30363d; }
    .axis { stroke: #6e7681; }
    .resident { stroke: #4493f8; }
    .kept { stroke: #f0883e; }
    .settled { fill: #4493f8; }
  }
"""


def step_for(most, steps):
    """A round distance that divides 0 to `most` into about as many steps."""
    power = 1
    while power * 10 <= most / steps:
        power *= 10
    while power > most / steps:
        power /= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= most / steps)


def ticks(most, steps):
    step = step_for(most, steps)
    return [step * number for number in range(int(most / step) + 1)]


class _Canvas:
    def __init__(self, most_x, most_y):
        self.most_x, self.most_y = most_x, most_y
        self.parts = []

    def at(self, x, y):
        return (LEFT + (WIDTH - LEFT - RIGHT) * x / self.most_x,
                HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / self.most_y)

    def line(self, kind, begin, end):
        self.parts.append(f'<line class="{kind}" x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" '
                          f'x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>')

    def text(self, x, y, words, anchor="start", kind=""):
        named = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
                          f'{words}</text>')

    def curve(self, kind, points):
        path = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in points)
        self.parts.append(f'<polyline class="{kind}" points="{path}"/>')

    def dots(self, kind, points):
        for point in points:
            x, y = self.at(*point)
            self.parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')


def draw(title, samples, settled):
    """`samples` of the observer; `settled` are pairs of sends and KiB."""
    millions, mib = 1e6, 1024
    resident = [(each["accepted"] / millions, each["rss_kib"] / mib) for each in samples]
    kept = [(each["accepted"] / millions, each["kept_bytes"] / mib / mib) for each in samples]
    most_x = max(x for x, _ in resident)
    canvas = _Canvas(most_x, 1.08 * max(y for _, y in resident))
    _draw_axes(canvas)
    canvas.curve("kept", kept)
    canvas.curve("resident", resident)
    canvas.dots("settled", [(sends / millions, kib / mib) for sends, kib in settled])
    canvas.text(LEFT, 18, title, kind="title")
    _draw_legend(canvas)
    body = "\n  ".join(canvas.parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'width="{WIDTH}" height="{HEIGHT}">\n<title>{title}</title>\n'
            f"<style>{STYLE}</style>\n  {body}\n</svg>\n")


def _draw_axes(canvas):
    for y in ticks(canvas.most_y, 5):
        left, right = canvas.at(0, y), canvas.at(canvas.most_x, y)
        canvas.line("grid" if y else "axis", left, right)
        canvas.text(LEFT - 8, left[1] + 4, f"{y:g}", "end")
    for x in ticks(canvas.most_x, 6):
        canvas.text(canvas.at(x, 0)[0], HEIGHT - BOTTOM + 18, f"{x:g}", "middle")
    canvas.text(WIDTH - RIGHT, HEIGHT - 10, "million sends", "end")
    canvas.text(LEFT - 8, TOP - 8, "MiB", "end")


def _draw_legend(canvas):
    x = LEFT
    for kind, words, width in (("resident", "resident memory; dots: once all has settled", 312),
                               ("kept", "what the emulator says its deliveries and journals take", 0)):
        canvas.line(kind, (x, 32), (x + 18, 32))
        canvas.text(x + 24, 36, words)
        x += width

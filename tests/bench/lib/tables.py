"""Tables of figures, for a terminal or for docs/performance.md."""


class Table:
    def __init__(self, title, columns, notes=()):
        self.title = title
        self.columns = columns
        self.rows = []
        self.notes = list(notes)

    def add(self, *cells):
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.title}: {len(cells)} cells for {len(self.columns)} columns")
        self.rows.append([str(cell) for cell in cells])

    def as_text(self):
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows)]
        lines = [self.title]
        for row in [self.columns, *self.rows]:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines + [f"  {note}" for note in self.notes]) + "\n"

    def as_markdown(self):
        rule = "|" + "---|" + "---:|" * (len(self.columns) - 1)
        lines = [f"### {self.title}", "", _row(self.columns), rule, *map(_row, self.rows)]
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def microseconds(value):
    return f"{value:.2f}"


def milliseconds(seconds):
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def whole(value):
    return f"{value:,.0f}"


def times(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def mebibytes(kib):
    return f"{kib / 1024:.1f}"

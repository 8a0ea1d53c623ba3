"""Formulas of the derivations, written in LaTeX, as text that a terminal shows: ∂L/∂W = (∂L/∂z)ᵀ x."""

import re
from collections.abc import Iterator

SIGNS = {
    "partial": "∂", "sum": "Σ", "prod": "Π", "int": "∫", "nabla": "∇", "infty": "∞", "emptyset": "∅",
    "ell": "ℓ", "times": "×", "odot": "⊙", "otimes": "⊗", "cdot": "·", "ast": "*", "star": "⋆", "circ": "∘",
    "pm": "±", "top": "ᵀ", "gt": ">", "lt": "<", "ge": "≥", "geq": "≥", "le": "≤", "leq": "≤", "ne": "≠",
    "neq": "≠", "approx": "≈", "equiv": "≡", "in": "∈", "notin": "∉", "to": "→", "leftarrow": "←",
    "mapsto": "↦", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖", "lVert": "‖",
    "rVert": "‖", "|": "‖",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "dots": "…", "ldots": "…", "cdots": "…",
    "vdots": "⋮", "prime": "′", "land": "∧", "lor": "∨", "cup": "∪", "cap": "∩", "langle": "⟨",
    "rangle": "⟩", "quad": "  ", "qquad": "    ", ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "{": "{",
    "}": "}", "%": "%", "_": "_", "#": "#", "&": "&", "colon": ":", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
FUNCTIONS = {
    "log", "ln", "exp", "tanh", "sinh", "cosh", "sin", "cos", "max", "min", "arg", "det", "sup", "inf", "lim",
}  # fmt: skip
FONTS = {"mathbf", "mathrm", "mathit", "mathbb", "mathcal", "boldsymbol", "text", "textrm", "operatorname"}
SCRIPT = {"L": "ℒ"}
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
NOTHING = {
    "left",
    "right",
    "big",
    "Big",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "displaystyle",
    "limits",
    "nolimits",
}
LARGE = {"sum", "prod", "int"}  # their limits are written behind them
RAISED = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWᵀ*′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ*′",
        strict=True,
    )
)
LOWERED = dict(zip("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
TOKEN = re.compile(r"\\([a-zA-Z]+|.)(\s*)|(\s+)|(.)", re.DOTALL)


class UnreadableFormulaError(ValueError):
    """LaTeX that has no text here: an unknown command, a brace without its partner."""


def math_text(latex: str) -> str:
    r"""One formula in one line; raises `UnreadableFormulaError`.

    >>> math_text(r"\frac{\partial L}{\partial W} = \left( \frac{\partial L}{\partial z} \right)^{\top} x")
    '∂L/∂W = (∂L/∂z)ᵀ x'
    >>> math_text(r"L = \frac{1}{N} \sum_{n=1}^{N} (y_{n} - y^\ast_{nd})^{2}")
    'L = 1/N Σ(n = 1…N) (yₙ − y*_nd)²'
    """
    reader = Reader(latex)
    text = reader.sequence()
    if reader.tokens:
        raise UnreadableFormulaError(f"a closing brace too many in {latex!r}")
    return text


class Reader:
    """Reads from the front of its tokens: a command's name behind a backslash, a space, a character."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.tokens = list(tokens_of(latex))

    def sequence(self, *ends: str) -> str:
        """Up to a closing brace, or to the command in `ends`; neither is taken."""
        text = ""
        while self.tokens and self.tokens[0] != "}" and self.tokens[0] not in ends:
            token = self.tokens.pop(0)
            text = self.scripts(text, token) if token in ("^", "_") else text + self.one(token)
        return tidy(text)

    def one(self, token: str) -> str:
        if token == "{":
            return self.group_opened()
        if token.startswith("\\"):
            return self.command(token[1:])
        return {"-": "−", "'": "′", "~": " "}.get(token, token)

    def command(self, name: str) -> str:
        if name == "frac":
            return f"{operand(self.argument())}/{operand(self.argument())}"
        if name == "sqrt":
            under = self.argument()
            return f"√{under}" if len(under) == 1 else f"√({under})"
        if name == "begin":
            return self.environment()
        if name in LARGE:
            return f"{SIGNS[name]}{self.limits()} "
        if name in ACCENTS:
            return self.argument() + ACCENTS[name]
        if name in FONTS:
            argument = self.argument()
            return SCRIPT.get(argument, argument) if name == "mathcal" else argument
        if name in FUNCTIONS:
            return f" {name}" + ("" if self.tokens[:1] in (["("], ["_"], ["^"], ["}"]) else " ")
        if name in NOTHING:
            return ""
        if name not in SIGNS:
            raise UnreadableFormulaError(f"\\{name} in {self.latex!r}")
        sign = SIGNS[name]
        return f" {sign} " if sign in "⊙⊗×·><≥≤≠≈≡∈∉→←↦∧∨∪∩±" else sign

    def argument(self) -> str:
        """What stands in braces next, or one sign without them."""
        while self.tokens[:1] == [" "]:
            self.tokens.pop(0)
        if not self.tokens:
            raise UnreadableFormulaError(f"something is missing at the end of {self.latex!r}")
        return self.one(self.tokens.pop(0)).strip()

    def group_opened(self) -> str:
        text = self.sequence()
        if self.tokens[:1] != ["}"]:
            raise UnreadableFormulaError(f"a closing brace is missing in {self.latex!r}")
        self.tokens.pop(0)
        return text

    def scripts(self, text: str, sign: str) -> str:
        """What stands before a ^ or _, with the argument raised or lowered."""
        script = self.argument()
        table = RAISED if sign == "^" else LOWERED
        if script and all(character in table for character in script):
            return text.rstrip() + "".join(table[character] for character in script)
        plain = script.isalnum() or (script.startswith("*") and script[1:].isalnum())
        return f"{text.rstrip()}{sign}{script if plain else f'({script})'}"

    def limits(self) -> str:
        """(n = 1…N) of a sum from n = 1 to N."""
        found = {"_": "", "^": ""}
        while self.tokens[:1] in (["_"], ["^"]):
            sign = self.tokens.pop(0)
            found[sign] = self.argument()
        below, above = re.sub(r"\s*=\s*", " = ", found["_"]), found["^"]
        if not below and not above:
            return ""
        return f"({below}…{above})" if above else f"({below})"

    def environment(self) -> str:
        """The rows of cases or of a matrix."""
        name = self.argument()
        rows, cells = [], [""]
        while self.tokens:
            cells[-1] += self.sequence("\\cr", "\\\\", "\\end", "&")
            token = self.tokens.pop(0) if self.tokens else ""
            if token == "&":
                cells.append("")
                continue
            rows.append([cell.strip() for cell in cells])
            cells = [""]
            if token == "\\end":
                self.argument()
                break
        if name == "cases":
            return "{ " + "; ".join(f"{' '.join(row[1:])}: {row[0]}" for row in rows) + " }"
        text = "; ".join(", ".join(row) for row in rows if any(row))
        return f"[{text}]" if "matrix" in name else text


def tokens_of(latex: str) -> Iterator[str]:
    """Commands, spaces and characters; behind a command LaTeX drops the space, but η v stays two letters."""
    for command, behind, space, character in TOKEN.findall(latex):
        yield f"\\{command}" if command else " " if space else character
        if behind and (command == "ast" or SIGNS.get(command, "").isalpha()):
            yield " "


def operand(text: str) -> str:
    """Part of a fraction: in parentheses where it is more than one factor.

    >>> operand("∂L"), operand("e^(−x)"), operand("1 + e"), operand("(1 + e)²")
    ('∂L', 'e^(−x)', '(1 + e)', '(1 + e)²')
    """
    outside = text
    while (inside := re.search(r"\([^()]*\)", outside)) is not None:
        outside = outside[: inside.start()] + outside[inside.end() :]
    return f"({text})" if re.search(r"[\s/+−=]", outside) else text


def tidy(text: str) -> str:
    return re.sub(r"(?<=\() +| +(?=[),;])", "", re.sub(" +", " ", text)).strip()

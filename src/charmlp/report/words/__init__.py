"""All sentences of a report, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

from charmlp.language.words import sentences


class Words:
    """Speaks one language: `words("lede", n=400)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.sentences = sentences(__name__, language)

    def __call__(self, key: str, **values: object) -> str:
        return self.sentences[key].format(**values)

    def share(self, value: float | None, decimals: int = 1) -> str:
        """A share, 0 to 1, in per cent: `78.8 %`, in Chinese `78.8%`; a dash for none."""
        if value is None:
            return "–"
        return f"{100 * value:.{decimals}f}" + ("%" if self.language == "zh" else "\u00a0%")

    def section(self, prefix: str) -> dict[str, str]:
        """The sentences whose keys begin so, with their blanks."""
        return {key: sentence for key, sentence in self.sentences.items() if key.startswith(prefix)}

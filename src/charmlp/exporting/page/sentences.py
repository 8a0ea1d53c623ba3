"""The doctor's words that the page needs, in both languages, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charmlp.doctor.catalogue import NUMBERS, topic
from charmlp.doctor.kind import Text
from charmlp.doctor.mistake import Mistake
from charmlp.doctor.words import LANGUAGES, in_chinese

PARTS = ("text", "hint")  # of what is said of a mistake: which one it is, and the question that leads on
ALWAYS = ("whose", "whose-all", "or")


class Sentences:
    """Collects mistakes with their sentences; whoever asks for one gets what the page knows it by."""

    def __init__(self) -> None:
        self.mistakes: dict[str, list[int]] = {}
        self.places: dict[str, int] = {}  # of sentences, by their key among the doctor's

    def of(self, mistake: str, kind: str = "") -> str:
        """A mistake, "name" or "name.variant", and "@kind" where the doctor has own words for that kind."""
        name, _, variant = mistake.partition(".")
        usual, own = ([Mistake(name, variant, kind=of).key(p) for p in PARTS] for of in ("", kind))
        known_by = mistake if own == usual else f"{mistake}@{kind}"
        places = [self.places.setdefault(key, len(self.places)) for key in own]
        of_kind = int(topic(name, "kind") == "kind")
        self.mistakes[known_by] = [NUMBERS[name] or 0, of_kind, *places]
        return known_by

    def tell(self, known_by: str, blank: str) -> bool:
        """Whether the words of a mistake have that blank."""
        keys = list(self.places)
        return any(blank in LANGUAGES["en"][keys[place]] for place in self.mistakes[known_by][2:])

    def both(self, text: Text) -> str | list[str]:
        """A formula's words, in English and Chinese where they differ."""
        english = text["en"] if isinstance(text, Mapping) else text
        chinese = text["zh"] if isinstance(text, Mapping) else in_chinese(text)
        return english if english == chinese else [english, chinese]

    def packed(self) -> dict[str, Any]:
        """Mistakes as [row, whether the kind's page explains it, text, hint]: places among the sentences."""
        sentences = {language: [words[key] for key in self.places] for language, words in LANGUAGES.items()}
        always = {language: [words[key] for key in ALWAYS] for language, words in LANGUAGES.items()}
        return {"mistakes": self.mistakes, "sentences": sentences, "always": always}

"""The bank of questions holds together, and a sheet of them is fair: order, letters, lengths, verdicts."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pytest

from charmlp.course.exercises.bank import Question, topic, topic_names
from charmlp.course.exercises.kind import Options
from charmlp.course.exercises.kinds.choice import LETTERS, Asked, Sheet, make
from charmlp.course.exercises.writing import as_markdown, as_text
from charmlp.errors import DataError, UsageError
from tests.docs.test_links import crowded, eaten

BANK = [question for name in topic_names() for question in topic(name).questions]
LANGUAGES = ("en", "zh")
each_question = pytest.mark.parametrize("question", BANK, ids=lambda question: question.name)
each_language = pytest.mark.parametrize("language", LANGUAGES)
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES_A_LETTER = re.compile(
    r"\b(?:[Oo]ptions?|[Aa]nswers?) [A-D]\b|选项 ?[A-D]|[A-D] ?选项|of the above|以上选项"
)


def sentences(question: Question, language: str) -> list[str]:
    options = [text for option in question.options for text in (option.text[language], option.why[language])]
    return [question.text[language], *options]


def words(text: str) -> set[str]:
    """Its words; of Chinese, its pairs of characters."""
    runs = re.findall("[\u4e00-\u9fff]+", text)
    return set(re.findall(r"[a-z]{3,}", text.lower())) | {
        run[i : i + 2] for run in runs for i in range(len(run) - 1)
    }


def alike(one: Question, other: Question, language: str) -> float:
    """Shared words by all words, 0 to 1."""
    ours, theirs = words(one.text[language]), words(other.text[language])
    return len(ours & theirs) / len(ours | theirs)


# The bank


def test_there_are_enough_of_all_sorts() -> None:
    assert len(BANK) >= 60
    assert len({question.name for question in BANK}) == len(BANK)
    levels = Counter(question.level for question in BANK)
    assert set(levels) == {1, 2, 3} and min(levels.values()) >= 12
    assert min(len(topic(name).questions) for name in topic_names()) >= 3
    assert 3 <= sum(question.several for question in BANK) <= 15


@each_question
def test_a_question_is_whole(question: Question) -> None:
    assert len(question.options) == len(LETTERS)
    assert 1 <= sum(option.right for option in question.options) < len(LETTERS)
    for language in LANGUAGES:
        texts = [option.text[language] for option in question.options]
        assert len(set(texts)) == len(texts)
        for text in sentences(question, language):
            assert text == text.strip() and text
            assert not NAMES_A_LETTER.search(text), text
        for option in question.options:
            assert option.why[language][-1] in ".。）)" and option.text[language][-1] not in ".。"
    assert not any(CHINESE.search(text) for text in sentences(question, "en"))
    assert CHINESE.search(question.text["zh"])


def formulas(text: str) -> list[str]:
    return sorted(re.findall(r"\$([^$]+)\$", text))


@each_question
def test_both_languages_have_the_same_right_answers_and_numbers(question: Question) -> None:
    """A formula or a number of an option in one language is in the other one too."""
    for option in question.options:
        one, other = (option.text[language] for language in LANGUAGES)
        if not re.search("[A-Za-z]{4}", re.sub(r"\$[^$]*\$", "", one)):
            assert re.findall(r"\d+(?:\.\d+)?", one) == re.findall(r"\d+(?:\.\d+)?", other)
    assert formulas(question.text["en"]) == formulas(question.text["zh"])


@each_language
def test_no_two_questions_are_alike(language: str) -> None:
    pairs = {(a.name, b.name): alike(a, b, language) for a, b in combinations(BANK, 2)}
    assert {pair: share for pair, share in pairs.items() if share > 0.65} == {}
    assert alike(BANK[0], BANK[0], language) == 1


@each_language
def test_the_longest_option_is_not_the_right_one(language: str) -> None:
    """A quarter would be by chance."""
    single = [question for question in BANK if not question.several]
    longest = [max(q.options, key=lambda option: len(option.text[language])) for q in single]
    shortest = [min(q.options, key=lambda option: len(option.text[language])) for q in single]
    assert 0.15 <= sum(option.right for option in longest) / len(single) <= 0.42
    assert 0.1 <= sum(option.right for option in shortest) / len(single) <= 0.42


# A sheet


def test_topics_take_turns_and_easy_ones_come_first() -> None:
    sheet = make(Options(seed=4, count=len(topic_names())))
    assert Counter(asked.question.topic for asked in sheet.asked) == Counter(topic_names())
    levels = [asked.question.level for asked in sheet.asked]
    assert levels == sorted(levels)
    assert [asked.name for asked in sheet.asked] == [f"q{n}" for n in range(1, len(levels) + 1)]


def test_all_of_them_can_be_asked() -> None:
    sheet = make(Options(seed=1, count=len(BANK)))
    assert {asked.question.name for asked in sheet.asked} == {question.name for question in BANK}
    whole = topic("momentum").questions
    one_topic = make(Options(seed=1, count=len(whole), topic="momentum"))
    assert sorted(asked.question.name for asked in one_topic.asked) == sorted(each.name for each in whole)
    assert one_topic.title("zh") == "练习 1：动量"


def test_each_letter_is_right_equally_often() -> None:
    for seed in range(20):
        sheet = make(Options(seed=seed, count=40))
        counted = Counter(asked.right for asked in sheet.asked if not asked.question.several)
        assert max(counted.values()) - min(counted.values()) <= 1 and set(counted) == set(LETTERS)


@pytest.mark.parametrize("seed", range(3))
def test_options_and_their_reasons_stay_together(seed: int) -> None:
    """Whatever the order: the letter that is right is the option that the bank says is right."""
    for asked in make(Options(seed=seed, count=len(BANK))).asked:
        assert sorted(map(id, asked.options)) == sorted(map(id, asked.question.options))
        told = as_text(Sheet(seed, None, [asked]), "en", solution=True)
        for letter, option in asked.lettered:
            assert (letter in asked.right) is option.right
            word = "right" if option.right else "wrong"
            assert re.search(rf"^- {letter}\. .*: {word}\. ", told, re.MULTILINE)


def test_the_order_of_options_is_drawn() -> None:
    sheets = [make(Options(seed=seed, count=6, topic="landscape")) for seed in range(40)]
    asked = [asked for sheet in sheets for asked in sheet.asked if asked.question.name == "which-point"]
    assert len({tuple(option.text["en"] for option in each.options) for each in asked}) > 12


@each_language
def test_markdown_shows_every_formula(language: str) -> None:
    sheet = make(Options(seed=1, count=len(BANK)))
    for solution in (False, True):
        text = as_markdown(sheet, language, solution=solution)
        assert crowded(text) == [] and eaten(text) == []


# What is said of an answer


def asked_in_order(name: str) -> Asked:
    (question,) = (question for question in BANK if question.name == name)
    return Asked("q1", question, question.options)


def test_a_wrong_option_is_told_why() -> None:
    asked = asked_in_order("one-decay-step")
    assert asked.verdict("a", "en").right
    verdict = asked.verdict("B", "en")
    assert not verdict.right and verdict.mistake == "one-decay-step-2"
    assert verdict.text == "That leaves out the penalty."
    assert asked.verdict("C", "en").text.startswith("That takes 2 λ w for the gradient")
    both = asked.verdict("AB", "zh")
    assert not both.right and both.text == "只有一个选项正确。这是没有算惩罚项。"


def test_of_several_each_counts() -> None:
    asked = asked_in_order("against-overfitting")
    assert asked.verdict("BA", "en").right and asked.verdict(["A", "B"], "en").right
    missing, extra = asked.verdict("A", "en"), asked.verdict("ABD", "en")
    assert (missing.right, missing.mistake) == (False, "against-overfitting-missing")
    assert "not all" in missing.text
    assert (extra.right, extra.mistake) == (False, "against-overfitting-4")
    assert extra.text.startswith("The longer it is trained")


@pytest.mark.parametrize("value", [7, "", "E", "AA", [1], [], "A,B", ["A", ["B"]]])
def test_what_names_no_option_is_refused(value: object) -> None:
    for name in ("one-decay-step", "against-overfitting"):
        with pytest.raises(DataError, match=r"^q1: expected one of A, B, C, D"):
            asked_in_order(name).verdict(value, "en")


def test_more_questions_than_there_are_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--count 99: the topic losses has \d questions"):
        make(Options(count=99, topic="losses"))
    with pytest.raises(UsageError, match=rf"--count 999: the bank has {len(BANK)} questions"):
        make(Options(count=999))


def test_a_letter_in_a_reason_is_seen() -> None:
    """Negative control for NAMES_A_LETTER."""
    assert NAMES_A_LETTER.search("Option A is the same.") and NAMES_A_LETTER.search("与选项B相同")
    assert not NAMES_A_LETTER.search("A larger network")

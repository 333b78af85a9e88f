"""What a kind of ticket is: where it belongs, and the sentences people use for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One kind of request and its phrasings.

    Sentences may hold slots in braces: product, order, amount, site, room, app, drive, code,
    asset, colleague, days and service. `urgency` moves the weights of the priorities (0 calm ..
    3 urgent), `weight` is relative within the audience, `articles` are slugs of help articles
    that fix it, `services` the services whose failure it is about and `products` the categories
    of products it can be about (all if empty).

    The `*_fits` say what goes with each description: one word per description, its digits being
    positions of subjects, resolutions or articles, `*` for all; empty is `*` throughout.
    """

    category: str
    subcategory: str
    team: str
    weight: float
    urgency: int
    subjects: tuple[str, ...]
    descriptions: tuple[str, ...]
    resolutions: tuple[str, ...]
    articles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    subject_fits: str = ""
    resolution_fits: str = ""
    article_fits: str = ""


def fitting(choices: tuple[str, ...], fits: str, description: int) -> tuple[str, ...]:
    """Give the choices that go with a description.

    Parameters
    ----------
    choices : tuple of str
        Subjects, resolutions or articles of the topic.
    fits : str
        The topic's word list for them.
    description : int
        Position of the description.

    Returns
    -------
    tuple of str
        All of them where the word is `*` or the list is empty.
    """
    word = fits.split()[description] if fits else "*"
    if word == "*":
        return choices
    return tuple(choices[int(digit)] for digit in word)

"""Text → route: helpdesk, insights, desk, smalltalk, out_of_scope, or none that is sure enough."""

from assistant.routing.examples import (
    Example,
    examples_hash,
    read_examples,
    shipped_examples_folder,
)
from assistant.routing.learner import TextClassifier, fit_classifier, out_of_fold_logits
from assistant.routing.registry import (
    Promotion,
    RouterVersion,
    list_routers,
    load_or_train_router,
    load_router,
    retrain_router,
    save_router,
)
from assistant.routing.router import RouterScores, TrainedRouter, train_router

__all__ = [
    "Example",
    "Promotion",
    "RouterScores",
    "RouterVersion",
    "TextClassifier",
    "TrainedRouter",
    "examples_hash",
    "fit_classifier",
    "list_routers",
    "load_or_train_router",
    "load_router",
    "out_of_fold_logits",
    "read_examples",
    "retrain_router",
    "save_router",
    "shipped_examples_folder",
    "train_router",
]

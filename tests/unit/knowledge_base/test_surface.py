from __future__ import annotations

import knowledge_base


def test_every_public_name_exists_once_and_in_order() -> None:
    names = knowledge_base.__all__
    assert len(set(names)) == len(names)
    constants = sorted(name for name in names if name.isupper())
    classes = sorted(name for name in names if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in names if name[0].islower())
    assert names == [*constants, *classes, *functions]
    assert all(hasattr(knowledge_base, name) for name in names)

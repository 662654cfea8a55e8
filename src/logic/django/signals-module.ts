/** What every choice of a home for triggers leaves out; the docs and the generated modules say it in these words. */
const PASSED_BY = `bulk_create(), bulk_update(), QuerySet.update(), raw SQL, foreign keys
that the database itself cascades, and every writer that is no Django`;

/** Runs triggers by the signals of the models; written as `signals.py`. */
export const SIGNALS = `"""Runs what triggers did by the signals of the models that have their tables.

Passed by: ${PASSED_BY}.
A row is saved or deleted inside transaction.atomic(): what a trigger refuses undoes it.
Deletes of many rows run what is to run before for all of them, and before Django
removes what depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from .rows import Change, Table, holder_of, is_of
from .triggers import TABLES


@contextmanager
def whole(using: str) -> Iterator[None]:
    """A statement with its triggers: all of it, or an error that undoes the transaction."""
    if not connections[using].in_atomic_block:
        text = "a row whose table has triggers is saved inside transaction.atomic()"
        raise transaction.TransactionManagementError(text)
    with transaction.mark_for_rollback_on_error(using=using):
        yield


class Receiver:
    """Takes the signals of the models of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def _begin(self, instance: models.Model, using: str) -> Change:
        change = Change(self.table, instance, using)
        instance.__dict__.setdefault("_trigger_changes", {})[self.table.name] = change
        return change

    def _end(self, instance: models.Model) -> Change:
        found: Change = instance.__dict__["_trigger_changes"].pop(self.table.name)
        return found

    def before_save(
        self, instance: models.Model, using: str, update_fields: Any, **_: Any
    ) -> None:
        """Before Django inserts or updates the row."""
        with whole(using):
            names = None if update_fields is None else set(update_fields)
            self._begin(instance, using).save_begins(False, names)

    def after_save(
        self, instance: models.Model, using: str, update_fields: Any, **_: Any
    ) -> None:
        """Once the row is there."""
        with whole(using):
            names = None if update_fields is None else set(update_fields)
            self._end(instance).save_ends(names)

    def before_delete(self, instance: models.Model, using: str, **_: Any) -> None:
        """Before Django deletes the row."""
        with whole(using):
            self._begin(instance, using).delete_begins()

    def after_delete(self, instance: models.Model, using: str, **_: Any) -> None:
        """Once the row has gone."""
        with whole(using):
            self._end(instance).delete_ends()

    def connect(self, model: type[models.Model]) -> None:
        """Takes the signals of a model; a parent is deleted with signals of its own."""
        uid = f"triggers of {self.table.name}"
        how: dict[str, Any] = {"sender": model, "weak": False, "dispatch_uid": uid}
        pre_save.connect(self.before_save, **how)
        post_save.connect(self.after_save, **how)
        if is_of(model, self.table):
            pre_delete.connect(self.before_delete, **how)
            post_delete.connect(self.after_delete, **how)


def connect() -> None:
    """Connects the triggers of every table to the models that have it."""
    for table in TABLES.values():
        for model in apps.get_models():
            if holder_of(model, table) is not None:
                Receiver(table).connect(model)
`;

/** The head of `methods.py`, behind which a class for each table stands. */
export const METHODS = `"""Runs what triggers did in save() and delete() of the models that inherit from these.

Passed by: ${PASSED_BY};
and by QuerySet.delete(), rows that Django deletes with others, and loaddata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, router, transaction

from .rows import Change, Table
from .triggers import TABLES


@contextmanager
def saved(
    table: Table, instance: models.Model, args: Any, options: dict[str, Any]
) -> Iterator[None]:
    """Runs triggers round a save(), all of it in one transaction."""
    words = ("force_insert", "force_update", "using", "update_fields")
    options |= dict(zip(words, args))
    using = options.get("using") or router.db_for_write(
        type(instance), instance=instance
    )
    options["using"] = using
    fields = options.get("update_fields")
    names = None if fields is None else set(fields)
    if names is not None and not names:
        yield
        return
    with transaction.atomic(using=using):
        change = Change(table, instance, using)
        came = change.save_begins(bool(options.get("force_insert")), names)
        if names is not None:
            options["update_fields"] = names | came
        yield
        change.save_ends(None)


@contextmanager
def deleted(
    table: Table, instance: models.Model, args: Any, options: dict[str, Any]
) -> Iterator[None]:
    """Runs triggers round a delete(), all of it in one transaction."""
    options |= dict(zip(("using", "keep_parents"), args))
    using = options.get("using") or router.db_for_write(
        type(instance), instance=instance
    )
    options["using"] = using
    with transaction.atomic(using=using):
        change = Change(table, instance, using)
        change.delete_begins()
        yield
        change.delete_ends()
`;

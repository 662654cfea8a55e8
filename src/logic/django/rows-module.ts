/** The module through which triggers see rows of models; written as `rows.py` where triggers are no more the database's. */
export const ROWS = `"""Rows of models as triggers see them: by the names of columns, values as services have them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, models
from django.utils import timezone

from .runtime import NotConverted, as_int

Row = dict[str, Any]


class Column:
    """A column that triggers use, and what brings a value to its type."""

    def __init__(
        self, name: str, store: Callable[..., Any], *limits: Any, **modes: bool
    ) -> None:
        self.name = name
        self.store = store
        self.limits = limits
        self.modes = modes

    def of(self, value: Any) -> Any:
        """The value as services have it, or the error that the database raises."""
        return self.store(value, *self.limits, **self.modes)


@dataclass(frozen=True)
class Trigger:
    """What runs before or after an insert, an update or a delete of each row."""

    time: str
    event: str
    run: Callable[..., None]


@dataclass(frozen=True)
class Table:
    """A table with its triggers, in the order in which they run."""

    name: str
    columns: Sequence[Column]
    triggers: Sequence[Trigger]

    def run(self, time: str, event: str, using: str, *rows: Row) -> None:
        """Runs what is there for a time and an event."""
        for trigger in self.triggers:
            if (trigger.time, trigger.event) == (time, event):
                trigger.run(*rows, using=using)

    def has(self, time: str, event: str) -> bool:
        """Whether something runs then."""
        return any((one.time, one.event) == (time, event) for one in self.triggers)


def is_of(model: type[models.Model], table: Table) -> bool:
    """Whether the rows of a model are rows of the table."""
    return model._meta.db_table.lower() == table.name.lower()


def holder_of(model: type[models.Model], table: Table) -> type[models.Model] | None:
    """The model, or the parent of it, that has the table."""
    for one in (model, *model._meta.get_parent_list()):
        if is_of(one, table):
            return one._meta.concrete_model
    return None


def fields_of(model: type[models.Model]) -> dict[str, Any]:
    """The fields of a model by the names of their columns."""
    return {field.column.lower(): field for field in model._meta.local_concrete_fields}


def problems(tables: Sequence[Table]) -> list[CheckMessage]:
    """Tables whose triggers would run nowhere, or would miss a column."""
    found: list[CheckMessage] = []
    for table in tables:
        of = [model for model in apps.get_models() if is_of(model, table)]
        if not of:
            text = f"no model has the table {table.name}: its triggers would not run"
            found.append(Error(text, id="sluice.E001"))
        for model in of:
            fields = fields_of(model._meta.concrete_model or model)
            for column in table.columns:
                if column.name.lower() not in fields:
                    text = f"a trigger needs the column {column.name} of {table.name}"
                    found.append(Error(text, obj=model, id="sluice.E002"))
    return found


class Change:
    """One row that Django saves or deletes, on its way past the triggers of its table."""

    def __init__(self, table: Table, instance: models.Model, using: str) -> None:
        holder = holder_of(type(instance), table)
        if holder is None:
            raise LookupError(f"{type(instance).__name__} has no table {table.name}")
        self.table = table
        self.instance = instance
        self.using = using
        self.holder = holder
        self.fields = fields_of(holder)
        self.old: Row | None = None
        self.event = "delete"
        self.by_trigger: Row = {}

    def _of_itself(self) -> Any:
        """The query for the row, if it is there."""
        pk = getattr(self.instance, self.holder._meta.pk.attname)
        return self.holder._base_manager.using(self.using).filter(pk=pk)

    def _stored(self, lock: bool) -> Row | None:
        """The row as the database has it."""
        found = self._of_itself()
        if lock:
            found = found.select_for_update()
        names = [self.fields[one.name.lower()].attname for one in self.table.columns]
        row = found.values_list(*names).first()
        if row is None:
            return None
        pairs = zip(self.table.columns, row)
        return {one.name: self._of(one, value) for one, value in pairs}

    def _of(self, column: Column, value: Any) -> Any:
        """A value of a field as services have it."""
        field = self.fields[column.name.lower()]
        if hasattr(value, "resolve_expression"):
            value = self._computed(column, value)
        value = field.to_python(value)
        zone = connections[self.using].timezone
        if isinstance(value, datetime.datetime) and timezone.is_aware(value):
            value = timezone.make_naive(value, zone)
        if isinstance(value, datetime.timedelta) and column.store is as_int:
            value = value // datetime.timedelta(microseconds=1)
        if isinstance(field, models.JSONField) and value is not None:
            value = json.dumps(value, cls=field.encoder)
        if isinstance(field, models.UUIDField) and value is not None:
            native = connections[self.using].features.has_native_uuid_field
            value = str(value) if native else value.hex
        return column.of(value)

    def _computed(self, column: Column, expression: Any) -> Any:
        """An expression of the row that is there, such as F("amount") + 1."""
        if self.old is None:
            text = f"a trigger needs the value of {column.name}, which is an expression"
            raise NotConverted(text)
        return self._of_itself().values_list(expression, flat=True).get()

    def save_begins(self, is_new: bool, names: set[str] | None) -> set[str]:
        """Runs what is to run before; gives the fields that a trigger set."""
        self.old = None if is_new else self._stored(lock=True)
        self.event = "insert" if self.old is None else "update"
        new: Row = dict(self.old or {})
        deferred = self.instance.get_deferred_fields()
        for column in self.table.columns:
            field = self.fields[column.name.lower()]
            is_left = names is not None and self._left(field, names)
            if is_left or field.attname in deferred:
                continue
            if self._is_clock(field):
                field.pre_save(self.instance, self.event == "insert")
            value = self._of(column, getattr(self.instance, field.attname))
            is_number = isinstance(field, models.AutoField)
            new[column.name] = 0 if value is None and is_number else value
        given = dict(new)
        rows = [new] if self.old is None else [self.old, new]
        self.table.run("before", self.event, self.using, *rows)
        changed = {name for name in new if new[name] != given.get(name)}
        for name in changed:
            self._put(self.fields[name.lower()], new[name])
        self.by_trigger = {name: new[name] for name in changed}
        return {self.fields[name.lower()].name for name in changed}

    def _left(self, field: Any, names: set[str]) -> bool:
        """Whether save(update_fields=) leaves the field alone."""
        return field.name not in names and field.attname not in names

    def _is_clock(self, field: Any) -> bool:
        """Whether Django sets the field to the time itself."""
        is_new = self.event == "insert" and getattr(field, "auto_now_add", False)
        return bool(getattr(field, "auto_now", False) or is_new)

    def _is_late(self, name: str, names: set[str] | None) -> bool:
        """Whether Django would not write what a trigger set."""
        field = self.fields[name.lower()]
        is_left = names is not None and self._left(field, names)
        return is_left or self._is_clock(field)

    def _put(self, field: Any, value: Any) -> None:
        """Gives the field of the instance what a trigger set."""
        setattr(self.instance, field.attname, self._field_value(field, value))

    def _field_value(self, field: Any, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(field, models.JSONField):
            return json.loads(value, cls=field.decoder)
        if isinstance(field, models.DurationField) and isinstance(value, int):
            return datetime.timedelta(microseconds=value)
        found = field.to_python(value)
        zone = connections[self.using].timezone
        is_moment = isinstance(found, datetime.datetime) and timezone.is_naive(found)
        return timezone.make_aware(found, zone) if is_moment and zone else found

    def _write(self, late: Row) -> None:
        """Writes what a trigger set and Django left out."""
        if not late:
            return
        for name, value in late.items():
            self._put(self.fields[name.lower()], value)
        fields = [self.fields[name.lower()].attname for name in late]
        values = {name: getattr(self.instance, name) for name in fields}
        self._of_itself().update(**values)

    def save_ends(self, names: set[str] | None) -> None:
        """Writes what Django left out, then runs what is to run after."""
        late = {
            name: value
            for name, value in self.by_trigger.items()
            if self._is_late(name, names)
        }
        self._write(late)
        if not self.table.has("after", self.event):
            return
        new = self._stored(lock=False)
        if new is None:
            return
        rows = [new] if self.old is None else [self.old, new]
        self.table.run("after", self.event, self.using, *rows)

    def delete_begins(self) -> None:
        """Runs what is to run before the row goes."""
        self.old = self._stored(lock=True)
        if self.old is not None:
            self.table.run("before", "delete", self.using, self.old)

    def delete_ends(self) -> None:
        """Runs what is to run once the row has gone."""
        if self.old is not None:
            self.table.run("after", "delete", self.using, self.old)
`;

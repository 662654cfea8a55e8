"""Saves and deletes rows of tables in every way that sets triggers off, and tells what came of it; nothing stays."""

import datetime
import json

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction
from django.db.models import F, Q

from logic.runtime import error_message, error_number, error_state


def text(value):
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, datetime.timedelta):
        return str(value.total_seconds())
    if isinstance(value, set):
        return ",".join(sorted(value))
    return str(value)


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("cases")

    def handle(self, cases, **_):
        with open(cases) as file:
            asked = json.load(file)
        self.models = {one._meta.db_table: one for one in apps.get_app_config("orm").get_models()}
        self.watched = asked["watched"]
        self.ends = {}
        # Every case is undone.
        self.before = {}
        told = [self.outcome(case) for table in asked["tables"] for case in self.cases_of(table)]
        told += [self.outcome(case) for case in asked["cases"]]
        self.stdout.write("OUTCOMES " + json.dumps(told, default=text))

    def cases_of(self, table):
        """What every table can have done to it, by the rows that are there."""
        rows = list(self.models[table].objects.order_by("pk")[:3])
        fields = [one for one in self.models[table]._meta.concrete_fields if not one.primary_key]
        if not rows:
            return
        first, other = rows[0], rows[-1]
        yield {"table": table, "do": "insert", "set": {}}
        yield {"table": table, "do": "insert", "set": {}, "number": True}
        yield {"table": table, "do": "save", "set": {}}
        yield {"table": table, "do": "delete"}
        yield {"table": table, "do": "delete", "of": "rows"}
        yield {"table": table, "do": "absent"}
        for field in fields:
            name = field.attname
            values = [getattr(other, name), *([None] if field.null else [])]
            for value in values:
                yield {"table": table, "do": "save", "set": {name: value}}
            yield {"table": table, "do": "save", "set": {name: values[0]}, "only": [field.name]}
            yield {"table": table, "do": "save", "set": {name: values[0]}, "defer": True}
            if field.null:
                yield {"table": table, "do": "insert", "set": {name: None}}
            if isinstance(field, models.IntegerField) and not field.is_relation:
                yield {"table": table, "do": "save", "set": {name: F(name) + 1}}

    def outcome(self, case):
        told = {"case": {**case, "set": {name: str(value) for name, value in case.get("set", {}).items()}}}
        if case.get("number"):
            self.reset(case["table"])
        table = case["table"]
        if table not in self.before:
            self.before[table] = self.rows(table)
        try:
            with transaction.atomic():
                with transaction.atomic():
                    self.do(case)
                told["after"] = self.rows(table)
                transaction.set_rollback(True)
        except Exception as error:
            told["error"] = [error_number(error), error_state(error), error_message(error)]
        told["before"] = self.before[table]
        return told

    def do(self, case):
        model = self.models[case["table"]]
        rows = model.objects.order_by("pk")
        number = case.get("row", 0)
        if case["do"] == "delete":
            rows.filter(pk=rows[number].pk).delete() if case.get("of") == "rows" else rows[number].delete()
            return
        if case["do"] == "absent":
            row = rows[number]
            rows[number].delete()
            row.delete()
            return
        row = rows.defer(*case["set"])[number] if case.get("defer") else rows[number]
        if case["do"] == "insert":
            key = model._meta.pk
            highest = rows.order_by("-pk")[0].pk
            values = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields}
            values[key.attname] = None if case.get("number") else highest + 1
            model(**{**values, **case["set"]}).save(force_insert=case.get("force", False))
            return
        for name, value in case["set"].items():
            setattr(row, name, value)
        row.save(**({"update_fields": case["only"]} if "only" in case else {}))

    def rows(self, of):
        """Numbers that the table gives are those of the run: they are left out where nobody chose them."""
        told = {}
        for table in self.watched[of]:
            model = self.models[table]
            names = [one.attname for one in model._meta.concrete_fields]
            if isinstance(model._meta.pk, models.AutoField) and table.endswith("log"):
                names.remove(model._meta.pk.attname)
            told[table] = [list(row) for row in self.near(table).values_list(*names)]
        return told

    def near(self, table):
        """The rows that a case may meet: the first ones, and those that came since."""
        rows = self.models[table].objects.order_by("pk")
        if table not in self.ends:
            keys = list(rows.values_list("pk", flat=True))
            self.ends[table] = (keys[5], keys[-1]) if len(keys) > 5 else None
        ends = self.ends[table]
        return rows if ends is None else rows.filter(Q(pk__lte=ends[0]) | Q(pk__gt=ends[1]))

    def reset(self, table):
        model = self.models[table]
        if not isinstance(model._meta.pk, models.AutoField):
            return
        with connection.cursor() as cursor:
            if connection.vendor == "mysql":
                cursor.execute(f"ALTER TABLE {table} AUTO_INCREMENT = 1")
                return
            key = model._meta.pk.column
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), MAX({key}) + 1, false) FROM {table}"
            )

"""Runs the services of an application case by case and prints what came of each; nothing of it stays."""
import importlib
import json

from django.core.management.base import BaseCommand
from django.db import connection, transaction

NUMBERED = {
    "mysql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND extra LIKE '%%auto_increment%%'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND is_identity = 'YES'",
}


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("app")
        parser.add_argument("file")

    def handle(self, *args, **options):
        self.services = importlib.import_module(f"{options['app']}.services")
        self.runtime = importlib.import_module(f"{options['app']}.runtime")
        with connection.cursor() as cursor:
            cursor.execute(NUMBERED[connection.vendor])
            self.numbered = {str(table).lower(): column for table, column in cursor.fetchall()}
        with open(options["file"]) as file:
            cases = json.load(file)
        self.stdout.write(json.dumps([self.run(case) for case in cases], default=text))

    def run(self, case):
        before = self.tables(case["tables"])
        found = {}
        with transaction.atomic():
            try:
                given = self.call(case)
                found["value"] = given
                found["after"] = self.tables(case["tables"])
            except self.runtime.ERRORS as error:
                found["error"] = [
                    self.runtime.error_number(error),
                    self.runtime.error_state(error),
                    self.runtime.error_message(error),
                ]
            except self.runtime.NotConverted as error:
                found["missing"] = str(error)
            transaction.set_rollback(True)
        for table in case["tables"]:
            self.reset(table)
        return {"before": before, "after": before, **found}

    def call(self, case):
        if "statement" in case:
            with connection.cursor() as cursor:
                cursor.execute(case["statement"])
            return None
        given = getattr(self.services, case["name"])(*case["args"])
        names = [name for name in getattr(given, "__dataclass_fields__", {}) if name != "results"]
        if not hasattr(given, "__dataclass_fields__"):
            return {"value": given, "out": [], "results": []}
        results = [[list(row.values()) for row in rows] for rows in getattr(given, "results", [])]
        return {"value": None, "out": [getattr(given, name) for name in names], "results": results}

    def tables(self, names):
        found = {}
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"SELECT * FROM {name}")
                found[name] = [list(row) for row in cursor.fetchall()]
        return found

    def reset(self, table):
        """A rollback gives no number back."""
        column = self.numbered.get(table.lower())
        if column is None:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "mysql":
                cursor.execute(f"ALTER TABLE {table} AUTO_INCREMENT = 1")
            else:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false) FROM {table}"
                )


def text(value):
    """What JSON has no form for, as both servers print it."""
    if isinstance(value, (bytes, memoryview)):
        return "\\x" + bytes(value).hex()
    if hasattr(value, "total_seconds"):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if hasattr(value, "hour") and hasattr(value, "year"):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, set):
        return ",".join(sorted(value))
    return str(value)

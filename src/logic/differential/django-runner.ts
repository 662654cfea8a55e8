/** Runs the services of an application on one server, for `django-side.ts`: a line of JSON in, a line out. */
export const RUNNER = `"""Runs services case by case; nothing of them stays."""

import importlib
import json
import sys
from decimal import Decimal

import django
from django.conf import settings


def configure(setting):
    if setting["database"]["ENGINE"].endswith("mysql"):
        try:
            import MySQLdb  # noqa: F401
        except ImportError:
            import pymysql

            # Django asks for the version of mysqlclient, for which PyMySQL stands in.
            pymysql.version_info = (2, 2, 7, "final", 0)
            pymysql.install_as_MySQLdb()
    settings.configure(
        SECRET_KEY="only for a test",
        USE_TZ=False,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[setting["app"]],
        DATABASES={"default": setting["database"]},
    )
    django.setup()


def frozen(execute, sql, params, many, context):
    """The clock of the scratch schema stands still."""
    for name in ("statement_timestamp()", "clock_timestamp()"):
        sql = sql.replace(name, "sluice_clock()")
    return execute(sql, params, many, context)


class Runner:
    def __init__(self, app):
        from django.db import connection, transaction

        self.connection = connection
        self.transaction = transaction
        self.models = importlib.import_module(f"{app}.models")
        self.services = importlib.import_module(f"{app}.services")
        self.runtime = importlib.import_module(f"{app}.runtime")
        self.known = {}

    def before(self, case):
        """Rows before a case: those of the cases before it, where nothing changed them since."""
        if case["isFresh"]:
            self.known.clear()
        unknown = {name: sql for name, sql in case["tables"].items() if name not in self.known}
        self.known.update(self.tables(unknown))
        return {name: self.known[name] for name in case["tables"]}

    def run(self, case):
        found = {"before": self.before(case)}
        if case.get("first"):
            with self.connection.cursor() as cursor:
                cursor.execute(case["first"])
        with self.transaction.atomic():
            try:
                found["value"] = self.given(case)
                found["after"] = self.tables(case["tables"])
            except self.runtime.ERRORS as error:
                found["error"] = [
                    self.runtime.error_number(error),
                    self.runtime.error_state(error),
                    self.runtime.error_message(error),
                ]
                if case.get("commits"):
                    # What a handler wrote in a transaction of its own stays behind its error.
                    found["after"] = self.tables(case["tables"])
            except Exception as error:
                found["missing"] = f"{type(error).__name__}: {error}"
            self.transaction.set_rollback(True)
        return found

    def given(self, case):
        if "statements" in case:
            with self.connection.cursor() as cursor:
                for statement in case["statements"]:
                    cursor.execute(statement)
            return {"value": None, "out": [], "results": []}
        if "model" in case:
            model = getattr(self.models, case["model"])
            rows = [list(row) for row in model.objects.values_list()]
            return {"value": None, "out": [], "results": [{"names": [], "rows": rows}]}
        given = getattr(self.services, case["name"])(*case["args"])
        fields = getattr(given, "__dataclass_fields__", None)
        if fields is None:
            return {"value": exact(given), "out": [], "results": []}
        out = [exact(getattr(given, name)) for name in fields if name != "results"]
        sets = getattr(given, "results", [])
        results = [
            {"names": list(rows[0]) if rows else [], "rows": [list(row.values()) for row in rows]}
            for rows in sets
        ]
        return {"value": None, "out": out, "results": results}

    def tables(self, queries):
        found = {}
        with self.connection.cursor() as cursor:
            for name, sql in queries.items():
                cursor.execute(sql)
                found[name] = [list(row) for row in cursor.fetchall()]
        return found


def exact(value):
    """A number that a reader of JSON would round goes as text."""
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def text(value):
    """What JSON has no form for, as both servers print it."""
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, Decimal):
        return {"decimal": format(value, "f")}
    if hasattr(value, "total_seconds"):
        sign = "-" if value.total_seconds() < 0 else ""
        value = abs(value)
        seconds, micros = int(value.total_seconds()), value.microseconds
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return sign + clock + f".{micros:06}".rstrip("0").rstrip(".")
    if hasattr(value, "hour") and hasattr(value, "year"):
        return value.replace(tzinfo=None).isoformat(" ")
    if hasattr(value, "hour") and value.microsecond:
        return str(value).rstrip("0")
    if isinstance(value, set):
        return ",".join(sorted(value))
    return str(value)


def main():
    setting = json.loads(sys.stdin.readline())
    sys.path.insert(0, setting["folder"])
    configure(setting)
    runner = Runner(setting["app"])
    if setting["isFrozen"]:
        runner.connection.execute_wrappers.append(frozen)
    print(json.dumps({"django": django.get_version()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(runner.run(json.loads(line)), default=text), flush=True)


main()
`;

import { RUNTIME_VALUES } from './runtime-value.ts';

/** The module that every service stands on; written beside the services as `runtime.py`. */
export const RUNTIME = `"""What the services of stored programs share: SQL in the words of both servers, types, errors."""

from __future__ import annotations

import datetime
import json
import re
import struct
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db import DatabaseError, DataError, connections, transaction

from .type_checks import MEMBERS, RANGES


class BusinessRuleError(Exception):
    """A SIGNAL: a state of five characters, a message, and the source's error number."""

    def __init__(self, state: str, message: str, number: int = 1644) -> None:
        super().__init__(message)
        self.state = state
        self.message = message
        self.number = number


class NotConverted(Exception):
    """A part of the source has no translation; its text stands as a comment where this is raised."""


class Leave(Exception):
    """LEAVE of a label that is no innermost loop."""


class Iterate(Exception):
    """ITERATE of a label that is no innermost loop."""


class Undone(Exception):
    """ROLLBACK where nothing failed: it undoes the transaction that it leaves."""


class CaseNotFound(DataError):
    """A CASE without a match and without ELSE."""


ERRORS = (DatabaseError, BusinessRuleError)
Values = Sequence[Any]

# The number that MySQL's protocol has for TIME.
TIME_TYPE = 11

# PostgreSQL's state to the error number and the state of MySQL.
NUMBERS = {
    "01000": (1265, "01000"),
    "20000": (1339, "20000"),
    "22001": (1406, "22001"),
    "22003": (1264, "22003"),
    "22007": (1292, "22007"),
    "22008": (1292, "22007"),
    "2201E": (3020, "22000"),
    "22012": (1365, "22012"),
    "22032": (3157, "22032"),
    "22P02": (1366, "HY000"),
    "23502": (1048, "23000"),
    "23503": (1452, "23000"),
    "23505": (1062, "23000"),
    "23514": (3819, "HY000"),
    "2F005": (1321, "2F005"),
    "40P01": (1213, "40001"),
    "42703": (1054, "42S22"),
    "42883": (1305, "42000"),
    "42J01": (3143, "42000"),
    "42P01": (1146, "42S02"),
    "55P03": (1205, "HY000"),
    "P0003": (1172, "42000"),
}
STATES = {number: state for number, state in NUMBERS.values()} | {
    1325: "24000",
    1326: "24000",
    1451: "23000",
    1690: "22003",
}
REFUSED = {1264, 1292, 1365, 1366, 1406, 1411, 3020, 4041, 4042, 4044, 4051}


def _server_state(error: BaseException) -> str | None:
    cause = error.__cause__
    found = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return found if isinstance(found, str) else None


def _type_number(error: BaseException) -> int | None:
    """The number where a CHECK refused it that stands for the type of its column."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if _server_state(error) != "23514" or name is None:
        return None
    return 1265 if name in MEMBERS else 1264 if name in RANGES else None


def _same_numbers(error: BaseException) -> set[int]:
    """Numbers of MySQL that the target does not tell apart."""
    number = error_number(error)
    if number in (1451, 1452):
        return {1451, 1452}
    return {3819, 4025} if number == 3819 else {number}


def error_number(error: BaseException) -> int:
    """The error number of MySQL."""
    if isinstance(error, BusinessRuleError):
        return error.number
    if error.args and isinstance(error.args[0], int):
        return error.args[0]
    of_type = _type_number(error)
    if of_type is not None:
        return of_type
    state = _server_state(error) or ""
    if state == "22003" and error_message(error).lower().startswith("bigint"):
        return 1690
    signal = 1644 if state.startswith("45") else 1105
    return NUMBERS.get(state, (signal, state))[0]


def error_state(error: BaseException) -> str:
    """The SQLSTATE of MySQL."""
    if isinstance(error, BusinessRuleError):
        return error.state
    state = _server_state(error)
    if state is not None and state.startswith("45"):
        return state
    number = error_number(error)
    return "45000" if number == 1644 else STATES.get(number, "HY000")


def error_message(error: BaseException) -> str:
    """The message; that of a server is its own."""
    if isinstance(error, BusinessRuleError):
        return error.message
    diagnosis = getattr(error.__cause__, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    if isinstance(primary, str):
        return primary
    return str(error.args[-1]) if error.args else str(error)


def matches(error: BaseException, *conditions: str) -> bool:
    """Whether a handler for one of the conditions waits for the error."""
    for condition in conditions:
        if condition == "SQLEXCEPTION" and not error_state(error).startswith("01"):
            return True
        is_number = condition.isdigit() and len(condition) < 5
        if is_number and int(condition) in _same_numbers(error):
            return True
        if condition == error_state(error):
            return True
    return False


def _clock(text: str) -> datetime.time | datetime.timedelta | None:
    """A time of day as Django has it, any other as a length of time."""
    found = as_time(text, 6)
    if found is None or not datetime.timedelta() <= found < datetime.timedelta(days=1):
        return found
    return (datetime.datetime.min + found).time()


# The collation of the database, where it is one of the connection's characters.
COLLATE = """
SET collation_connection = IF(
    @@character_set_database = @@character_set_connection,
    @@collation_database,
    @@collation_connection
)
"""
COLLATED: weakref.WeakSet[Any] = weakref.WeakSet()


class Database:
    """One database, whichever of the two servers holds it."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.is_postgresql = connections[using].vendor == "postgresql"

    @contextmanager
    def _executed(self, mysql: str, postgresql: str, *values: Values) -> Iterator[Any]:
        """Values stand once where both servers take the same, else MySQL's first."""
        params = values[-1 if self.is_postgresql else 0] if values else ()
        with connections[self.using].cursor() as cursor, self._times_read():
            self._collate(cursor)
            sql = postgresql if self.is_postgresql else mysql
            if params:
                cursor.execute(sql, list(params))
            else:
                cursor.execute(sql)
            yield cursor

    def _collate(self, cursor: Any) -> None:
        """Texts beside no column are compared as MySQL's routines compare them."""
        connection = connections[self.using].connection
        if not self.is_postgresql and connection not in COLLATED:
            cursor.execute(COLLATE)
            COLLATED.add(connection)

    @contextmanager
    def _times_read(self) -> Iterator[None]:
        """Reads MySQL's TIME beyond a day and below zero, which Django refuses."""
        connection = connections[self.using].connection
        readers = getattr(connection, "converter", None)
        readers = readers or getattr(connection, "decoders", None)
        if self.is_postgresql or readers is None:
            yield
            return
        before = readers.get(TIME_TYPE)
        readers[TIME_TYPE] = _clock
        try:
            yield
        finally:
            readers[TIME_TYPE] = before

    def rows(
        self, mysql: str, postgresql: str, *values: Values
    ) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._executed(mysql, postgresql, *values) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def dicts(
        self, mysql: str, postgresql: str, *values: Values
    ) -> list[dict[str, Any]]:
        """All rows of a result set, by the names of its columns."""
        with self._executed(mysql, postgresql, *values) as cursor:
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def row(
        self, mysql: str, postgresql: str, *values: Values
    ) -> tuple[Any, ...] | None:
        """The only row of a query, or None; two are an error, as for SELECT INTO."""
        found = self.rows(mysql, postgresql, *values)
        if len(found) > 1:
            raise DataError(1172, "Result consisted of more than one row")
        return found[0] if found else None

    def value(self, mysql: str, postgresql: str, *values: Values) -> Any:
        """The value of an expression."""
        return self.rows(mysql, postgresql, *values)[0][0]

    def stored(self, mysql: str, postgresql: str, *values: Values) -> Any:
        """The value of an expression that strict mode may refuse: MySQL warns of it."""
        found = self.value(mysql, postgresql, *values)
        if not self.is_postgresql:
            for _, number, message in self.rows("SHOW WARNINGS", ""):
                if number in REFUSED:
                    raise DataError(number, message)
        return found

    def divided(self) -> None:
        """Refuses a division by zero of the last query, whose values are stored."""
        if not self.is_postgresql:
            for _, number, message in self.rows("SHOW WARNINGS", ""):
                if number == 1365:
                    raise DataError(number, message)

    def truth(self, mysql: str, postgresql: str, *values: Values) -> bool:
        """Whether a condition is true: neither false nor NULL."""
        return bool(self.value(mysql, postgresql, *values))

    def run(self, mysql: str, postgresql: str, *values: Values) -> int:
        """Runs a statement and gives the number of rows that it met."""
        with self._executed(mysql, postgresql, *values) as cursor:
            return int(cursor.rowcount)

    def insert(self, mysql: str, postgresql: str, *values: Values) -> int | None:
        """Inserts a row and gives the number that the table gave it."""
        with self._executed(mysql, postgresql, *values) as cursor:
            if not self.is_postgresql:
                return int(cursor.lastrowid)
            found = cursor.fetchone()
            return None if found is None else int(found[0])

    def upsert(
        self, mysql: str, values: Values, *rows: list[tuple[str, Values]]
    ) -> int:
        """Inserts rows that may meet several keys: a step for each key, then the insert."""
        if not self.is_postgresql:
            return self.run(mysql, "", values)
        met = 0
        for *updates, (insert, inserted) in rows:
            found = any(self.run("", sql, by) for sql, by in updates)
            met += 2 if found else self.run("", insert, inserted)
        return met

    def upsert_of(
        self, mysql: str, values: Values, query: str, by: Values, steps: Any
    ) -> int:
        """The same for the rows of a query; steps() gives those of one row."""
        if not self.is_postgresql:
            return self.run(mysql, "", values)
        rows = self.rows("", query, by)
        return sum(self.upsert("", [], steps(row)) for row in rows)

    def in_turn(
        self, mysql: str, values: Values, query: str, by: Values, step: Any
    ) -> int:
        """Changes rows in an order that triggers see; step() changes that of a key."""
        if not self.is_postgresql:
            return self.run(mysql, "", values)
        return sum(self.run("", *step(key)) for key in self.rows("", query, by))

    @contextmanager
    def mode(self, mode: str) -> Iterator[None]:
        """The mode under which MySQL reads and checks the SQL of a routine."""
        if self.is_postgresql:
            yield
            return
        before = self.value("SELECT @@SESSION.sql_mode", "")
        self.run("SET SESSION sql_mode = %s", "", [mode])
        try:
            yield
        finally:
            self.run("SET SESSION sql_mode = %s", "", [before])

    def savepoint(self) -> Any:
        """A place in the transaction to which back_to() goes back."""
        return transaction.savepoint(using=self.using)

    def back_to(self, place: Any) -> None:
        """Undoes what was done since; the place stays."""
        transaction.savepoint_rollback(place, using=self.using)

    def atomic(self) -> Any:
        """A transaction, or a savepoint in one."""
        return transaction.atomic(using=self.using)


${RUNTIME_VALUES}def steps(first: Any, last: Any, is_reverse: bool = False) -> Iterator[int]:
    """The numbers of a FOR, whose bounds must not be NULL."""
    if first is None or last is None:
        raise DataError(1048, "Column cannot be null")
    found = range(int(first), int(last) + 1)
    return reversed(found) if is_reverse else iter(found)


def open_cursor(
    cursor: Iterator[tuple[Any, ...]] | None, rows: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a cursor that is opened; it is an error where it is open already."""
    if cursor is not None:
        raise DataError(1325, "Cursor is already open")
    return iter(rows)


def fetch_cursor(cursor: Iterator[tuple[Any, ...]] | None) -> tuple[Any, ...] | None:
    """The next row of an open cursor, or None behind the last one."""
    close_cursor(cursor)
    return None if cursor is None else next(cursor, None)


def close_cursor(cursor: Iterator[tuple[Any, ...]] | None) -> None:
    """Refuses a cursor that is not open."""
    if cursor is None:
        raise DataError(1326, "Cursor is not open")


def canonical(value: Any) -> Any:
    """A value in the form in which both servers and Python agree."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, datetime.time):
        return as_time(value)
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def n_add(left: Any, right: Any) -> Any:
    """The sum; None where one of them is."""
    return None if left is None or right is None else left + right


def n_subtract(left: Any, right: Any) -> Any:
    """The difference; None where one of them is."""
    return None if left is None or right is None else left - right


def n_multiply(left: Any, right: Any) -> Any:
    """The product; None where one of them is."""
    return None if left is None or right is None else left * right


def n_unsigned(value: int | None) -> int | None:
    """What comes of unsigned numbers: it has 64 bits and no sign."""
    if value is not None and not 0 <= value < 2**64:
        raise DataError(1690, "BIGINT UNSIGNED value is out of range")
    return value


def n_less(left: Any, right: Any) -> bool | None:
    """Whether the first is less; None where one of them is."""
    return None if left is None or right is None else left < right


def n_equal(left: Any, right: Any) -> bool | None:
    """Whether both are equal; None where one of them is."""
    return None if left is None or right is None else left == right
`;

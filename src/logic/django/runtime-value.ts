/** What brings a value to a type of the source, or refuses it: a part of `runtime.py`. */
export const RUNTIME_VALUES = `def _exact(value: Any, is_strict: bool) -> Decimal:
    if isinstance(value, float):
        return Decimal(repr(value))
    if not isinstance(value, str):
        return Decimal(value)
    text = value.strip()
    if not is_strict:
        number = r"[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?"
        text = found[0] if (found := re.match(number, text)) else "0"
    try:
        return Decimal(text)
    except ArithmeticError:
        raise DataError(1366, "Incorrect integer value") from None


def _whole(value: Any, is_strict: bool) -> Decimal:
    # A text that begins with a number is refused as one that is cut.
    if is_strict and isinstance(value, str):
        number = r"\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*"
        found = re.match(number, value)
        if found and found[0] != value:
            raise DataError(1265, "Data truncated")
    return _exact(value, is_strict)


def as_int(value: Any, least: int, greatest: int, is_strict: bool = True) -> int | None:
    """A whole number within its type, rounded half away from zero, a double half to even."""
    if value is None:
        return None
    is_double = isinstance(value, float)
    mode = ROUND_HALF_EVEN if is_double else ROUND_HALF_UP
    exact = _whole(value, is_strict)
    found = int(exact.to_integral_value(mode))
    # A double is rounded first; of any other number what is below zero is refused.
    is_below = least == 0 and exact < 0 and not is_double
    if is_strict and (is_below or not least <= found <= greatest):
        raise DataError(1264, "Out of range value")
    return min(max(found, least), greatest)


def as_year(value: Any, is_strict: bool = True) -> int | None:
    """A year, 0 or of 1901 to 2155; of two digits it is one of 1970 to 2069."""
    found = as_int(value, -(2**63), 2**63 - 1, is_strict)
    if found is None or found == 0:
        return found
    if 1 <= found <= 99:
        return found + (2000 if found < 70 else 1900)
    if 1901 <= found <= 2155:
        return found
    if is_strict:
        raise DataError(1264, "Out of range value")
    return 0


def as_rows(value: Any) -> int:
    """What a variable means as the LIMIT or OFFSET of MySQL: below zero more than all rows, and NULL none."""
    return 0 if value is None else value if value >= 0 else 2**64 - 1


def as_decimal(
    value: Any,
    precision: int,
    scale: int,
    is_unsigned: bool = False,
    is_strict: bool = True,
) -> Decimal | None:
    """A decimal of so many digits, rounded half away from zero."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 90
        exact = _exact(value, is_strict)
        found = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
        # There is no nought below zero.
        found = found if found else abs(found)
        greatest = Decimal(10**precision - 1).scaleb(-scale)
        least = Decimal(0).scaleb(-scale) if is_unsigned else -greatest
        is_below = is_unsigned and exact < 0
        if is_strict and (is_below or not least <= found <= greatest):
            raise DataError(1264, "Out of range value")
        return min(max(found, least), greatest)


def as_float(value: Any, is_unsigned: bool = False) -> float | None:
    """A double."""
    if value is None:
        return None
    if is_unsigned and float(value) < 0:
        raise DataError(1264, "Out of range value")
    return float(value)


def as_single(value: Any, is_unsigned: bool = False) -> float | None:
    """A FLOAT, which has four bytes."""
    found = as_float(value, is_unsigned)
    if found is None:
        return None
    try:
        single: float = struct.unpack("f", struct.pack("f", found))[0]
    except OverflowError:
        raise DataError(1264, "Out of range value") from None
    return single


def as_shown(value: Any, is_unsigned: bool = False) -> float | None:
    """A FLOAT as a client sees it: the fewest digits that four bytes tell apart."""
    single = as_single(value, is_unsigned)
    if single is None:
        return None
    texts = [float(f"{single:.{digits}g}") for digits in range(6, 10)]
    return next((text for text in texts if as_single(text) == single), single)


def _float_text(value: float) -> str:
    """A double as MySQL prints it."""
    exact = Decimal(repr(value))
    if value == 0 or 1e-15 <= abs(value) < 1e15:
        return f"{exact.normalize():f}"
    return f"{exact.normalize():e}".replace("e+", "e")


def as_text(
    value: Any, length: int | None = None, is_strict: bool = True
) -> str | None:
    """A text that is not longer than its type."""
    if value is None:
        return None
    if isinstance(value, bytes):
        found = value.decode()
    elif isinstance(value, bool):
        found = str(int(value))
    elif isinstance(value, float):
        found = _float_text(value)
    elif isinstance(value, datetime.timedelta):
        found = as_clock(value) or ""
    else:
        found = str(value)
    if is_strict and length is not None and len(found.rstrip(" ")) > length:
        raise DataError(1406, "Data too long")
    return found[:length]


def as_char(value: Any, length: int, is_strict: bool = True) -> str | None:
    """A CHAR, which has no blanks at its end."""
    found = as_text(value, length, is_strict)
    return None if found is None else found.rstrip(" ")


def as_member(value: Any, members: Sequence[str], is_strict: bool = True) -> str | None:
    """The member of an ENUM, by its text or by its place."""
    if value is None:
        return None
    if isinstance(value, (int, float, Decimal)):
        place = as_int(value, -(2**63), 2**63) or 0
    else:
        text = str(value).rstrip(" ")
        place = _place(text, members)
        if place == 0 and text.isdigit():
            place = int(text)
    if 1 <= place <= len(members):
        return members[place - 1]
    if is_strict:
        raise DataError(1265, "Data truncated: no such member")
    return ""


def _place(text: str, members: Sequence[str]) -> int:
    """Its place among the members, from 1; 0: it is none. Case does not count."""
    if text in members:
        return members.index(text) + 1
    small = [member.lower() for member in members]
    return small.index(text.lower()) + 1 if text.lower() in small else 0


def as_set(value: Any, members: Sequence[str], is_strict: bool = True) -> str | None:
    """The members of a SET in their order, by their texts or by their bits."""
    if value is None:
        return None
    if isinstance(value, (list, set)):
        value = ",".join(value)
    bits = value
    if isinstance(value, str):
        given = value.split(",") if value else []
        places = [_place(part.rstrip(" "), members) for part in given]
        if 0 in places and value.isdigit():
            bits = int(value)
        elif 0 in places and is_strict:
            raise DataError(1265, "Data truncated: no such member")
        else:
            bits = sum({1 << (place - 1) for place in places if place > 0})
    greatest = 2 ** len(members) - 1
    bits = as_int(bits, -(2**64), 2**64) or 0
    if is_strict and not 0 <= bits <= greatest:
        raise DataError(1265, "Data truncated: no such member")
    bits &= greatest
    return ",".join(member for at, member in enumerate(members) if bits >> at & 1)


def as_date(value: Any) -> datetime.date | None:
    """A day."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return datetime.datetime.fromisoformat(value).date()
        except ValueError:
            raise DataError(1292, "Incorrect date value") from None
    return value


def as_moment(value: Any, digits: int) -> datetime.datetime | None:
    """A moment without zone, with so many digits of its second."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise DataError(1292, "Incorrect datetime value") from None
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    value = value.replace(tzinfo=None)
    step = 10 ** (6 - digits)
    rounded = (value.microsecond + step // 2) // step * step
    start = value.replace(microsecond=0)
    return start + datetime.timedelta(microseconds=rounded)


def as_time(value: Any, digits: int = 0) -> datetime.timedelta | None:
    """A length of time, with so many digits of its second; below zero too."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        value = value.time()
    text = value if isinstance(value, str) else None
    if isinstance(value, datetime.time):
        text = value.isoformat()
    if text is not None:
        form = r"\\s*(-?)(?:(\\d+) )?(\\d+):(\\d+)(?::(\\d+)(\\.\\d*)?)?\\s*"
        parts = re.fullmatch(form, text)
        if parts is None or int(parts[4]) > 59 or int(parts[5] or 0) > 59:
            raise DataError(1292, "Incorrect time value")
        length = datetime.timedelta(
            days=int(parts[2] or 0),
            hours=int(parts[3]),
            minutes=int(parts[4]),
            seconds=int(parts[5] or 0) + float(f"0{parts[6] or ''}"),
        )
        value = -length if parts[1] else length
    step = 10 ** (6 - digits)
    length = abs(value) // datetime.timedelta(microseconds=1)
    rounded = datetime.timedelta(microseconds=(length + step // 2) // step * step)
    return -rounded if value < datetime.timedelta() else rounded


def as_clock(value: Any) -> str | None:
    """A length of time as both servers print and read it."""
    if value is None:
        return None
    length = as_time(value, 6) or datetime.timedelta()
    sign = "-" if length < datetime.timedelta() else ""
    seconds, micros = divmod(abs(length) // datetime.timedelta(microseconds=1), 10**6)
    minutes, second = divmod(seconds, 60)
    fraction = f".{micros:06}" if micros else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{second:02}{fraction}"


def as_json(value: Any) -> str | None:
    """A document as text."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


`;

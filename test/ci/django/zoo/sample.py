"""Values at the ends of what a field may hold, odd texts, and ways to make new objects of every model."""
import datetime as dt
import random
import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.db.models import JSONField, Value
from django.utils import timezone

from . import models as m

TEXTS = [
    "",
    " ",
    "plain",
    "O'Brien \"quoted\" \\ back\\slash \\N \\. `tick`",
    "tab\tline\nreturn\r\nend",
    "emoji 🦓 e\u0301 ñ ß ǅ 中文 عربى \u200f\u2028",
    "  spaces at both ends  ",
    "%s {0} $1 <b>&amp;</b> -- /* */ ;",
    "\x01\x02\x1f\x7f",
    "x" * 190,
]


def moment(*parts):
    value = dt.datetime(*parts)
    return value.replace(tzinfo=dt.timezone.utc) if settings.USE_TZ else value


def moments():
    found = [
        moment(1970, 1, 1),
        moment(1969, 12, 31, 23, 59, 59, 999999),
        moment(2024, 2, 29, 12, 0, 0, 1),
        moment(2038, 1, 19, 3, 14, 8),
        moment(2024, 10, 27, 2, 30),
        moment(2024, 7, 1, 0, 0),
        moment(1890, 5, 5, 5, 5, 5, 50),
    ]
    # Python's own ends do not survive a change of zone.
    return found + ([moment(1, 1, 1), moment(9999, 12, 31, 23, 59, 59, 999999)] if settings.USE_TZ else [])


DAYS = [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date(1582, 10, 10)]
TIMES = [dt.time(0), dt.time(23, 59, 59, 999999), dt.time(12, 30), dt.time(0, 0, 0, 1)]
DURATIONS = [
    dt.timedelta(0),
    dt.timedelta(microseconds=-1),
    dt.timedelta(days=80_000_000, microseconds=1),
    -dt.timedelta(days=80_000_000, microseconds=1),
    dt.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5),
]
JSONS = [
    {},
    [],
    None,
    "text",
    True,
    0,
    {"a": [1, 2.5, None, {"b": "🦓 \\ \" \n"}], "": "empty", "big": 2**64 - 1, "low": -(2**63), "half": 0.1},
    [[], [[]], {"x": {"y": {"z": [False]}}}, "\u0001", 15000000000.0],
]
# None is SQL's NULL; this is JSON's.
JSON_NULL = Value(None, JSONField())
DECIMALS = [
    Decimal(0),
    Decimal("99999999999999999999.9999999999"),
    Decimal("-99999999999999999999.9999999999"),
    Decimal("0.0000000001"),
    Decimal("1.5"),
]
FLOATS = [0.0, -0.0, 0.1, 1.7976931348623157e308, 2.2250738585072014e-308, -1e-7, 123456789.123456789, 1e22]
ADDRESSES = ["0.0.0.0", "255.255.255.255", "10.1.2.3", "::", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4", "fe80::1"]
BINARIES = [b"", bytes(range(256)), b"\\x00", b"\x00\xff" * 5000]
UUIDS = [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID("12345678-9abc-4ef0-9234-56789abcdef0")]


def ends(bits, unsigned=False):
    return [0, 2 ** (bits - 1) - 1, 1] if unsigned else [0, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), 1, -1]


def everything(n, pick=random):
    """The n-th object: each field takes its n-th value in turn, and its place in it is never that of another."""

    def turn(values, shift=0):
        return values[(n + shift) % len(values)]

    def maybe(value):
        return None if n % 3 == 0 else value

    unique = uuid.uuid4()
    return m.Everything(
        big=turn(ends(64)),
        binary=turn(BINARIES),
        binary_null=maybe(turn(BINARIES, 1)),
        flag=False,
        flag_null=turn([None, True, False]),
        char=turn(TEXTS),
        char_unique=f"u{n} {unique.hex}",
        char_index=turn(TEXTS, 3)[:100],
        char_binary=f"{'aA'[n % 2]}{unique.hex}",
        char_null=maybe(turn(TEXTS, 2)[:10]),
        day=turn(DAYS),
        day_null=maybe(turn(DAYS, 1)),
        at=turn(moments()),
        at_null=maybe(turn(moments(), 1)),
        decimal=turn(DECIMALS),
        decimal_whole=maybe(Decimal(turn([0, 999999999999, -999999999999]))),
        duration=turn(DURATIONS),
        duration_null=maybe(turn(DURATIONS, 2)),
        email=f"a{n}+b@example.org",
        file=f"files/2024/ø {n}.txt",
        path=maybe("/etc/hosts"),
        number=turn(FLOATS),
        address=turn(ADDRESSES),
        address_4=maybe(turn(ADDRESSES[:3])),
        integer=turn(ends(32)),
        json=turn(JSONS) if turn(JSONS) is not None else JSON_NULL,
        json_null=maybe(turn(JSONS, 3)),
        positive=turn(ends(32, True)),
        positive_big=turn(ends(64, True)),
        positive_small=turn(ends(16, True)),
        slug=f"slug-{n}-{unique.hex[:8]}",
        small=pick.randint(-32768, 32767),
        text=turn(TEXTS, 1) * (1 + n % 4),
        text_null=maybe(turn(TEXTS, 5)),
        time=turn(TIMES),
        time_null=maybe(turn(TIMES, 1)),
        url=f"https://example.org/{n}?q=%20&x=ø",
        uuid=unique,
        uuid_null=maybe(turn(UUIDS)),
    )


def one_of(model):
    return random.choice(list(model.objects.order_by("pk")[:200]))


def new_objects(n):
    """One new object of every model, saved, with its relations; returns them."""
    unique = uuid.uuid4().hex
    whole = everything(n)
    whole.save()
    species = m.Species.objects.create(code=f"c{unique[:10]}", parent=m.Species.objects.order_by("?").first())
    keeper = m.Keeper.objects.create(name=TEXTS[n % 9][:50])
    keeper.friends.add(*m.Keeper.objects.exclude(pk=keeper.pk).order_by("?")[:2])
    if n % 2 and not m.Keeper.objects.filter(mentor__isnull=False).exists():
        keeper.mentor = m.Keeper.objects.exclude(pk=keeper.pk).order_by("?").first()
        keeper.save()
    tag = m.Tag.objects.create(word=f"tag {unique[:20]}")
    animal = m.Animal.objects.create(
        # Its lower case is computed on either side: letters of which both know it.
        name=f"{TEXTS[n % 9]} {unique}"[:80].replace("ǅ", "D"),
        species=species,
        species_code=one_of(m.Species),
        mother=m.Animal.objects.order_by("?").first() if n % 3 else None,
        price=Decimal(n % 1000) / 4,
        count=n % 500,
    )
    animal.tags.add(tag, *m.Tag.objects.exclude(pk=tag.pk).order_by("?")[:3])
    care = m.Care.objects.create(animal=animal, keeper=keeper, hours=DURATIONS[n % 2])
    passport = m.Passport.objects.create(animal=animal, data={"n": n, "text": TEXTS[n % 9]})
    cat = m.Cat.objects.create(name=f"cat {unique}", species=species, price=1, count=2, lives=n % 10)
    picture = m.Picture.objects.create(
        image=f"pictures/ø {n}.png", animal=animal, seller_id=n % 5 + 900, kind="pd"[n % 2], stars=n % 2 + 1, thumbnail=BINARIES[n % 3]
    )
    note = m.Note.objects.create(about=animal, text=TEXTS[n % 10])
    user = User.objects.create(username=unique, last_login=timezone.now(), is_staff=True, first_name="Zoë")
    group = Group.objects.create(name=f"group {unique}")
    user.groups.add(group)
    group.permissions.add(*Permission.objects.order_by("?")[:2])
    session = Session.objects.create(session_key=unique, session_data="x", expire_date=timezone.now())
    made = [whole, species, keeper, tag, animal, care, passport, cat, picture, note, user, group, session]
    if hasattr(m, "Place"):
        made.append(m.Place.objects.create(row=n, seat=unique[:5], note=TEXTS[n % 10]))
    return made


# Each row is asked for by its number in the command `differences`.
WORDS = [
    (1, "apple", None, 3, 2),
    (2, "Apple", None, None, 5),
    (3, "äpple", None, 1, 1),
    (4, "Zebra", None, 7, 0),
    (5, "plum ", None, 2, 2),
    (6, "banana", None, 4, 4),
    (7, "once", "only", 4, 4),
]


def words():
    """The rows for what is answered otherwise by nature."""
    return [m.Word(id=n, text=text, unique=unique, number=number, other=other) for n, text, unique, number, other in WORDS]

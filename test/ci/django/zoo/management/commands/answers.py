import datetime as dt
import json

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.db.models import Avg, Case, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import (
    Abs,
    Cast,
    Coalesce,
    Concat,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractIsoYear,
    ExtractWeek,
    Greatest,
    Lag,
    Left,
    Length,
    Mod,
    NullIf,
    Replace,
    Round,
    RowNumber,
    StrIndex,
    Substr,
    TruncDay,
    TruncMonth,
    TruncQuarter,
    TruncWeek,
    TruncYear,
    Upper,
)

from zoo import models as m

LOOKED_AT = 8


class Command(BaseCommand):
    """Asks every model the same questions and prints the answers as JSON: equal texts are equal answers."""

    def handle(self, *args, **options):
        answers = {}
        for model in apps.get_models(include_auto_created=True):
            # Of words the two servers answer otherwise, which is asked by itself.
            if model._meta.label not in ("migrations.Migration", "zoo.Word"):
                answers.update(ask(model))
        answers.update(ask_zoo())
        self.stdout.write(json.dumps(answers, ensure_ascii=False))


def plain(value):
    """A value as text that keeps its type."""
    if isinstance(value, (memoryview, bytearray)):
        value = bytes(value)
    if isinstance(value, dt.datetime) and settings.USE_TZ and value.tzinfo is not None:
        value = value.astimezone(dt.timezone.utc).replace(tzinfo=None)
    if isinstance(value, dt.datetime):
        # Which of two equal hours it was is known on PostgreSQL alone.
        value = value.replace(fold=0)
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return repr(value)


def ask(model):
    name = model._meta.label
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, CompositeKey)]
    rows = list(model._base_manager.order_by("pk"))
    # The order of texts and UUIDs is the server's own.
    rows.sort(key=lambda row: repr(row.pk))
    answers = {f"{name} count": model._base_manager.count()}
    for row in rows:
        answers[f"{name} {row.pk!r}"] = [plain(field.value_from_object(row)) for field in fields]
    for field in fields:
        answers.update(ask_field(model, field, rows))
    return answers


CompositeKey = getattr(models, "CompositePrimaryKey", ())
NUMBERS = (models.IntegerField, models.DecimalField, models.AutoField)
ORDERED = NUMBERS + (models.DateField, models.DurationField, models.TimeField)


def ask_field(model, field, rows):
    name, objects = f"{model._meta.label}.{field.attname}", model._base_manager
    answers = {}

    def found(label, **lookup):
        answers[f"{name} {label}"] = sorted(repr(pk) for pk in objects.filter(**lookup).values_list("pk", flat=True))

    values = {plain(field.value_from_object(row)): field.value_from_object(row) for row in rows}
    if field.null:
        found("is null", **{f"{field.name}__isnull": True})
    for text, value in sorted(values.items())[:LOOKED_AT]:
        if value is None or isinstance(field, models.BinaryField):
            continue
        # MySQL's equality of texts passes over what cannot be seen.
        if not isinstance(value, str) or (value.strip() and "\x01" not in value):
            found(f"is {text}", **{field.attname: value})
        if isinstance(field, ORDERED):
            found(f"after {text}", **{f"{field.attname}__gt": value})
        if isinstance(field, (models.CharField, models.TextField)) and value.strip():
            found(f"contains {text}", **{f"{field.attname}__contains": value[:20]})
            found(f"starts with {text}", **{f"{field.attname}__startswith": value[:5]})
    if isinstance(field, ORDERED):
        ends = objects.aggregate(least=Min(field.attname), greatest=Max(field.attname), given=Count(field.attname))
        answers[f"{name} ends"] = [plain(value) for value in ends.values()]
    if isinstance(field, NUMBERS) and not isinstance(field, models.AutoField):
        answers[f"{name} sum"] = plain(objects.aggregate(sum=Sum(field.attname))["sum"])
    if isinstance(field, models.DateField):
        for part in ("year", "month", "day", "week_day"):
            answers[f"{name} {part}"] = sorted(map(repr, objects.values_list(f"{field.name}__{part}", flat=True)))
    return answers


def ask_zoo():
    """What joins, annotates, groups and asks inside of JSON."""
    everything, animals = m.Everything.objects, m.Animal.objects
    # Django itself fails on a NULL where MySQL has no tables of time zones.
    given = everything.filter(at_null__isnull=False)
    questions = {
        "json key": everything.filter(json__half=0.1),
        "json deep": everything.filter(json__a__3__b__contains="🦓"),
        "json has": everything.filter(json__has_key="big"),
        "json null": everything.filter(json=models.Value(None, models.JSONField())),
        "json none": everything.filter(json_null__isnull=True),
        "either": everything.filter(Q(flag_null=True) | ~Q(small__lt=0)),
        "by field": everything.filter(positive__gte=F("positive_small")),
        "long": everything.annotate(size=Length("text")).filter(size__gt=50),
        "in": everything.filter(address__in=["10.1.2.3", "::"]),
        "duration": everything.filter(duration__lt=dt.timedelta(days=2)),
        "species": animals.filter(species__parent__isnull=False).order_by(),
        "tagged": animals.filter(tags__word__startswith="tag").distinct().order_by(),
        "offspring": animals.annotate(n=Count("offspring")).filter(n__gt=0).order_by(),
        "cared": animals.filter(Exists(m.Care.objects.filter(animal=OuterRef("pk")))).order_by(),
        "cats": m.Cat.objects.filter(lives__gt=3).order_by(),
        "friends": m.Keeper.objects.filter(friends__isnull=False).distinct(),
        "coded": m.Species.objects.filter(coded__price__gt=1).distinct(),
    }
    answers = {name: sorted(repr(pk) for pk in query.values_list("pk", flat=True)) for name, query in questions.items()}
    answers["months"] = rows_of(everything.annotate(month=TruncMonth("at")).values_list("month").annotate(Count("pk")))
    answers["days"] = rows_of(given.annotate(d=TruncDay("at_null")).values_list("d").annotate(Count("pk")))
    answers["hours"] = rows_of(everything.annotate(h=ExtractHour("at")).values_list("h").annotate(Count("pk")))
    answers["prices"] = rows_of(
        animals.order_by().values_list("count").annotate(Sum("price"), Max("price"), total=Coalesce(Sum("count"), 0))
    )
    answers.update(ask_more(everything, animals))
    answers["average"] = round(animals.aggregate(a=Avg("price"))["a"] or 0, 3).__repr__()
    answers["notes"] = sorted(
        f"{note.pk} {note.about.name if note.about else None}" for note in m.Note.objects.prefetch_related("about")
    )
    answers["tags"] = sorted(
        f"{animal.pk} {sorted(tag.word for tag in animal.tags.all())}"
        for animal in animals.select_related("species", "mother").prefetch_related("tags")
    )
    return answers


def ask_more(everything, animals):
    """Look-ups, functions, windows and sets whose answer does not depend on what the servers take for equal."""
    year = everything.filter(at__year=2024)
    row = Window(RowNumber(), partition_by=F("count"), order_by=F("id").asc())
    before = Window(Lag("price"), partition_by=F("count"), order_by=F("id").asc())
    running = Window(Sum("count"), order_by=F("id").asc())
    cheap, many = (animals.order_by().filter(**one).values_list("id") for one in ({"price__lt": 2}, {"count__gt": 3}))
    some = Case(When(small__lt=0, then=Value("below")), When(small__gt=0, then=Value("above")), default=Value("none"))
    latest = m.Care.objects.filter(animal=OuterRef("pk")).order_by("-id").values("keeper")[:1]
    questions = {
        "regex": everything.filter(slug__regex=r"^slug-[0-9]+-[0-9a-f]{8}$").values_list("pk"),
        "iregex": everything.filter(slug__iregex=r"^SLUG-1").values_list("pk"),
        "iexact": everything.filter(email__iexact="A1+B@EXAMPLE.ORG").values_list("pk"),
        "icontains": everything.filter(email__icontains="EXAMPLE").values_list("pk"),
        "istartswith": everything.filter(slug__istartswith="SLUG-2").values_list("pk"),
        "iendswith": everything.filter(url__iendswith="X=ø").values_list("pk"),
        "json index": everything.filter(json__a__0=1).values_list("pk"),
        "json has keys": everything.filter(json__has_keys=["a", "low"]).values_list("pk"),
        "json has any": everything.filter(json__has_any_keys=["nothing", "half"]).values_list("pk"),
        "json contains": everything.filter(json__contains={"half": 0.1}).values_list("pk"),
        "json without": everything.filter(json__nothing__isnull=True).values_list("pk"),
        "json in": m.Passport.objects.filter(data__n__in=[1, 2]).values_list("pk"),
        "json above": m.Passport.objects.filter(data__n__gte=3).values_list("pk"),
        "row number": animals.order_by().annotate(r=row).values_list("id", "r"),
        "lag": animals.order_by().annotate(p=before).values_list("id", "p"),
        "running": animals.order_by().annotate(p=running).values_list("id", "p"),
        "union": cheap.union(many),
        "union all": cheap.union(many, all=True),
        "intersection": cheap.intersection(many),
        "difference": cheap.difference(many),
        "case": everything.annotate(of=some).values_list("of").annotate(Count("pk")),
        "filtered counts": animals.order_by().values_list("count").annotate(n=Count("id", filter=Q(price__gt=1))),
        "subquery": animals.order_by().annotate(last=Subquery(latest)).values_list("id", "last"),
        "distinct": animals.order_by().values_list("count").distinct(),
        "weeks": year.annotate(d=TruncWeek("at")).values_list("d").annotate(Count("pk")),
        "quarters": year.annotate(d=TruncQuarter("at")).values_list("d").annotate(Count("pk")),
        "years": year.annotate(d=TruncYear("at")).values_list("d").annotate(Count("pk")),
        "dates": [(day,) for day in year.dates("at", "day")],
        "iso": year.annotate(w=ExtractWeek("at"), y=ExtractIsoYear("at"), d=ExtractIsoWeekDay("at")).values_list("w", "y", "d"),
        "later": year.annotate(d=F("at") + dt.timedelta(days=31, microseconds=1)).values_list("pk", "d"),
        "numbers": animals.order_by().annotate(
            a=Mod("count", 7), b=Round("price", 1), c=Abs(F("price") - 10), d=Greatest("count", Value(5))
        ).values_list("id", "a", "b", "c", "d"),
        "texts": everything.annotate(
            a=Concat("slug", Value(":"), "email", output_field=models.CharField()), b=Substr("slug", 2, 4), c=Upper("slug"), d=Left("email", 3), e=StrIndex("slug", Value("-"))
        ).values_list("pk", "a", "b", "c", "d", "e"),
        "replaced": everything.annotate(a=Replace("slug", Value("slug"), Value("")), b=NullIf("flag_null", Value(True))).values_list("pk", "a", "b"),
        "cast": everything.annotate(a=Cast("integer", models.CharField(max_length=20))).values_list("pk", "a"),
    }
    answers = {f"more {name}": rows_of(query) for name, query in questions.items()}
    ordered = {
        "nulls last": animals.order_by(F("mother").asc(nulls_last=True), "id"),
        "nulls first": animals.order_by(F("mother").desc(nulls_first=True), "id"),
        "slice": animals.order_by("-id")[3:9],
    }
    answers.update({f"more {name}": list(query.values_list("id", flat=True)) for name, query in ordered.items()})
    answers["more of each animal"] = [list(animal.get_picture_order()) for animal in animals.order_by("id")]
    return answers


def rows_of(query):
    return sorted(repr([plain(value) for value in row]) for row in query)

import datetime as dt
import json

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, ExtractHour, Length, TruncDay, TruncMonth

from zoo import models as m

LOOKED_AT = 8


class Command(BaseCommand):
    """Asks every model the same questions and prints the answers as JSON: equal texts are equal answers."""

    def handle(self, *args, **options):
        answers = {}
        for model in apps.get_models(include_auto_created=True):
            if model._meta.label != "migrations.Migration":
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
    answers["average"] = round(animals.aggregate(a=Avg("price"))["a"] or 0, 3).__repr__()
    answers["notes"] = sorted(
        f"{note.pk} {note.about.name if note.about else None}" for note in m.Note.objects.prefetch_related("about")
    )
    answers["tags"] = sorted(
        f"{animal.pk} {sorted(tag.word for tag in animal.tags.all())}"
        for animal in animals.select_related("species", "mother").prefetch_related("tags")
    )
    return answers


def rows_of(query):
    return sorted(repr([plain(value) for value in row]) for row in query)

import json

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count, F, Min, Value
from django.db.models.functions import Greatest, NullIf

from zoo.models import Word


class Command(BaseCommand):
    """Asks what the two servers answer otherwise by their nature (docs/operate/django.md), as JSON."""

    def handle(self, *args, **options):
        words, by_id = Word.objects, Word.objects.order_by("id")

        def ids(query):
            return list(query.values_list("id", flat=True))

        answers = {
            "exact": ids(by_id.filter(text="APPLE")),
            "in": ids(by_id.filter(text__in=["APPLE", "zebra"])),
            "exclude": ids(by_id.exclude(text="APPLE")),
            "accent": ids(by_id.filter(text__icontains="apple")),
            "beyond ascii": ids(by_id.filter(text__iexact="ÄPPLE")),
            "trailing space": ids(by_id.filter(text="plum")),
            "get_or_create": words.get_or_create(text="ZEBRA", defaults={"number": 0})[1],
            "distinct": words.filter(text__in=["apple", "Apple"]).values("text").distinct().count(),
            "group by": sorted(words.filter(text__iexact="apple").values_list("text").annotate(n=Count("id")).values_list("n", flat=True)),
            "count distinct": words.filter(text__iexact="apple").aggregate(n=Count("text", distinct=True))["n"],
            "order of texts": ids(words.filter(text__in=["apple", "Zebra"]).order_by("text", "id")),
            "least text": words.filter(text__in=["apple", "Zebra"]).aggregate(least=Min("text"))["least"],
            "greater text": ids(by_id.filter(text__gt="a", text__lt="b")),
            "nulls ascending": ids(words.filter(id__lte=4).order_by("number", "id")),
            "nulls descending": ids(words.filter(id__lte=4).order_by("-number", "id")),
            "greatest with null": list(by_id.filter(id=2).values_list(Greatest("number", "other"), flat=True)),
            "integer division": ids(by_id.annotate(n=F("number") / NullIf("other", Value(0))).filter(n=1)),
            "division by zero": attempt(lambda: list(by_id.filter(id=4).annotate(n=F("number") / F("other")).values_list("n", flat=True))),
            "below zero": attempt(lambda: list(by_id.filter(id=1).annotate(n=F("positive") - 10).values_list("n", flat=True))),
            "unique by case": attempt(lambda: words.create(text="once", unique="ONLY")),
        }
        # What the questions made is taken away again.
        words.filter(id__gt=7).delete()
        self.stdout.write(json.dumps(answers))


def attempt(work):
    """The kind of error, or what it gives."""
    try:
        with transaction.atomic():
            found = work()
            return found if isinstance(found, list) else "taken"
    except Exception as error:
        return type(error).__name__

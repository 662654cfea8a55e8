import random
import signal
import time

from django.core.management.base import BaseCommand
from django.db import models, transaction
from django.db.utils import IntegrityError

from zoo import models as m
from zoo.sample import everything, new_objects, one_of


class Command(BaseCommand):
    """Random transactions through the ORM until SIGTERM; prints how many there were."""

    def handle(self, *args, **options):
        running = []
        signal.signal(signal.SIGTERM, lambda *_: running.clear())
        running.append(True)
        count = 0
        while running:
            try:
                with transaction.atomic():
                    random.choice(CHANGES)(count)
                    # One in ten is taken back.
                    if count % 10 == 9:
                        transaction.set_rollback(True)
            except (IntegrityError, models.ProtectedError, IndexError):
                pass
            count += 1
            time.sleep(0.01)
        self.stdout.write(str(count))


def rewrite(n):
    """A row becomes what another would be, under its own key."""
    row, other = one_of(m.Everything), everything(n)
    other.pk, other.made = row.pk, row.made
    other.save()


def swap(n):
    """Two rows exchange a unique value."""
    first, second = random.sample(list(m.Everything.objects.order_by("pk")[:100]), 2)
    one, two = first.char_unique, second.char_unique
    for row, value in ((first, "between"), (second, one), (first, two)):
        m.Everything.objects.filter(pk=row.pk).update(char_unique=value)


def grow(n):
    m.Animal.objects.filter(pk__in=[one_of(m.Animal).pk]).update(count=models.F("count") + 1, price=n % 100)


def retag(n):
    animal = one_of(m.Animal)
    animal.tags.clear()
    animal.tags.add(*m.Tag.objects.order_by("?")[:3])


CHANGES = [
    rewrite,
    swap,
    grow,
    retag,
    new_objects,
    lambda n: one_of(m.Everything).delete(),
    lambda n: one_of(m.Animal).delete(),
    lambda n: m.Species.objects.filter(pk=one_of(m.Species).pk).update(parent=one_of(m.Species)),
    lambda n: m.Everything.objects.bulk_create([everything(n + i) for i in range(5)]),
]

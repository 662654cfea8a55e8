from django.core.management.base import BaseCommand

from zoo.sample import everything, new_objects, words


class Command(BaseCommand):
    """Fills every model through the ORM."""

    def add_arguments(self, parser):
        parser.add_argument("count", type=int)

    def handle(self, *args, count, **options):
        from zoo.models import Everything, Word

        Everything.objects.bulk_create([everything(n) for n in range(count * 4)])
        Word.objects.bulk_create(words())
        for n in range(count):
            new_objects(n)

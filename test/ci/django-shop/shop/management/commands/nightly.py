from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count, Sum

from shop.models import Order, Report


class Command(BaseCommand):
    """Run by cron: writes the report that TOKEN names, and prints the token after its commit."""

    def add_arguments(self, parser):
        parser.add_argument("token")

    def handle(self, *args, token, **options):
        with transaction.atomic():
            found = Order.objects.aggregate(orders=Count("pk"), turnover=Sum("total"))
            Report.objects.create(token=token, **found)
        print(token, flush=True)

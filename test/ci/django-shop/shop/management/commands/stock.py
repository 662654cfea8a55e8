from decimal import Decimal

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from shop.models import Product
from shop.orders import place


class Command(BaseCommand):
    """What the shop begins with: 50 products, a clerk, some orders."""

    def handle(self, *args, **options):
        User.objects.create_user("clerk", password="clerk")
        Product.objects.bulk_create(
            Product(
                sku=f"sku-{n}",
                name=f"Apfel Nº {n} – « ök »",
                price=Decimal(n) + Decimal("0.99"),
                stock=1_000_000,
                details={"colour": "grün", "weight": n / 8, "tags": ["a", None]},
            )
            for n in range(50)
        )
        for n in range(20):
            place(f"first-{n}", "ada", {f"sku-{n}": 1, f"sku-{n + 1}": 2, f"sku-{n + n % 3}": 1}, {"channel": "first"})

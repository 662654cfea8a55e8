from django.db import transaction
from django.db.models import F

from shop.models import Job, Order, OrderLine, Product


def place(token, customer, quantities, details):
    """One order with all that hangs on it, or nothing; the same token again gives the order that is there."""
    with transaction.atomic():
        found = Order.objects.filter(token=token).first()
        if found:
            return found, False
        products = list(Product.objects.filter(sku__in=quantities).order_by("pk"))
        total = sum(product.price * quantities[product.sku] for product in products)
        order = Order.objects.create(
            token=token, customer=customer, total=total, details=details, is_gift=len(quantities) > 2
        )
        # Before the lines: a foreign key's lock on a product that is raised afterwards would be a deadlock.
        for product in products:
            Product.objects.filter(pk=product.pk).update(stock=F("stock") - quantities[product.sku])
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product=product, quantity=quantities[product.sku], price=product.price)
            for product in products
        )
        Job.objects.create(order=order)
    return order, True

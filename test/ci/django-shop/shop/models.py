from django.db import models


class Product(models.Model):
    sku = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    stock = models.IntegerField()
    details = models.JSONField(default=dict)


class Order(models.Model):
    token = models.CharField(max_length=64, unique=True)
    customer = models.CharField(max_length=100)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    details = models.JSONField(default=dict)
    is_gift = models.BooleanField(default=False)
    placed_at = models.DateTimeField(auto_now_add=True)


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)


class Job(models.Model):
    """The queue of the worker: one for each order."""

    order = models.ForeignKey(Order, models.CASCADE)
    state = models.CharField(max_length=10, default="new", db_index=True)
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)


class Shipment(models.Model):
    """Made by the worker; nothing but the lock on the job keeps an order from having two."""

    order = models.ForeignKey(Order, models.CASCADE)
    packed_at = models.DateTimeField(auto_now_add=True)


class Report(models.Model):
    """Made by the cron job."""

    token = models.CharField(max_length=64)
    orders = models.IntegerField()
    turnover = models.DecimalField(max_digits=14, decimal_places=2)
    made_at = models.DateTimeField(auto_now_add=True)

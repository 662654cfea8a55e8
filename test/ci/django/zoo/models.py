"""Every kind of field and relation that Django has, on both servers."""
import uuid

import django
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Lower, Now

NEW = django.VERSION >= (5, 0)


def checked(condition, name):
    key = "condition" if django.VERSION >= (5, 1) else "check"
    return models.CheckConstraint(**{key: condition, "name": name})


class Everything(models.Model):
    big = models.BigIntegerField()
    binary = models.BinaryField()
    binary_null = models.BinaryField(null=True)
    flag = models.BooleanField(default=False)
    flag_null = models.BooleanField(null=True)
    char = models.CharField(max_length=200)
    char_unique = models.CharField(max_length=60, unique=True)
    char_index = models.CharField(max_length=100, db_index=True)
    char_binary = models.CharField(max_length=40, db_collation="utf8mb4_bin", unique=True)
    char_null = models.CharField(max_length=10, null=True, blank=True)
    day = models.DateField()
    day_null = models.DateField(null=True)
    at = models.DateTimeField()
    at_null = models.DateTimeField(null=True, db_index=True)
    changed = models.DateTimeField(auto_now=True)
    made = models.DateTimeField(auto_now_add=True)
    decimal = models.DecimalField(max_digits=30, decimal_places=10)
    decimal_whole = models.DecimalField(max_digits=12, decimal_places=0, null=True)
    duration = models.DurationField()
    duration_null = models.DurationField(null=True)
    email = models.EmailField()
    file = models.FileField(upload_to="files/%Y")
    path = models.FilePathField(path="/", null=True)
    number = models.FloatField()
    address = models.GenericIPAddressField()
    address_4 = models.GenericIPAddressField(protocol="IPv4", null=True)
    integer = models.IntegerField()
    json = models.JSONField()
    json_null = models.JSONField(null=True)
    positive = models.PositiveIntegerField()
    positive_big = models.PositiveBigIntegerField()
    positive_small = models.PositiveSmallIntegerField()
    slug = models.SlugField()
    small = models.SmallIntegerField()
    text = models.TextField(db_comment="odd; 'text'")
    text_null = models.TextField(null=True)
    time = models.TimeField()
    time_null = models.TimeField(null=True)
    url = models.URLField()
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    uuid_null = models.UUIDField(null=True, db_index=True)

    class Meta:
        db_table = "zoo_Every thing"
        db_table_comment = "every kind of field"
        indexes = [
            models.Index(fields=["-at", "flag"], name="zoo_at_flag"),
            models.Index(Lower("char").desc(), name="zoo_lower_char"),
            models.Index(fields=["small"], name="zoo_small_part", condition=models.Q(small__gt=0)),
            models.Index(fields=["integer"], name="zoo_integer_more", include=["big"]),
        ]
        constraints = [
            checked(models.Q(positive_small__lte=32767), "zoo_small_enough"),
            models.UniqueConstraint(fields=["slug", "integer"], name="zoo_slug_integer"),
            models.UniqueConstraint(fields=["email"], name="zoo_email_flagged", condition=models.Q(flag=True)),
            models.UniqueConstraint(fields=["uuid", "small"], name="zoo_late", deferrable=models.Deferrable.DEFERRED),
        ]


class Species(models.Model):
    """A key of its own kind, and one that others refer to beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")

    class Meta:
        verbose_name_plural = "species"


class Keeper(models.Model):
    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=50, db_column="Full Name")
    mentor = models.OneToOneField("self", null=True, on_delete=models.SET_NULL)
    friends = models.ManyToManyField("self")


class Tag(models.Model):
    word = models.CharField(max_length=30, primary_key=True)


class Animal(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=80)
    species = models.ForeignKey(Species, on_delete=models.CASCADE)
    species_code = models.ForeignKey(
        Species, to_field="code", null=True, on_delete=models.SET_NULL, related_name="coded", db_column="by_code"
    )
    keepers = models.ManyToManyField(Keeper, through="Care")
    tags = models.ManyToManyField(Tag, db_table="zoo_Animal tags")
    mother = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="offspring")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    count = models.PositiveIntegerField()
    if NEW:
        total = models.GeneratedField(
            expression=models.F("price") * models.F("count"),
            output_field=models.DecimalField(max_digits=20, decimal_places=2),
            db_persist=True,
        )
        lower = models.GeneratedField(
            expression=Lower("name"), output_field=models.CharField(max_length=80), db_persist=True
        )
        since = models.DateTimeField(db_default=Now())
        rank = models.IntegerField(db_default=7)

    class Meta:
        unique_together = [("species", "name")]
        ordering = ["name"]


class Care(models.Model):
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE)
    keeper = models.ForeignKey(Keeper, on_delete=models.PROTECT)
    hours = models.DurationField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["animal", "keeper"], name="zoo_care_once")]


class Passport(models.Model):
    animal = models.OneToOneField(Animal, primary_key=True, on_delete=models.CASCADE)
    data = models.JSONField(default=dict)


class Cat(Animal):
    """Multi-table inheritance."""

    lives = models.PositiveSmallIntegerField(default=9)


class Word(models.Model):
    """For what the two servers answer otherwise; nothing but `fill` writes it."""

    id = models.BigAutoField(primary_key=True)
    text = models.CharField(max_length=200, null=True)
    unique = models.CharField(max_length=20, unique=True, null=True)
    number = models.IntegerField(null=True)
    other = models.IntegerField(null=True)
    positive = models.PositiveIntegerField(default=2)


class Picture(models.Model):
    """What is a text with a meaning to Django, a key that no server knows of, and an order of its own."""

    class Kind(models.TextChoices):
        PHOTO = "p", "photo"
        DRAWING = "d", "drawing"

    image = models.ImageField(upload_to="pictures", null=True)
    kind = models.CharField(max_length=1, choices=Kind.choices, default=Kind.PHOTO)
    stars = models.IntegerField(choices=[(1, "one"), (2, "two")], null=True)
    thumbnail = models.BinaryField(max_length=500, null=True)
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE)
    seller = models.ForeignKey(Keeper, null=True, on_delete=models.DO_NOTHING, db_constraint=False)

    class Meta:
        order_with_respect_to = "animal"


class Note(models.Model):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.CharField(max_length=40)
    about = GenericForeignKey()
    text = models.TextField()


if django.VERSION >= (5, 2):

    class Place(models.Model):
        pk = models.CompositePrimaryKey("row", "seat")
        row = models.IntegerField()
        seat = models.CharField(max_length=5)
        note = models.TextField(default="")

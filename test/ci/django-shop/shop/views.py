import json

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from shop.models import Product
from shop.orders import place


@require_GET
def health(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "vendor": connection.vendor})


@require_GET
def products(request):
    rows = Product.objects.order_by("sku").values("sku", "name", "price", "stock", "details")[:10]
    return JsonResponse({"products": list(rows)})


@csrf_exempt
@require_POST
def orders(request):
    """2xx acknowledges the order; the same Idempotency-Key again is the same order."""
    asked = json.loads(request.body)
    details = {"channel": "api", "agent": request.headers.get("User-Agent", ""), "gift": None}
    order, made = place(request.headers["Idempotency-Key"], asked["customer"], asked["quantities"], details)
    return JsonResponse({"id": order.pk, "total": order.total}, status=201 if made else 200)


class OrderForm(forms.Form):
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    customer = forms.CharField(max_length=100)
    sku = forms.SlugField()
    quantity = forms.IntegerField(min_value=1, max_value=10)


@login_required
def order_form(request):
    """A redirect acknowledges the order; a form that is wrong is shown again."""
    form = OrderForm(request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        details = {"channel": "form", "clerk": request.user.username}
        place(asked["token"], asked["customer"], {asked["sku"]: asked["quantity"]}, details)
        return redirect("/order/")
    return render(request, "shop/form.html", {"form": form})

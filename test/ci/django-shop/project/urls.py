from django.contrib.auth.views import LoginView
from django.urls import path

from shop import views

urlpatterns = [
    path("health", views.health),
    path("login/", LoginView.as_view(template_name="shop/form.html")),
    path("order/", views.order_form),
    path("api/products", views.products),
    path("api/orders", views.orders),
]

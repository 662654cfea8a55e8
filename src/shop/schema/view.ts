/** Views, in the order in which they stand on each other. */
export const VIEWS = [
  `CREATE VIEW v_customer_order AS
SELECT c.id AS customer_id, concat(c.first_name, ' ', c.last_name) AS customer, count(o.id) AS orders,
  coalesce(sum(o.total), 0) AS total, max(o.placed_at) AS last_order_at
FROM tbl_customer c LEFT JOIN tbl_order o ON o.customer_id = c.id
GROUP BY c.id, c.first_name, c.last_name`,

  `CREATE VIEW v_open_invoice AS
SELECT b.id, b.invoice_no, o.order_no, o.customer_id, b.amount, b.paid, b.open_amount,
  CASE WHEN b.due_on IS NULL THEN 'no date' WHEN b.due_on < '2024-06-01' THEN 'late' ELSE 'open' END AS state
FROM tbl_billing b JOIN tbl_order o ON o.id = b.order_id
WHERE b.is_settled = 0`,

  `CREATE VIEW v_stock_low AS
SELECT l.code AS location_code, p.sku, p.name, i.quantity, i.reserved, i.reorder_at,
  IF(i.quantity = 0, 'none', 'few') AS level
FROM tbl_inventory i JOIN tbl_product p ON p.id = i.product_id JOIN tbl_location l ON l.id = i.location_id
WHERE i.is_low = 1 AND p.is_active = 1`,

  `CREATE VIEW v_month_sales AS
SELECT date_format(o.placed_at, '%Y-%m') AS month, o.currency, count(*) AS orders, sum(o.total) AS total,
  group_concat(DISTINCT o.status ORDER BY o.status SEPARATOR '; ') AS states
FROM tbl_order o
GROUP BY date_format(o.placed_at, '%Y-%m'), o.currency`,

  `CREATE VIEW v_top_customer AS
SELECT customer_id, customer, orders, total FROM v_customer_order WHERE orders >= 3`,
];

/** How many rows each table has at a scale: 1 is 10,000 rows in all, 100 about a million. */

export const SHOP_TABLES = [
  'tbl_reference',
  'tbl_location',
  'tbl_supplier',
  'tbl_employee',
  'tbl_customer',
  'tbl_product',
  'tbl_inventory',
  'tbl_order',
  'tbl_billing',
  'tbl_insurance',
  'tbl_document',
  'tbl_audit',
  'tbl_report',
  'tbl_settings',
] as const;

export type ShopTable = (typeof SHOP_TABLES)[number];
export type ShopRows = Readonly<Record<ShopTable, number>>;

/** Locations that hold each product. */
export const SLOTS_PER_PRODUCT = 3;

/** The smallest shop still shows every odd value. */
const LEAST_ROWS = 24;

export function shopRows(scale: number): ShopRows {
  if (!(scale > 0)) throw new RangeError('scale is a number above 0');
  const grows = (rows: number) => Math.max(LEAST_ROWS, Math.round(rows * scale));
  const products = grows(400);
  const orders = grows(2200);
  return {
    tbl_reference: 70,
    tbl_location: Math.round(20 * Math.sqrt(Math.max(1, scale))),
    tbl_supplier: grows(40),
    tbl_employee: grows(60),
    tbl_customer: grows(1500),
    tbl_product: products,
    tbl_inventory: products * SLOTS_PER_PRODUCT,
    tbl_order: orders,
    tbl_billing: orders,
    tbl_insurance: grows(250),
    tbl_document: grows(300),
    tbl_audit: grows(1600),
    tbl_report: grows(100),
    tbl_settings: 60,
  };
}

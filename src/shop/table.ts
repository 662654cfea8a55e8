/** The fourteen tables in the order of their foreign keys: definition and rows of each. */
import { AUDIT_ROWS } from './row/audit.ts';
import { BILLING_ROWS } from './row/billing.ts';
import { CUSTOMER_ROWS } from './row/customer.ts';
import { DOCUMENT_ROWS } from './row/document.ts';
import { EMPLOYEE_ROWS } from './row/employee.ts';
import { INSURANCE_ROWS } from './row/insurance.ts';
import { INVENTORY_ROWS } from './row/inventory.ts';
import { LOCATION_ROWS } from './row/location.ts';
import { ORDER_ROWS } from './row/order.ts';
import { PRODUCT_ROWS } from './row/product.ts';
import { REFERENCE_ROWS } from './row/reference.ts';
import { REPORT_ROWS } from './row/report.ts';
import type { RowMaker } from './row/row-maker.ts';
import { SETTING_ROWS } from './row/setting.ts';
import { SUPPLIER_ROWS } from './row/supplier.ts';
import type { ShopTable } from './scale.ts';
import { INVENTORY, LOCATION, PRODUCT } from './schema/catalog.ts';
import { AUDIT, DOCUMENT, REFERENCE, REPORT, SETTINGS } from './schema/office.ts';
import { CUSTOMER, EMPLOYEE, SUPPLIER } from './schema/people.ts';
import { BILLING, INSURANCE, ORDER } from './schema/sales.ts';

type TableDefinition = { readonly create: string; readonly rows: RowMaker };

export const TABLE_DEFINITIONS: Readonly<Record<ShopTable, TableDefinition>> = {
  tbl_reference: { create: REFERENCE, rows: REFERENCE_ROWS },
  tbl_location: { create: LOCATION, rows: LOCATION_ROWS },
  tbl_supplier: { create: SUPPLIER, rows: SUPPLIER_ROWS },
  tbl_employee: { create: EMPLOYEE, rows: EMPLOYEE_ROWS },
  tbl_customer: { create: CUSTOMER, rows: CUSTOMER_ROWS },
  tbl_product: { create: PRODUCT, rows: PRODUCT_ROWS },
  tbl_inventory: { create: INVENTORY, rows: INVENTORY_ROWS },
  tbl_order: { create: ORDER, rows: ORDER_ROWS },
  tbl_billing: { create: BILLING, rows: BILLING_ROWS },
  tbl_insurance: { create: INSURANCE, rows: INSURANCE_ROWS },
  tbl_document: { create: DOCUMENT, rows: DOCUMENT_ROWS },
  tbl_audit: { create: AUDIT, rows: AUDIT_ROWS },
  tbl_report: { create: REPORT, rows: REPORT_ROWS },
  tbl_settings: { create: SETTINGS, rows: SETTING_ROWS },
};

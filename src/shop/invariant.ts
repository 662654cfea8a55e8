/** What stays true in the shop at every commit, and how to ask for it on either server. */

/** Quotes a name for PostgreSQL. */
function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

type Sides = { readonly [side: string]: string };
export type SumInvariant = {
  readonly name: string;
  /** The setting in which the fill left the total. */
  readonly setting: string;
  readonly sides: readonly string[];
  /** One statement, one row: a column per side. Sum the columns as decimals: the total never changes. */
  readonly mysql: string;
  readonly postgres: (schema: string) => string;
};

function sumInvariant(name: string, setting: string, sides: Sides): SumInvariant {
  const statement = (prefix: string) =>
    `SELECT ${Object.entries(sides)
      .map(([side, from]) => `(SELECT COALESCE(SUM(${from.replace(' FROM ', `), 0) FROM ${prefix}`)}) AS ${side}`)
      .join(', ')}`;
  return {
    name,
    setting,
    sides: Object.keys(sides),
    mysql: statement(''),
    postgres: (schema) => statement(`${quoted(schema)}.`),
  };
}

/** Deposits move between tbl_billing and tbl_insurance: a reader never sees one side without the other. */
export const transferInvariant: SumInvariant = sumInvariant('transfers keep their sum', 'shop.transfer_total', {
  billing: 'balance FROM tbl_billing',
  insurance: 'reserve FROM tbl_insurance',
});

/** Goods move between locations and into reservations: none appears, none is lost. */
export const stockInvariant: SumInvariant = sumInvariant('stock moves keep the total', 'shop.stock_total', {
  quantity: 'quantity FROM tbl_inventory',
  reserved: 'reserved FROM tbl_inventory',
});

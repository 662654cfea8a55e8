import { text, textOrNull } from '../literal.ts';
import { COUNTRIES, CURRENCIES, LATIN1_ODD } from '../word.ts';
import { oddAt, type RowMaker } from './row-maker.ts';

const KINDS = ["'vat, reduced'", "'carrier''s code'"] as const;
const RATES = ['NULL', '0.000000', '-1.500000', '999.999999', '0.000001'];
const YEARS = ['0000', '1901', '2155', '2014'];

/** The first rows are the countries that others point to. */
export const COUNTRY_ROWS = COUNTRIES.length;

function keyOf(index: number): string {
  const country = oddAt(COUNTRIES, index);
  if (country) return `'country','${country}'`;
  const currency = oddAt(CURRENCIES, index - COUNTRY_ROWS);
  if (index >= COUNTRY_ROWS && currency) return `'currency','${currency}'`;
  return `${KINDS[index % 2]},'c-${index}'`;
}

export const REFERENCE_ROWS: RowMaker = {
  columns: 'id, kind, code, label, label_old, rate, sort_no, valid_from_year, is_active',
  row(index, random) {
    const labelOld = textOrNull(oddAt(LATIN1_ODD, index) ?? null);
    const rate = oddAt(RATES, index) ?? `${random.below(50)}.${random.below(10)}`;
    const year = oddAt(YEARS, index) ?? String(random.between(1990, 2030));
    const label = text(`Entry ${index + 1} ✓`);
    const sort = random.between(-8_388_608, 8_388_607);
    return `(${index + 1},${keyOf(index)},${label},${labelOld},${rate},${sort},${year},${random.oneIn(9) ? 0 : 1})`;
  },
};

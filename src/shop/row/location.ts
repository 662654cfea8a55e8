import { date } from '../calendar.ts';
import { double, text, textOrNull } from '../literal.ts';
import { LATIN1_ODD, LATIN1_STREETS, NOUNS } from '../word.ts';
import { COUNTRY_ROWS } from './reference.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const LATITUDES = [-0, 90, -90, 5e-324, 0.1, 48.858370000000001];
const OPENING = ["'00:00:00'", 'NULL', "'23:59:59'", "'24:00:00'"];
const OPENED = ["'0000-00-00'", 'NULL', "'1000-01-01'", "'9999-12-31'", "'1970-01-01'", "'2000-02-29'"];
const SERVICES = ["''", "'pickup'", "'pickup,returns'", "'gift wrapped'", "'pickup,children''s corner'", '15'] as const;

export const LOCATION_ROWS: RowMaker = {
  columns:
    'id, code, name, address_old, country_id, latitude, longitude, opens_at, closes_at, services, opened_on, is_open',
  row(index, random, model) {
    const odd = oddAt(LATIN1_ODD, index);
    const address = odd === undefined ? text(random.pick(LATIN1_STREETS)) : textOrNull(odd);
    const latitude = oddAt(LATITUDES, index) ?? (random.next() / 4294967296) * 180 - 90;
    const longitude = (random.next() / 4294967296) * 360 - 180;
    const opened = oddAt(OPENED, index) ?? date(historyDay(index, model.rows.tbl_location, random));
    const opens = oddAt(OPENING, index) ?? "'08:30:00'";
    const services = oddAt(SERVICES, index) ?? random.pick(SERVICES);
    return (
      `(${index + 1},'L${String(index).padStart(5, '0')}',${text(`${random.pick(NOUNS)} house № ${index + 1}`)},${address},` +
      `${random.between(1, COUNTRY_ROWS)},${double(latitude)},${double(longitude)},${opens},'20:00:00',` +
      `${services},${opened},${random.oneIn(10) ? 0 : 1})`
    );
  },
};

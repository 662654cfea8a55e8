import { HISTORY_DAYS, moment, momentUs } from '../calendar.ts';
import { bytes, text, textOrNull } from '../literal.ts';
import { hex32, mix, type Random } from '../random.ts';
import { LATIN1_ODD, NOUNS, UNICODE_ODD } from '../word.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const HASHES = ['18446744073709551615', '9223372036854775808', '0', '9007199254740993'];
const CONTENTS = ['NULL', "''", "x'00'", "x'255044462d312e370a00ff'"];
const EXPIRES = ['NULL', "'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"];
const LABELS = ['NULL', "'[]'", '\'["a","b,c","it\'\'s"]\'', text('{"🏷":"é\\n"}')];
const SIZES = ['4294967295', '0'];
/** Keys that end in zero bytes, which the server's log cuts off. */
const IDS = [
  '00000000000000000000000000000000',
  'ffffffffffffffffffffffffffffffff',
  'abcdef00000000000000000000000000',
];

/** Mostly small; one in fifty is some kilobytes long. */
function content(random: Random): string {
  const kind = random.below(50);
  if (kind === 0) return bytes(random.hex(64).repeat(40 + random.below(60)));
  return kind < 15 ? 'NULL' : bytes(random.hex(4 * random.between(4, 24)));
}

export const DOCUMENT_ROWS: RowMaker = {
  columns:
    'id, customer_id, order_id, title, file_name, content, thumbnail, body, size_bytes, hash64, digest, labels, uploaded_at, expires_at, is_public',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_document, random);
    const id = oddAt(IDS, index) ?? hex32(mix(index + 77)) + random.hex(12);
    const customer = random.oneIn(6) ? 'NULL' : random.between(1, model.rows.tbl_customer);
    const order = random.oneIn(3) ? 'NULL' : random.between(1, model.rows.tbl_order);
    const oddBody = oddAt(UNICODE_ODD, index);
    const body =
      oddBody === undefined ? (random.oneIn(4) ? `'About the ${random.pick(NOUNS)} 📄'` : 'NULL') : textOrNull(oddBody);
    const oddFile = oddAt(LATIN1_ODD, index);
    const file = oddFile === undefined ? text(`reçu-${random.next()}.pdf`) : textOrNull(oddFile);
    return (
      `(${bytes(id)},${customer},${order},'Document ${index + 1}',${file},${oddAt(CONTENTS, index) ?? content(random)},` +
      `${random.oneIn(3) ? bytes(random.hex(32)) : 'NULL'},${body},${oddAt(SIZES, index) ?? random.below(9_000_000)},` +
      `${oddAt(HASHES, index) ?? BigInt(`0x${random.hex(8)}`)},${random.oneIn(5) ? 'NULL' : bytes(random.hex(32))},` +
      `${oddAt(LABELS, index) ?? `'["${random.pick(NOUNS)}",${random.below(100)}]'`},${momentUs(day, random)},` +
      `${oddAt(EXPIRES, index) ?? (random.oneIn(3) ? moment(HISTORY_DAYS + random.below(900), random) : 'NULL')},${random.oneIn(5) ? 1 : 0})`
    );
  },
};

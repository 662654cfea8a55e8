import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { effortOf } from '../../src/assess/effort.ts';
import { assessmentPage } from '../../src/assess/page.ts';
import { RISKS } from '../../src/assess/rule-table.ts';
import { reportSample } from './report-sample.ts';

const ANSWERED = '{ "tbl_<order>": { zeroDate: { born: "-infinity" } } }';

describe('the report', () => {
  it('gives lines of sluice.yaml that read as the choice they are about, with the others as comments', () => {
    const { rules } = reportSample();
    expect(parse(rules)).toEqual({ tables: { rules: { 'shop.tbl_<order>': { zeroDate: { born: null } } } } });
    expect(rules).toContain('; or -infinity, 1970-01-01');
    const uncommented = rules.replaceAll(/^( *)# /gm, '$1');
    expect(parse(uncommented).tables.rules['shop.tbl_<order>'].zeroDate).toEqual({ born: null, 'a: "<b>"': null });
  });

  it('has no open choice any more once the rule is there, and its lines are comments', () => {
    const report = reportSample(ANSWERED);
    expect(report.open).toEqual([]);
    expect(parse(report.rules)).toBeNull();
    expect(report.summary).toContain('nothing stands in the way');
    expect(reportSample().open).toHaveLength(1);
  });

  it('orders risks by what they would break', () => {
    const order = reportSample().risks.map(({ risk }) => RISKS.indexOf(risk));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order.length).toBeGreaterThanOrEqual(4);
  });

  it('reckons the work by a formula whose terms give its sum', () => {
    const { minutes, formula, parts } = reportSample().effort;
    const terms = [...formula.matchAll(/(\d+) [a-z, ]+ x (\d+)/g)].map(
      ([, count, each]) => Number(count) * Number(each),
    );
    expect(terms.reduce((a, b) => a + b, 0)).toBe(minutes);
    expect(parts.reduce((sum, part) => sum + part.minutes, 0)).toBe(minutes);
  });
});

describe('the effort', () => {
  const [finding] = reportSample().findings;
  const [object] = reportSample().objects;
  if (finding === undefined || object === undefined) throw new Error('nothing is in the sample');
  const numbers = Array.from({ length: 40 }, (_, at) => at);
  const minutesOf = (objects: readonly (typeof object)[], findings: readonly (typeof finding)[]) =>
    effortOf(objects, findings, 0).minutes;

  it('counts a rule on one column of forty partitions as one decision that is looked at forty times', () => {
    const alike = numbers.map((at) => ({ ...finding, table: `orders_${at}`, isOpen: false }));
    expect(minutesOf([], alike)).toBe(15 + 39 * 3);
    expect(
      minutesOf(
        [],
        alike.map((one, at) => ({ ...one, columns: [`c${at}`] })),
      ),
    ).toBe(40 * 15);
    expect(
      minutesOf(
        [],
        alike.map((one) => ({ ...one, isOpen: true })),
      ),
    ).toBe(30 + 39 * 5);
  });

  it('counts objects of one reason once, whatever names and numbers stand in it', () => {
    const renamed = (at: number) => ({
      ...object,
      class: 'choice' as const,
      name: `key_${at}`,
      target: `orders_key_${at}`,
      reason: `the name becomes orders_key_${at}`,
    });
    expect(minutesOf(numbers.map(renamed), [])).toBe(5 + 39);
    const other = { ...renamed(1), reason: 'MATCH becomes @@' };
    expect(minutesOf([renamed(1), other, { ...other, kind: 'index' }], [])).toBe(15);
  });

  it('counts a table that nobody can make once, with all its columns', () => {
    const table = { ...object, kind: 'table', class: 'hand' as const, name: 'wide', table: null, reason: 'too wide' };
    const columns = numbers.map((at) => ({ ...table, kind: 'column', name: `c${at}`, table: 'wide' }));
    expect(minutesOf([table, ...columns], [])).toBe(60);
  });

  it('takes the minutes of stored programs from the list of them, those that convert by themselves too', () => {
    const program = { class: 'automatic' as const, lines: 3, minutes: 11, formula: '' };
    expect(minutesOf([{ ...object, class: 'converts', program }], [])).toBe(11);
    expect(minutesOf([{ ...object, class: 'excluded', program }], [])).toBe(0);
  });
});

describe('the page', () => {
  const page = assessmentPage(reportSample());

  it('asks nobody for anything: no script, no address, no file', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:/i);
    expect(page).toContain("default-src 'none'");
  });

  it('shows names and values as text, whatever characters they have', () => {
    expect(page).not.toContain('tbl_<order>');
    expect(page).toContain('tbl_&lt;order&gt;');
    expect(page).toContain('<code>&lt;script&gt;</code>');
  });

  it('names every object, every finding, every risk and the formula', () => {
    const report = reportSample();
    const escaped = (text: string) =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
    const texts = [
      report.summary,
      report.effort.formula,
      ...report.objects.map(({ text }) => text),
      ...report.findings.map(({ title }) => title),
      ...report.risks.map(({ message }) => message),
    ];
    for (const text of texts) expect(page).toContain(escaped(text));
  });

  it('has a heading for each link of its contents, and can be used by keyboard and in print', () => {
    for (const [, id] of page.matchAll(/href="#([a-z]+)"/g)) expect(page).toContain(`id="${id}"`);
    expect(page).toContain('prefers-color-scheme:dark');
    expect(page).toContain('@media print');
    expect(page).toContain('<a class="skip"');
  });
});

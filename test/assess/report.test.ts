import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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
    const terms = [...formula.matchAll(/(\d+) [a-z ]+ x (\d+)/g)].map(
      ([, count, each]) => Number(count) * Number(each),
    );
    expect(terms.reduce((a, b) => a + b, 0)).toBe(minutes);
    expect(parts.reduce((sum, part) => sum + part.minutes, 0)).toBe(minutes);
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

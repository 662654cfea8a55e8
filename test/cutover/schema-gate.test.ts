import { describe, expect, it } from 'vitest';
import type { GateFinding } from '../../src/cutover/gate.ts';
import {
  caseUniquesGate,
  constraintsGate,
  foldsColumn,
  identitiesGate,
  keepsKey,
} from '../../src/cutover/schema-gate.ts';
import { blockersOf, targetRolesGate } from '../../src/pipeline/cutover/target-gates.ts';

const texts = ({ problems }: GateFinding) => problems.map(({ text }) => text);

describe('the gate', () => {
  it('constraints names what is not valid, and nothing else', () => {
    const fine = {
      name: 'index',
      object: 'public.t',
      state: 'equal',
      source: null,
      target: '1',
      reason: null,
    } as const;
    const open = { name: 'constraint', object: 'public.t.fk', state: 'different', source: null, target: '' } as const;
    expect(texts(constraintsGate([{ ...fine, cure: null }]))).toEqual([]);
    const found = constraintsGate([
      { ...fine, cure: null },
      { ...open, reason: 'holds new rows only', cure: 'VALIDATE' },
    ]);
    expect(found.problems).toEqual([{ text: 'public.t.fk holds new rows only', cure: 'VALIDATE' }]);
  });

  it('identities is red for a column that does not count on the target, and for one that tells no next number', () => {
    const fine = { name: 'shop.t.id', sourceNext: '7', hasSequence: true };
    expect(texts(identitiesGate([fine], []))).toEqual([]);
    expect(texts(identitiesGate([{ ...fine, hasSequence: false }], []))).toEqual([
      'shop.t.id does not count on the target',
    ]);
    expect(texts(identitiesGate([{ ...fine, sourceNext: null }], []))).toEqual([
      'shop.t.id does not say its next number',
    ]);
    const unseen = 'shop.u is not seen at the source any more: has its right gone?';
    expect(texts(identitiesGate([fine], ['shop.u']))).toEqual([unseen]);
  });

  it('case-uniques is red where only the source refuses by case, with what keeps it', () => {
    const kept = { names: ['shop.t.mail'], isKept: true, cure: 'a rule' };
    expect(texts(caseUniquesGate([kept]))).toEqual([]);
    expect(caseUniquesGate([{ ...kept, isKept: false }]).problems).toEqual([
      { text: 'shop.t.mail is unique without case on the source alone', cure: 'a rule' },
    ]);
  });

  it('case-uniques is green only for an index that refuses whatever the key of the source refuses', () => {
    const mail = { name: 'mail', isFolded: true, isNative: false };
    const tenant = { name: 'tenant', isFolded: false, isNative: false };
    const keeps = (parts: readonly string[], more: { isNative?: boolean; isPartial?: boolean } = {}) =>
      keepsKey({ parts, isPartial: more.isPartial ?? false }, [tenant, { ...mail, isNative: more.isNative ?? false }]);
    expect(keeps(['tenant', 'lower((mail)::text)'])).toBe(true);
    expect(keeps(['lower((mail)::text) DESC', 'tenant'])).toBe(true);
    expect(keeps(['lower("left"((mail)::text, 10))'])).toBe(true);
    expect(keeps(['tenant', 'mail'], { isNative: true })).toBe(true);
    expect(keeps(['tenant', 'mail'])).toBe(false);
    expect(keeps(['tenant', 'lower((mail)::text)', 'country'])).toBe(false);
    expect(keeps(['tenant', 'lower((mail)::text)'], { isPartial: true })).toBe(false);
    expect(keeps([], { isNative: true })).toBe(false);
  });

  it('case-uniques takes lower() of the column alone, whatever the column is called and whatever its type', () => {
    expect(foldsColumn('lower(mail)', 'mail')).toBe(true);
    expect(foldsColumn('lower((mail)::text)', 'mail')).toBe(true);
    expect(foldsColumn('lower(("Mail")::text)', 'Mail')).toBe(true);
    expect(foldsColumn('mail', 'mail')).toBe(false);
    expect(foldsColumn('lower((mail)::text)', 'mai')).toBe(false);
    expect(foldsColumn('upper(mail)', 'mail')).toBe(false);
  });

  it('target-roles is red while no role is named, and for what a check has found to make it impossible', () => {
    const found = {
      severity: 'blocker',
      code: 'FENCE_ROLE_UNKNOWN',
      object: 'app',
      message: 'no role',
      cure: [],
    } as const;
    expect(texts(targetRolesGate(['app'], [{ ...found, severity: 'warning' }]))).toEqual([]);
    expect(texts(targetRolesGate(['app'], [found]))).toEqual(['app: no role']);
    expect(texts(targetRolesGate([], []))).toHaveLength(1);
  });

  it('way-back takes the blockers of a check and leaves its warnings', () => {
    const level = { severity: 'blocker', object: 'target', message: 'wal_level is replica', cure: ['a', 'b'] } as const;
    const limited = { ...level, severity: 'warning' } as const;
    expect(blockersOf([level, limited])).toEqual([{ text: 'target: wal_level is replica', cure: 'a; b' }]);
  });
});

import { FLIP_OPTIONS } from './flip-option.ts';
import type { Option } from './option.ts';

const accounts = { kind: 'list', of: 'text', min: 0 } as const;

/** Options of the switch and of what must hold before it. */
export const CUTOVER_OPTIONS: readonly Option[] = [
  {
    path: 'cutover.maxLag',
    type: { kind: 'duration', min: '100ms', max: '1h' },
    default: '5s',
    help: 'Lag that the gate allows.',
  },
  {
    path: 'cutover.steadyFor',
    type: { kind: 'duration', min: '1s', max: '1d' },
    default: '1m',
    help: 'How long the lag must have been within the limit.',
  },
  {
    path: 'cutover.writeBlockLimit',
    type: { kind: 'duration', min: '1s', max: '1h' },
    default: '60s',
    help: 'Longest write block; past it everything is put back.',
  },
  {
    path: 'cutover.longestTransaction',
    type: { kind: 'duration', min: '1s', max: '1h' },
    default: '10s',
    help: 'A transaction that has been open on the source for so long stands against the fence.',
  },
  {
    path: 'cutover.headroom',
    type: { kind: 'duration', min: '1m', max: '30d' },
    default: '1h',
    help: 'How long the source must still keep what is needed of its binlog.',
  },
  {
    path: 'cutover.clockOffset',
    type: { kind: 'duration', min: '10ms', max: '1h' },
    default: '2s',
    help: "How far the source's clock may be from this machine's.",
  },
  {
    path: 'cutover.fence',
    type: { kind: 'choice', of: ['read-only', 'accounts', 'hook'] },
    default: 'read-only',
    help: 'How writes are blocked: by the server itself; where there is no right to that (RDS, Aurora, Cloud SQL) by locked accounts; or by a command.',
  },
  {
    path: 'cutover.keepAccounts',
    type: accounts,
    default: [],
    help: 'Accounts of the source, USER or USER@HOST, that stay able to log in behind the fence: monitoring, backups.',
    example: '[monitor]',
  },
  {
    path: 'cutover.targetRoles',
    type: accounts,
    default: [],
    help: "The application's roles on the target: kept out until the point of no return, let in behind it.",
    example: '[shop_app]',
  },
  {
    path: 'cutover.wayBack',
    type: { kind: 'boolean' },
    default: true,
    help: 'Carry the writes of the new side back to the old one after the switch, so that a rollback loses none.',
  },
  {
    path: 'cutover.hooks.beforeFence',
    type: { kind: 'command' },
    help: 'Command run before writes are fenced.',
  },
  {
    path: 'cutover.hooks.fence',
    type: { kind: 'command' },
    help: 'Command that blocks writes; for cutover.fence: hook.',
  },
  {
    path: 'cutover.hooks.isFenced',
    type: { kind: 'command' },
    help: 'Command that ends with 0 while writes are blocked; for cutover.fence: hook, whose proof it is.',
  },
  { path: 'cutover.hooks.unfence', type: { kind: 'command' }, help: 'Command that lets writes in again.' },
  {
    path: 'cutover.hooks.flip',
    type: { kind: 'command' },
    help: 'Command that flips the application, where cutover.flip.kind is command; must do no harm when run twice.',
  },
  { path: 'cutover.hooks.unflip', type: { kind: 'command' }, help: 'Command that flips it back.' },
  ...FLIP_OPTIONS,
];

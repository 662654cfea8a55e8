import type { Option } from './option.ts';

const FLIP_KINDS = ['command', 'env-file', 'settings-file', 'webhook', 'operator'] as const;

/** Options of the flip, which points the application to the other side, and of the look at it that follows. */
export const FLIP_OPTIONS: readonly Option[] = [
  {
    path: 'cutover.flip.kind',
    type: { kind: 'choice', of: FLIP_KINDS },
    derived: '`command` where `cutover.hooks.flip` is set; else nothing is flipped',
    help: "How the application is pointed to the new side: a command, a file of KEY=value lines, Django's settings file, a call, or a person who confirms it.",
  },
  {
    path: 'cutover.flip.file',
    type: { kind: 'path' },
    help: 'File that is changed, for env-file and settings-file.',
    example: '/srv/shop/.env',
  },
  {
    path: 'cutover.flip.set.*',
    type: { kind: 'secret' },
    help: 'For env-file: what a key says on the new side. The way back puts the whole file back as it was, byte for byte.',
    example: `\${NEW_DATABASE_URL}`,
  },
  {
    path: 'cutover.flip.url',
    type: { kind: 'url', schemes: ['postgresql', 'postgres'], account: true },
    help: 'For settings-file: the login of the application on the target, put into DATABASES["default"].',
    example: `postgresql://shop_app:\${APP_PASSWORD}@127.0.0.1:5432/shop`,
  },
  {
    path: 'cutover.flip.passwordVariable',
    type: { kind: 'text', pattern: /^[A-Za-z_]\w*$/, words: 'the name of a variable' },
    help: "For settings-file: the variable of the application's environment that holds the password, so that none is written.",
    example: 'APP_PASSWORD',
  },
  {
    path: 'cutover.flip.reload',
    type: { kind: 'command' },
    help: 'Command after a change of the file, in both directions: tells the application to read it.',
    example: 'systemctl reload shop',
  },
  {
    path: 'cutover.flip.webhook',
    type: { kind: 'secret' },
    help: 'For webhook: the URL that is called with "flip" and, by a rollback, "unflip".',
    example: 'https://deploy.example.com/shop',
  },
  {
    path: 'cutover.flip.headers.*',
    type: { kind: 'secret' },
    help: 'For webhook: a header of every call.',
    example: `Bearer \${DEPLOY_TOKEN}`,
  },
  {
    path: 'cutover.flip.todo',
    type: { kind: 'text' },
    default: 'point the application to PostgreSQL',
    help: 'For operator: what the person is to do, then to confirm with sluice cutover confirm.',
  },
  {
    path: 'cutover.flip.undoTodo',
    type: { kind: 'text' },
    default: 'point the application to the old database again',
    help: 'For operator: the same for a rollback.',
  },
  {
    path: 'cutover.flip.limit',
    type: { kind: 'duration', min: '1s', max: '1h' },
    default: '30s',
    help: 'Longest time of one try of a command or a call; it is tried again.',
  },
  ...probe(),
  ...watch(),
  {
    path: 'cutover.firstWrite',
    type: { kind: 'duration', min: '1s', max: '10m' },
    default: '10s',
    help: 'How long the cutover looks for the first write of the application on the new side; none in that time is told, and fails nothing.',
  },
  {
    path: 'cutover.finalCounts',
    type: { kind: 'duration', min: '0s', max: '10m' },
    default: '500ms',
    help: 'How long the rows of the tables are counted on both sides behind the fence, small tables first; what is not counted by then is told, and fails nothing. Writes are blocked meanwhile.',
  },
];

function probe(): readonly Option[] {
  return [
    {
      path: 'cutover.probe.url',
      type: { kind: 'secret' },
      help: 'URL of the application that answers well when it works; asked after the flip.',
      example: 'http://127.0.0.1:8000/health',
    },
    {
      path: 'cutover.probe.status',
      type: { kind: 'integer', min: 100, max: 599 },
      derived: 'any of 200 to 299',
      help: 'Status that the URL must answer.',
    },
    { path: 'cutover.probe.text', type: { kind: 'text' }, help: 'Text that must stand in the answer of the URL.' },
    {
      path: 'cutover.probe.command',
      type: { kind: 'command' },
      help: 'Instead of a URL: a command that ends with 0 when the application works.',
    },
    {
      path: 'cutover.probe.try',
      type: { kind: 'duration', min: '100ms', max: '5m' },
      default: '5s',
      help: 'Longest time of one try.',
    },
    {
      path: 'cutover.probe.limit',
      type: { kind: 'duration', min: '1s', max: '30m' },
      default: '30s',
      help: 'Until then it must have answered well; else the cutover says so, and that a rollback is at hand.',
    },
  ];
}

function watch(): readonly Option[] {
  return [
    {
      path: 'cutover.watch.every',
      type: { kind: 'duration', min: '1s', max: '1h' },
      default: '5s',
      help: 'How often cutover.probe is asked after the cutover; the last 60 answers count.',
    },
    {
      path: 'cutover.watch.errorPercent',
      type: { kind: 'integer', min: 0, max: 100 },
      default: 10,
      help: 'More failed probes of 100 than this, and sluice cutover status advises a rollback.',
    },
    {
      path: 'cutover.watch.latency',
      type: { kind: 'duration', min: '1ms', max: '5m' },
      default: '2s',
      help: 'Slower answers than this in the slowest twentieth of the probes, and it does so too.',
    },
    {
      path: 'cutover.watch.lag',
      type: { kind: 'duration', min: '1s', max: '1d' },
      default: '1m',
      help: 'Lag of the way back past which it is to be mended.',
    },
  ];
}

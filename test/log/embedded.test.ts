import { changeLogContract } from './contract.ts';
import { folders } from './folder.ts';

const folder = folders();

changeLogContract({
  name: 'embedded',
  start: async () => undefined,
  stop: async () => undefined,
  fresh: async () => ({ kind: 'embedded', directory: await folder(), segmentBytes: 200_000 }),
});

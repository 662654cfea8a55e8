import { expect, test } from 'vitest';
import { parseSources } from '../../src/servers/debian-package.ts';

test('apt sources are read in both their forms, with the key that signs them', () => {
  const stanzas = `Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/one.gpg

Types: deb
URIs: mirror+file:/etc/apt/mirrors/two.list
Suites: noble
`;
  expect(parseSources(stanzas)).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'trixie', signedBy: '/usr/share/keyrings/one.gpg' },
    { uri: 'mirror+file:/etc/apt/mirrors/two.list', suite: 'noble', signedBy: undefined },
  ]);
  const lines = `# deb http://commented.example/debian sid main
deb http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://other.example/ubuntu jammy main universe
deb-src http://mirror.example/debian bookworm main
`;
  expect(parseSources(lines)).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'bookworm', signedBy: undefined },
    { uri: 'https://other.example/ubuntu', suite: 'jammy', signedBy: '/k.gpg' },
  ]);
});

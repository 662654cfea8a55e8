import { KEY_CASES, keyOrderContract } from './key-order-contract.ts';

keyOrderContract('mariadb', [
  ...KEY_CASES,
  {
    name: 'uuid',
    columns: 'k UUID PRIMARY KEY',
    rows: `('123e4567-e89b-12d3-a456-426614174000'), ('00000000-e89b-12d3-a456-426614174000'),
      ('ffffffff-e89b-12d3-a456-426614174000')`,
  },
  { name: 'inet4', columns: 'k INET4 PRIMARY KEY', rows: "('0.0.0.0'), ('10.0.0.1')" },
  { name: 'inet6', columns: 'k INET6 PRIMARY KEY', rows: "('::'), ('ffff::1'), ('1::2')" },
]);

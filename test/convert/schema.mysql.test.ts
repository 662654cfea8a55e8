import { schemaContract } from './schema-contract.ts';

schemaContract('mysql');

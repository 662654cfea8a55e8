import { sourceQuietContract } from './source-quiet-contract.ts';

sourceQuietContract('mysql');

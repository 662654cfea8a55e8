import { sampleContract } from './sample-contract.ts';

sampleContract('mariadb');

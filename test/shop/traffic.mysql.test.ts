import { trafficContract } from './traffic-contract.ts';

trafficContract('mysql');

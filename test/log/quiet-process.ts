/** Writes and reads through Kafka, then asks a broker that is not there; prints what came of it as JSON. */
import { argv, stdout } from 'node:process';
import { SluiceError } from '../../src/contract/error.ts';
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts';
import { takeAll, writeEpochs } from './sample.ts';

const options = JSON.parse(argv[2] as string);
const log = new KafkaLog(options);
await writeEpochs(await log.openWriter(), [3, 4]);
const records = (await takeAll(log)).reduce((sum, epoch) => sum + epoch.records, 0);
await log.close();

const nowhere = new KafkaLog({ ...options, brokers: ['127.0.0.1:1'] });
const unreachable = await nowhere.openWriter().then(
  () => 'opened',
  (error: unknown) => (error instanceof SluiceError ? `${error.code} ${error.disposition}` : String(error)),
);
await nowhere.close();
stdout.write(JSON.stringify({ records, unreachable }));

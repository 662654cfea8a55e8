import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from '../../src/servers/guard.ts';
import { findKafka } from '../../src/servers/kafka-program.ts';
import { freePort, isFreePort } from '../../src/servers/port.ts';
import { runProgram } from '../../src/servers/program.ts';

export interface SecureKafka {
  readonly url: string;
  /** The certificate that the broker shows; it is its own authority. */
  readonly certificate: string;
  stop(): Promise<void>;
}

const startLimitMs = 120_000;

const plainLogins =
  'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
  'username="broker" password="b" user_broker="b" user_sluice="right";';

/** A broker that wants TLS and a login. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const program = await findKafka();
  const guard = new Guard('secure-kafka');
  const [port, controller] = [await freePort(), await freePort()];
  await program.initialise(guard, join(guard.directory, 'data'));
  const certificate = await makeCertificate(guard.directory);
  const extraArguments = [
    `listeners=SECURE://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=SECURE://127.0.0.1:${port}`,
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    'listener.security.protocol.map=SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=SECURE',
    'sasl.enabled.mechanisms=PLAIN',
    'sasl.mechanism.inter.broker.protocol=PLAIN',
    `listener.name.secure.plain.sasl.jaas.config=${plainLogins}`,
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${join(guard.directory, 'broker.pem')}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${join(guard.directory, 'certificate.pem')}`,
  ];
  const { directory } = guard;
  const place = { port, directory, dataDirectory: join(directory, 'data'), durable: false, extraArguments };
  guard.spawn(await program.command(place));
  for (const deadline = Date.now() + startLimitMs; await isFreePort(port); await sleep(100)) {
    if (Date.now() > deadline) throw await guard.failure('the broker does not listen');
  }
  return { url: `127.0.0.1:${port}`, certificate, stop: () => guard.close() };
}

async function makeCertificate(directory: string): Promise<string> {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  await runProgram('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', ...subject, ...files]);
  const text = await readFile(certificate, 'utf8');
  await writeFile(join(directory, 'broker.pem'), (await readFile(key, 'utf8')) + text);
  return text;
}

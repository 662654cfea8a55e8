import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../contract/logger.ts';

const AGAIN_MS = 5_000;

export interface Listening {
  readonly url: string | null;
  readonly opened: Promise<void>;
  /** The address was asked for once: it is ours, or taken. */
  readonly tried: Promise<void>;
  stop(): void;
}

/** Listens at HOST:PORT, as soon as the address is free: said once when it is taken, and when it is not any more. */
export function listen(server: Server, address: string, logger: Logger): Listening {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  const place = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  const opened = Promise.withResolvers<void>();
  const tried = Promise.withResolvers<void>();
  const known: { url: string | null; timer: NodeJS.Timeout | null; isSaid: boolean } = {
    url: null,
    timer: null,
    isSaid: false,
  };
  const attempt = () => void server.listen(place);
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (server.listening) return;
    if (!known.isSaid)
      logger.warn({ listen: address, code: error.code }, 'page and API wait: their address is not free');
    known.isSaid = true;
    tried.resolve();
    known.timer = setTimeout(attempt, AGAIN_MS).unref();
  });
  server.on('listening', () => {
    known.url = urlOf(server.address());
    logger.info({ page: known.url }, 'page and API are there');
    opened.resolve();
    tried.resolve();
  });
  attempt();
  return {
    get url() {
      return known.url;
    },
    opened: opened.promise,
    tried: tried.promise,
    stop: () => clearTimeout(known.timer ?? undefined),
  };
}

function urlOf(address: AddressInfo | string | null): string | null {
  if (address === null || typeof address === 'string') return null;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

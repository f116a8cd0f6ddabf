/**
 * Loaded into an exsync process before it starts (`node --import`): https://localhost and http://localhost lead to the
 * ports that TEST_HTTPS_PORT and TEST_HTTP_PORT name, for the real ones are not for everybody; DNS has no SRV records.
 * TEST_LOADED_FILE gets the paths of the CommonJS modules that were loaded, when the process ends.
 */
import { Resolver } from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';

interface Target {
  readonly port?: number | string;
}

function elsewhere<T extends Target>(target: T): T {
  const port = { '443': process.env['TEST_HTTPS_PORT'], '80': process.env['TEST_HTTP_PORT'] }[
    String(target.port)
  ];
  return port === undefined ? target : { ...target, port: Number(port) };
}

const connectTls = tls.connect.bind(tls) as (target: Target) => tls.TLSSocket;
const connectNet = net.connect.bind(net) as (target: Target) => net.Socket;
tls.connect = ((target: Target) => connectTls(elsewhere(target))) as typeof tls.connect;
net.connect = ((target: Target) => connectNet(elsewhere(target))) as typeof net.connect;

Resolver.prototype.resolveSrv = async () => {
  throw Object.assign(new Error('no such record'), { code: 'ENODATA' });
};

const { TEST_LOADED_FILE: file } = process.env;
if (file !== undefined) {
  process.once('exit', () =>
    writeFileSync(file, Object.keys(createRequire(import.meta.url).cache ?? {}).join('\n')),
  );
}

// The Appium server as a process of its own: takes its settings as JSON in the first argument, says on stdout in one
// JSON line which port it took, and ends when its stdin does, so that it never outlives the one who started it.
import { createServer } from 'node:net';
import { main } from 'appium';

const settings = JSON.parse(process.argv[2] ?? '{}');

/** @returns {Promise<number>} a port of 127.0.0.1 that is free now */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const port = settings.port > 0 ? settings.port : await freePort();
const server = await main({
  address: '127.0.0.1',
  port,
  basePath: '/',
  useDrivers: ['uiautomator2'],
  loglevel: 'error:debug',
  logNoColors: true,
  logTimestamp: true,
  log: settings.logFile,
});
console.log(JSON.stringify({ appium: 'ready', port }));

const stop = async () => {
  await server.close();
  process.exit(0);
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.once('end', stop).resume();

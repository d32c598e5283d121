import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { ApkDescription } from '../support/apk/description.ts';
import { androidUnderTest } from './android-under-test.ts';

const SERVER: ApkDescription = {
  packageName: 'io.appium.uiautomator2.server',
  versionName: '10.6.6',
  versionCode: 278,
  components: [],
};
const SERVER_TEST: ApkDescription = {
  packageName: 'io.appium.uiautomator2.server.test',
  components: [],
  instrumentations: [
    { name: 'androidx.test.runner.AndroidJUnitRunner', targetPackage: 'io.appium.uiautomator2.server' },
  ],
};
const NOTES: ApkDescription = {
  packageName: 'org.example.notes',
  label: 'Notes',
  behaviour: {
    version: 1,
    screens: [{ id: 'home', title: 'Notes', fields: [{ hint: 'Text' }], buttons: [{ text: 'Save' }] }],
  },
};
const INSTRUMENT =
  'am instrument -w -e disableAnalytics true io.appium.uiautomator2.server.test/androidx.test.runner.AndroidJUnitRunner';

type Handset = ReturnType<typeof androidUnderTest>;

/** One request to the server on port 6790 inside the handset. */
async function ask(
  handset: Handset,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; value: unknown }> {
  const agent = new Agent({ keepAlive: false });
  Object.assign(agent, { createConnection: () => handset.parts.listeners.connect(6790) as unknown as Socket });
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, method, path, headers: { 'content-length': Buffer.byteLength(text) } }, (answer) => {
      let received = '';
      answer.on('data', (part: Buffer) => (received += part.toString('utf8')));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, value: (JSON.parse(received) as { value: unknown }).value });
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

async function started() {
  const handset = androidUnderTest();
  for (const apk of [SERVER, SERVER_TEST, NOTES]) await handset.install(apk);
  const instrument = handset.run(INSTRUMENT);
  await handset.run('am start -n org.example.notes/.MainActivity');
  const created = await ask(handset, 'POST', '/session', {
    capabilities: { firstMatch: [{ platformName: 'Android' }] },
  });
  const { sessionId } = created.value as { sessionId: string };
  const call = (method: string, path: string, body?: object) =>
    ask(handset, method, `/session/${sessionId}${path}`, body);
  const element = async (strategy: string, selector: string): Promise<string> => {
    const { value } = await call('POST', '/element', { strategy, selector, context: '', multiple: false });
    return (value as { ELEMENT: string }).ELEMENT;
  };
  return Object.assign(handset, { instrument, call, element });
}

test('instrumentation stays open until the session is deleted', async () => {
  await using handset = await started();
  expect((await ask(handset, 'GET', '/status')).value).toMatchObject({
    ready: true,
    build: { version: '10.6.6', versionCode: 278 },
  });
  let ended = false;
  void handset.instrument.then(() => (ended = true));
  expect((await handset.call('GET', '/window/current/size')).value).toEqual({ width: 1080, height: 1794 });
  expect(ended).toBe(false);
  expect(await handset.call('DELETE', '')).toEqual({ status: 200, value: null });
  expect((await handset.instrument).out).toContain('INSTRUMENTATION_CODE: 0');
  expect(handset.parts.listeners.connect(6790)).toBeNull();
  expect(handset.parts.processes.ofPackage('io.appium.uiautomator2.server')).toEqual([]);
});

test('force-stop of the server ends it too, and it can be started again', async () => {
  await using handset = await started();
  await handset.run('am force-stop io.appium.uiautomator2.server');
  await handset.instrument;
  const again = handset.run(INSTRUMENT);
  expect((await ask(handset, 'GET', '/status')).status).toBe(200);
  await handset.run('am force-stop io.appium.uiautomator2.server');
  await again;
});

test('an element is found, typed into, asked and clicked', async () => {
  await using handset = await started();
  const field = await handset.element('class name', 'android.widget.EditText');
  await handset.call('POST', `/element/${field}/value`, { text: 'hel' });
  await handset.call('POST', `/element/${field}/value`, { text: 'lo' });
  expect((await handset.call('GET', `/element/${field}/text`)).value).toBe('hello');
  expect((await handset.call('GET', '/element/active')).value).toMatchObject({ ELEMENT: field });
  await handset.call('POST', `/element/${field}/clear`);
  expect((await handset.call('GET', `/element/${field}/text`)).value).toBe('Text');
  const button = await handset.element('xpath', '//android.widget.Button[@text="Save"]');
  expect((await handset.call('GET', `/element/${button}/rect`)).value).toEqual({
    x: 0,
    y: 357,
    width: 1080,
    height: 147,
  });
  expect((await handset.call('GET', `/element/${button}/attribute/displayed`)).value).toBe('true');
  expect((await handset.call('GET', `/element/${button}/attribute/nonsense`)).status).toBe(500);
  await handset.call('POST', `/element/${button}/click`);
  expect(handset.events.at(-1)).toEqual({
    name: 'button-pressed',
    value: { packageName: 'org.example.notes', screen: 'home', button: 0 },
  });
});

test('touch actions and gestures press what lies under them', async () => {
  await using handset = await started();
  const press = {
    type: 'pointer',
    actions: [
      { type: 'pointerMove', x: 500, y: 400, origin: 'viewport' },
      { type: 'pointerDown' },
      { type: 'pause', duration: 50 },
      { type: 'pointerUp' },
    ],
  };
  expect((await handset.call('POST', '/actions', { actions: [press] })).status).toBe(200);
  await handset.call('POST', '/appium/gestures/click', { offset: { x: 500, y: 400 } });
  expect(handset.eventNames().filter((name) => name === 'button-pressed')).toHaveLength(2);
});

test.each([
  ['POST', '/element', { strategy: 'accessibility id', selector: 'nope' }, 404, 'no such element'],
  ['POST', '/element', { strategy: 'xpath', selector: '//[' }, 400, 'invalid selector'],
  ['GET', '/element/00000000-0000-0000-0000-000000000000/text', undefined, 404, 'stale element reference'],
  ['GET', '/alert/text', undefined, 400, 'no such alert'],
  ['POST', '/appium/schedule_action', {}, 404, 'unknown command'],
  ['POST', '/orientation', { orientation: 'SIDEWAYS' }, 400, 'invalid argument'],
])('%s %s %j answers %i %s', async (method, path, body, status, error) => {
  await using handset = await started();
  expect(await handset.call(method, path, body)).toMatchObject({ status, value: { error } });
});

test('an element of a screen that was left is stale', async () => {
  await using handset = await started();
  const button = await handset.element('class name', 'android.widget.Button');
  await handset.call('POST', '/appium/device/press_keycode', { keycode: 3 });
  expect(await handset.call('GET', `/element/${button}/text`)).toMatchObject({
    value: { error: 'stale element reference' },
  });
});

test('another session id, and no session at all, are refused', async () => {
  await using handset = await started();
  expect(await ask(handset, 'GET', '/session/other/source')).toMatchObject({
    status: 404,
    value: { error: 'invalid session id' },
  });
});

test('instrumentation of others crashes, and one that is not there is said to be missing', async () => {
  await using handset = androidUnderTest();
  await handset.install({
    packageName: 'org.example.t',
    instrumentations: [{ name: 'org.example.t.Runner', targetPackage: 'org.example.t' }],
  });
  expect((await handset.run('am instrument -w org.example.t/.Runner')).out).toBe(
    'INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n',
  );
  expect(await handset.run('am instrument -w org.example.t/.None')).toMatchObject({ status: 1 });
});

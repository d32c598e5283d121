import { describe, expect, test } from 'vitest';
import { findNodes } from '../../workers/handset/ui/find.ts';
import { boundsText, centre } from '../../workers/handset/ui/node.ts';
import { pageSource } from '../../workers/handset/ui/source.ts';
import type { ApkDescription } from '../support/apk/description.ts';
import { launcher } from '../support/apk/description.ts';
import { androidUnderTest } from './android-under-test.ts';

const SHOP: ApkDescription = {
  packageName: 'org.example.shop',
  label: 'Shop',
  minSdk: 24,
  targetSdk: 34,
  components: [launcher('.Home'), { kind: 'activity', name: '.Account' }],
  behaviour: {
    version: 1,
    screens: [
      {
        id: 'home',
        title: 'Shop & <more>',
        texts: ['Welcome', '"Quoted"'],
        buttons: [
          { text: 'Sign in', goto: 'login' },
          { text: 'Refresh', request: { url: 'https://shop.example/' } },
        ],
      },
      {
        id: 'login',
        activity: 'org.example.shop.Account',
        title: 'Sign in',
        fields: [{ hint: 'Name' }, { hint: 'Password', password: true }],
        buttons: [{ text: 'Long list', goto: 'list' }],
      },
      {
        id: 'list',
        title: 'List',
        texts: Array.from({ length: 30 }, (_, row) => `Row ${row}`),
        buttons: [{ text: 'Last' }],
      },
    ],
  },
};

async function opened() {
  const handset = androidUnderTest();
  await handset.install(SHOP);
  await handset.run('am start -n org.example.shop/.Home');
  const { view } = handset.android;
  const find = (strategy: string, selector: string) => findNodes(view, strategy, selector, null);
  const tap = (text: string): void => {
    const [node] = find('-android uiautomator', `new UiSelector().text("${text}")`);
    if (!node) throw new Error(`no ${text} on the screen`);
    const { x, y } = centre(node.bounds);
    view.tap(x, y);
  };
  return Object.assign(handset, { view, find, tap });
}

describe('the screen', () => {
  test('a tap presses the button that is there, tells which one it was, and opens what it leads to', async () => {
    await using handset = await opened();
    handset.tap('Refresh');
    handset.tap('Sign in');
    const pressed = handset.events.filter((one) => one.name === 'button-pressed').map((one) => one.value);
    expect(pressed).toEqual([
      { packageName: 'org.example.shop', screen: 'home', button: 1 },
      { packageName: 'org.example.shop', screen: 'home', button: 0 },
    ]);
    expect(handset.parts.front()).toEqual({ packageName: 'org.example.shop', activity: 'org.example.shop.Account' });
    await handset.run('input keyevent 4');
    expect(handset.parts.front()?.activity).toBe('org.example.shop.Home');
  });

  test('the same screen always has the same layout', async () => {
    await using handset = await opened();
    const [node] = handset.find('class name', 'android.widget.Button');
    expect(node?.text).toBe('Sign in');
    // Status bar 63, title bar 147, two texts of 126: the first button starts at 462 and is 147 high.
    expect(node && boundsText(node.bounds)).toBe('[0,462][1080,609]');
  });

  test('rows out of sight are not there until the list is scrolled', async () => {
    await using handset = await opened();
    handset.tap('Sign in');
    handset.tap('Long list');
    expect(handset.find('id', 'text_29')).toEqual([]);
    expect(handset.view.scrollBy(400)).toBe(true);
    expect(handset.view.scrollBy(100_000)).toBe(false);
    expect(handset.find('id', 'text_29')[0]?.text).toBe('Row 29');
    expect(handset.find('id', 'text_0')).toEqual([]);
    const scrollable =
      'new UiScrollable(new UiSelector().scrollable(true)).scrollIntoView(new UiSelector().text("Row 0"))';
    expect(handset.find('-android uiautomator', scrollable)[0]?.text).toBe('Row 0');
  });

  test('typed text goes to the focused field and a password shows as dots', async () => {
    await using handset = await opened();
    handset.tap('Sign in');
    handset.tap('Password');
    await handset.run('input text abc');
    await handset.run('input keyevent 67');
    expect(handset.find('id', 'field_1')[0]).toMatchObject({ text: '••', focused: true, password: true });
    expect(handset.find('id', 'field_0')[0]).toMatchObject({ text: 'Name', focused: false });
  });

  test('the keyguard hides the app, a swipe up brings it back', async () => {
    await using handset = await opened();
    await handset.run('input keyevent 26');
    await handset.run('input keyevent 26');
    expect(handset.view.tree().packageName).toBe('com.android.systemui');
    handset.view.swipe(540, 1500, 540, 500);
    expect(handset.view.tree().packageName).toBe('org.example.shop');
  });

  test('an app without a script shows its label, its activity and the others it has', async () => {
    await using handset = androidUnderTest();
    await handset.install({
      packageName: 'org.example.plain',
      label: 'Plain',
      components: [launcher('.Main'), { kind: 'activity', name: '.Other' }],
    });
    await handset.run('am start -n org.example.plain/.Main');
    const texts = (): string[] =>
      [...pageSource(handset.android.view.tree()).matchAll(/ text="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(texts()).toEqual(['Plain', 'Main', 'Other']);
    const [other] = findNodes(handset.android.view, 'accessibility id', 'Other', null);
    if (other) handset.android.view.press(other);
    expect(handset.parts.front()?.activity).toBe('org.example.plain.Other');
  });

  test('the launcher starts an app by its icon', async () => {
    await using handset = await opened();
    await handset.run('input keyevent 3');
    handset.tap('Shop');
    expect(handset.parts.front()?.packageName).toBe('org.example.shop');
  });
});

describe('finding views', () => {
  test.each([
    ['id', 'button_1', ['Refresh']],
    ['id', 'org.example.shop:id/button_1', ['Refresh']],
    ['class name', 'android.widget.Button', ['Sign in', 'Refresh']],
    ['xpath', '//android.widget.Button[@text="Refresh"]', ['Refresh']],
    ['xpath', '//*[@clickable="true"][2]', ['Refresh']],
    ['xpath', '//*[@text="Shop & <more>"]', ['Shop & <more>']],
    ['xpath', '//nothing', []],
    ['-android uiautomator', 'new UiSelector().textContains("ref")', ['Refresh']],
    ['-android uiautomator', 'new UiSelector().className(android.widget.Button.class).instance(1);', ['Refresh']],
    ['-android uiautomator', 'UiSelector().text("\\"Quoted\\"")', ['"Quoted"']],
    ['-android uiautomator', 'new UiSelector().textMatches("Re.*|Sign in")', ['Sign in', 'Refresh']],
    [
      '-android uiautomator',
      'new UiSelector().className("android.widget.ScrollView").childSelector(new UiSelector().clickable(true))',
      ['Sign in', 'Refresh'],
    ],
    [
      '-android uiautomator',
      'new UiSelector().text("Welcome").fromParent(new UiSelector().clickable(true).index(3))',
      ['Refresh'],
    ],
  ])('%s %s', async (strategy, selector, texts) => {
    await using handset = await opened();
    expect(handset.find(strategy, selector).map((node) => node.text)).toEqual(texts);
  });

  test.each([
    ['xpath', '//['],
    ['xpath', 'count(//*)'],
    ['-android uiautomator', 'new UiSelector().text("open'],
    ['-android uiautomator', 'new UiSelector().explode(true)'],
    ['-android uiautomator', 'java.lang.Runtime.exec("x")'],
    ['-android uiautomator', `new UiSelector().${'childSelector(new UiSelector().'.repeat(30)}`],
    ['css selector', 'a'],
  ])('%s %s is refused as a selector', async (strategy, selector) => {
    await using handset = await opened();
    expect(() => handset.find(strategy, selector)).toThrow(expect.objectContaining({ name: 'FindError' }));
  });
});
